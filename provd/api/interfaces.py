"""`/api/v1/interfaces`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._reply import Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import Says
from provd.application.interfaces import Interfaces

LISTS = Says(answers="Interface", listed=True)


class InterfaceRoutes(Noun):
    """The interfaces of this host, and the subnets that could be served there."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/interfaces"

    def __init__(self, door: Door, interfaces: Interfaces) -> None:
        super().__init__(door)
        self._interfaces = interfaces

    @route(app, "GET", "/", scope="interfaces", action="list", says=LISTS)
    async def list(self, call: Call) -> Rows:
        """As the kernel has them now."""
        call.no_parameters()
        found = self._interfaces.list()
        return Rows(total=len(found), items=found)
