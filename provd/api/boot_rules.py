"""`/api/v1/boot-rules`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about import ABOUT_BOOT_RULES, About
from provd.api._collection import Collection, routes


class BootRuleRoutes(Collection):
    """Boot rules: which file a client loads; those that are shipped are listed first."""

    about: ClassVar[About] = ABOUT_BOOT_RULES
    app = routes(about)
