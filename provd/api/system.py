"""`/api/v1/system`: the server as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from msgspec import to_builtins

from provd.api._asked import only_rehearses
from provd.api._call import Call
from provd.api._deeds import PLUGIN, Where, action_routes
from provd.api._documents import gone
from provd.api._errors import MalformedRequest
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import DRYRUN, KEEPING, Parameter, Says, shows
from provd.application.backups import Backups
from provd.application.deeds import Deed, SystemDeeds
from provd.application.reseals import Reseals
from provd.application.restores import Restores, copy_named
from provd.application.system import System

DRAINS = Says(status=204)
BACKS_UP = Says(answers="Operation", status=202, refuses=KEEPING)
RELOADS = Says(answers="LastReload", refuses=("invalid", "restart-needed"))


MOST_DIGITS = 12
OFFSET: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": 10**MOST_DIGITS - 1}
SHA256: Mapping[str, Any] = {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"}

BACKUPS = Says(answers="Backup", listed=True)
RESTORES = Says(
    answers="Operation",
    status=202,
    reads="RestoreGiven",
    parameters=(DRYRUN,),
    refuses=("no-such-document", "invalid", "under-way", *KEEPING),
)


BYTES = frozenset({"application/octet-stream"})
RECEIVES = Says(
    answers="Received",
    also=(201,),
    reads="Bytes",
    types=BYTES,
    parameters=(
        Parameter("offset", "how many bytes went before", OFFSET),
        Parameter(
            "sha256", "of all that was sent: check it, and make it one of the copies", SHA256
        ),
    ),
    refuses=("no-such-document", "invalid", "out-of-place", "unusable-copy"),
)


def read_offset(text: str) -> int:
    """@raise MalformedRequest: it is no number of bytes."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise MalformedRequest("offset", f"{text[:40]!r} is no number of bytes", "0, 1048576, …")
    return int(text)


def begun(operation: Mapping[str, Any]) -> Reply:
    """The operation that will tell what came of it."""
    where = f"/api/v1/operations/{operation['id']}"
    return Reply(body=operation, status=202, headers={"location": where})


class SystemRoutes(Noun):
    """The server as a whole."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/system"
    action_routes(app, "system", parameters=(PLUGIN,))

    def __init__(
        self,
        door: Door,
        system: System,
        backups: Backups,
        restores: Restores,
        reseals: Reseals,
        deeds: SystemDeeds,
    ) -> None:
        super().__init__(door)
        self._deeds = deeds
        self._reseals = reseals
        self._restores = restores
        self._system = system
        self._backups = backups

    async def deeds(self, call: Call, _where: Where) -> Sequence[tuple[str, Deed]]:
        """The server's own, and those of its plugins; with `plugin`, those of one."""
        return self._deeds.all(call.parameters(("plugin",)).get("plugin", ""))

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
        return begun(await self._backups.start(call.cause))

    @route(app, "GET", "/backups", scope="system", action="backups", says=BACKUPS)
    async def backups(self, call: Call) -> Rows:
        """Every copy there is, the newest first."""
        call.no_parameters()
        found = await self._backups.list()
        return Rows(total=len(found), items=found)

    @route(app, "GET", "/backups/<name>", scope="system", action="backups", says=shows("Backup"))
    async def shown(self, call: Call, name: str) -> Reply:
        """One of them."""
        call.no_parameters()
        return Reply(body=await self._backups.get(name))

    @route(app, "PUT", "/backups/<name>", scope="system", action="restore", says=RECEIVES)
    async def receive(self, call: Call, name: str) -> Reply:
        """One piece of a copy from elsewhere, in order; with `sha256`, the whole is there, and is checked."""
        given = call.parameters(("offset", "sha256"))
        call.require_media(BYTES)
        if sha256 := given.get("sha256", ""):
            return Reply(body=await self._backups.accept(name, sha256, call.cause), status=201)
        offset = read_offset(given.get("offset", "0"))
        return Reply(body=await self._backups.receive(name, offset, call.body()))

    @route(app, "POST", "/restore", scope="system", action="restore", says=RESTORES)
    async def restore(self, call: Call) -> Reply:
        """Put a copy in the place of what there is, all at once, while the server serves."""
        rehearse = only_rehearses(call)
        name = copy_named(call.object())
        return begun(await self._restores.start(name, call.cause, rehearse=rehearse))

    @route(app, "POST", "/reseal", scope="system", action="reseal", says=BACKS_UP)
    async def reseal(self, call: Call) -> Reply:
        """Read the keys that seal documents again, and seal everything with the first."""
        call.no_parameters()
        return begun(await self._reseals.start(call.cause))

    @route(app, "POST", "/drain", scope="system", action="drain", says=DRAINS)
    async def drain(self, call: Call) -> Reply:
        """Turn readiness red, so that whoever chooses a server chooses another; who listens to events as well."""
        call.no_parameters()
        await self._system.drain(call.cause)
        return gone()

    @route(app, "DELETE", "/drain", scope="system", action="drain", says=DRAINS)
    async def fill(self, call: Call) -> Reply:
        """Be ready again."""
        call.no_parameters()
        await self._system.fill(call.cause)
        return gone()
