"""`/api/v1/roles`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about import ABOUT_ROLES, About
from provd.api._collection import Collection, routes


class RoleRoutes(Collection):
    """Roles: lists of claims that users have by name; the built-in ones are listed first."""

    about: ClassVar[About] = ABOUT_ROLES
    app = routes(about)
