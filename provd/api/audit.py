"""`/api/v1/audit`: who changed what."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about import ABOUT_AUDIT, About
from provd.api._collection import Collection, routes


class AuditRoutes(Collection):
    """The audit trail; sorted by `id`, in order of time, and a list of all of it is its export."""

    about: ClassVar[About] = ABOUT_AUDIT
    app = routes(about)
