"""`/api/v1/system`: the server as a whole."""

from __future__ import annotations

from typing import ClassVar

from msgspec import to_builtins

from provd.api._call import Call
from provd.api._documents import gone
from provd.api._reply import Reply
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import KEEPING, Says
from provd.application.backups import Backups
from provd.application.system import System

DRAINS = Says(status=204)
BACKS_UP = Says(answers="Operation", status=202, refuses=KEEPING)
RELOADS = Says(answers="LastReload", refuses=("invalid", "restart-needed"))


class SystemRoutes(Noun):
    """The server as a whole."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/system"

    def __init__(self, door: Door, system: System, backups: Backups) -> None:
        super().__init__(door)
        self._system = system
        self._backups = backups

    @route(app, "POST", "/reload", scope="system", action="reload", says=RELOADS)
    async def reload(self, call: Call) -> Reply:
        """Read the settings again: all of them take effect, or none."""
        call.no_parameters()
        return Reply(body=to_builtins(await self._system.reload(call.cause)))

    @route(app, "GET", "/reload", scope="system", action="read", says=Says(answers="LastReload"))
    async def last(self, call: Call) -> Reply:
        """What became of the last attempt."""
        call.no_parameters()
        return Reply(body=to_builtins(self._system.last))

    @route(app, "POST", "/backup", scope="system", action="backup", says=BACKS_UP)
    async def backup(self, call: Call) -> Reply:
        """Copy the store while it serves, into the data directory; one copy at a time."""
        call.no_parameters()
        operation = await self._backups.start(call.cause)
        where = f"/api/v1/operations/{operation['id']}"
        return Reply(body=operation, status=202, headers={"location": where})

    @route(app, "POST", "/drain", scope="system", action="drain", says=DRAINS)
    async def drain(self, call: Call) -> Reply:
        """Turn readiness red, so that whoever chooses a server chooses another; nobody is cut off."""
        call.no_parameters()
        await self._system.drain(call.cause)
        return gone()

    @route(app, "DELETE", "/drain", scope="system", action="drain", says=DRAINS)
    async def fill(self, call: Call) -> Reply:
        """Be ready again."""
        call.no_parameters()
        await self._system.fill(call.cause)
        return gone()
