"""`/api/v1/system`: the server as a whole."""

from __future__ import annotations

from typing import ClassVar

from msgspec import to_builtins

from provd.api._call import Call
from provd.api._reply import Reply
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import Says
from provd.application.system import System

RELOADS = Says(answers="LastReload", refuses=("invalid", "restart-needed"))


class SystemRoutes(Noun):
    """The server as a whole."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/system"

    def __init__(self, door: Door, system: System) -> None:
        super().__init__(door)
        self._system = system

    @route(app, "POST", "/reload", scope="system", action="reload", says=RELOADS)
    async def reload(self, call: Call) -> Reply:
        """Read the settings again: all of them take effect, or none."""
        call.no_parameters()
        return Reply(body=to_builtins(self._system.reload(call.cause)))

    @route(app, "GET", "/reload", scope="system", action="read", says=Says(answers="LastReload"))
    async def last(self, call: Call) -> Reply:
        """What became of the last attempt."""
        call.no_parameters()
        return Reply(body=to_builtins(self._system.last))
