"""Plugins from elsewhere: indexes fetched and checked; plugins installed, upgraded, rolled back and removed.

A tree is fetched, checked and made beside the one that is used, with all that the site has put into that.  Switching
them and loading the new one is one turn of the reactor: no request comes between, and where loading
fails the old one is back before the turn ends.  Each is an operation, and excludes every other that concerns the
plugin or its packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from provd.application.errors import InUse
from provd.application.package_jobs import Job, PackageJobs, Storeroom
from provd.application.releases_shown import outline, server_told
from provd.contracts import IDocumentStore, IPlugins
from provd.documents.natural import natural_key
from provd.files import NotToBeHad, Source, Stopped, WrongFile
from provd.files.releases import (
    DB,
    LONGEST,
    LONGEST_SIGNATURE,
    SIGNATURE,
    AlreadyInstalled,
    ArchiveNotHad,
    IndexesRefused,
    NoServers,
    NothingBefore,
    NothingNewer,
    NotTaken,
    Offer,
    PluginServer,
    Provenance,
)
from provd.values import NoSuchDocument, PluginFailed, ProvdError, read_cause

log = Logger("provd.plugins")

COLLECTION = "plugins"
UPDATE = "update plugin index"
INSTALL, UPGRADE = "install plugin", "upgrade plugin"
UNINSTALL, ROLL_BACK = "uninstall plugin", "roll back plugin"
MOST_NAMED = 5
"""Devices that are named as a reason."""


class Releases:
    """What servers offer of plugins, and what is installed of it."""

    def __init__(
        self, store: IDocumentStore, plugins: IPlugins, jobs: PackageJobs, clock: IReactorTime
    ) -> None:
        self._store = store
        self._plugins = plugins
        self._jobs = jobs
        self._clock = clock
        self._room: Storeroom | None = None

    def stored_in(self, room: Storeroom) -> None:
        """Where they are is the business of whoever put the server together."""
        self._room = room

    def adopt(self, servers: tuple[PluginServer, ...]) -> None:
        """Hold to other servers, and to what is trusted of them, from now on."""
        if self._room is not None and servers != self._room.indexes.servers:
            self._room.in_thread(self._room.indexes.load, servers).addErrback(
                lambda failure: log.failure("the indexes of plugins cannot be read", failure)
            )

    # What there is.

    async def list(self) -> list[dict[str, Any]]:
        """Every plugin that is offered or installed, in order of id."""
        if self._room is None:
            return []
        offers = self._room.indexes.offers()
        found: list[dict[str, Any]] = await self._room.in_thread(
            lambda: [
                self._outline(each, offers.get(each)) for each in sorted({*offers, *self._there()})
            ]
        )
        return found

    async def get(self, plugin_id: str) -> dict[str, Any]:
        """One of them. @raise NoSuchDocument: there is none."""
        if found := await self.outline(plugin_id):
            return found
        raise NoSuchDocument(COLLECTION, plugin_id)

    async def outline(self, plugin_id: str) -> dict[str, Any]:
        """One of them; empty where there is none, or no place for any."""
        room = self._room
        if room is None:
            return {}
        offer = room.indexes.offers().get(plugin_id)
        if offer is None and plugin_id not in self._there():
            return {}
        found: dict[str, Any] = await room.in_thread(self._outline, plugin_id, offer)
        return found

    def _there(self) -> set[str]:
        assert self._room is not None  # noqa: S101 - asked for then only
        return {*self._plugins.ids(), *self._room.trees.kept()}

    def _outline(self, plugin_id: str, offer: Offer | None) -> dict[str, Any]:
        assert self._room is not None  # noqa: S101 - asked for then only
        trees = self._room.trees
        return outline(
            plugin_id,
            offer,
            trees.version(plugin_id),
            trees.provenance(plugin_id),
            trees.previous(plugin_id),
            self._jobs.under_way(plugin_id, ""),
        )

    # What is done.

    async def update(self, cause: str) -> dict[str, Any]:
        """Begin to fetch the index of every server anew; answers the operation.

        @raise NoSuchDocument: no server is known.
        @raise PackageBusy: that is being done.
        """
        room = self._storeroom("")
        if not room.indexes.servers:
            raise NoServers

        async def do(job: Job) -> Mapping[str, Any]:
            told, reasons = [], []
            job.end = len(room.indexes.servers)
            for server in room.indexes.servers:
                try:
                    told.append(await self._updated(job, server))
                except (ProvdError, OSError) as error:
                    job.stop.check()
                    reasons.append(str(error))
                job.told(1)
            if reasons:
                raise IndexesRefused(reasons)
            return {"servers": told}

        return await self._jobs.begin(UPDATE, ("", "", ""), room, cause, do)

    async def _updated(self, job: Job, server: PluginServer) -> dict[str, Any]:
        indexes, read = job.room.indexes, job.room.downloads.read
        text = await read(server.at(DB), LONGEST, job.stop)
        signature = b""
        if server.keys:
            signature = await read(server.at(DB + SIGNATURE), LONGEST_SIGNATURE, job.stop)
        now = self._clock.seconds()
        served = await job.room.in_thread(indexes.checked, server, text, signature, now)
        await job.room.in_thread(indexes.keep, served, text, signature)
        return server_told(served)

    async def install(self, plugin_id: str, cause: str) -> dict[str, Any]:
        """Begin to install a plugin that is not there; answers the operation.

        @raise NoSuchDocument: nobody offers it.
        @raise AlreadyInstalled: it is there.
        @raise PackageBusy: something is being done to it or to its packages.
        """
        room, offer = self._storeroom(plugin_id), self._offered(plugin_id)
        if plugin_id in self._plugins.ids():
            raise AlreadyInstalled(plugin_id)
        return await self._begin_from(INSTALL, offer, room, cause)

    async def upgrade(self, plugin_id: str, cause: str) -> dict[str, Any]:
        """Begin to put the version that is offered in the place of the one that is there; answers the operation.

        @raise NoSuchDocument: nobody offers it, or it is not there.
        @raise NothingNewer: what is offered is not newer than what is there.
        @raise PackageBusy: something is being done to it or to its packages.
        """
        room, offer = self._storeroom(plugin_id), self._offered(plugin_id)
        if plugin_id not in self._plugins.ids():
            raise NoSuchDocument(COLLECTION, plugin_id)
        version = await room.in_thread(room.trees.version, plugin_id)
        if natural_key(offer.release.version) <= natural_key(version):
            raise NothingNewer(plugin_id, version, offer.release.version)
        return await self._begin_from(UPGRADE, offer, room, cause)

    async def _begin_from(
        self, kind: str, offer: Offer, room: Storeroom, cause: str
    ) -> dict[str, Any]:
        release = offer.release

        async def do(job: Job) -> Mapping[str, Any]:
            before = await room.in_thread(room.trees.version, release.id)
            await self._made(job, offer)
            await self._switched(job, release.version, before)
            return {
                "version": release.version,
                "before": before,
                "digest": release.digest,
                "key": offer.key,
            }

        return await self._jobs.begin(kind, (release.id, "", release.version), room, cause, do)

    async def roll_back(self, plugin_id: str, cause: str) -> dict[str, Any]:
        """Begin to bring the version before back, with what the site has now; answers the operation.

        @raise NothingBefore: there is none.
        @raise PackageBusy: something is being done to it or to its packages.
        """
        room = self._storeroom(plugin_id)
        wanted = await room.in_thread(room.trees.previous, plugin_id)
        if not wanted:
            raise NothingBefore(plugin_id)

        async def do(job: Job) -> Mapping[str, Any]:
            before = await room.in_thread(room.trees.version, plugin_id)
            await room.in_thread(room.trees.sweep, plugin_id)
            async with self._jobs.tree(plugin_id):
                version, note = await room.in_thread(room.trees.bring_back, plugin_id)
                await room.in_thread(room.trees.complete, plugin_id, note)
            await self._switched(job, version, before)
            return {"version": version, "before": before}

        return await self._jobs.begin(ROLL_BACK, (plugin_id, "", wanted), room, cause, do)

    async def uninstall(self, plugin_id: str, cause: str, *, purge: bool = False) -> dict[str, Any]:
        """Begin to take a plugin away; `roll_back` brings it back, unless it is to `purge`; answers the operation.

        @raise NoSuchDocument: it is not there.
        @raise InUse: it has devices.
        @raise PackageBusy: something is being done to it or to its packages.
        """
        room = self._storeroom(plugin_id)
        there = plugin_id in self._plugins.ids()
        kept = bool(await room.in_thread(room.trees.previous, plugin_id))
        if not there and not (kept and purge):
            raise NoSuchDocument(COLLECTION, plugin_id)
        self._require_unused(plugin_id)
        before = await room.in_thread(room.trees.version, plugin_id)

        async def do(job: Job) -> Mapping[str, Any]:
            if there:
                await room.in_thread(room.trees.sweep, plugin_id)
                await self._removed(job)
            if purge:
                await room.in_thread(room.trees.purge, plugin_id)
            return {"version": before, "purged": purge}

        return await self._jobs.begin(UNINSTALL, (plugin_id, "", before), room, cause, do)

    def _require_unused(self, plugin_id: str) -> None:
        devices = [*self._store.by("devices", "plugin", plugin_id)]
        if devices:
            named = sorted(f"devices/{device.id}" for device in devices)
            raise InUse(COLLECTION, plugin_id, tuple(named[:MOST_NAMED]), len(named) > MOST_NAMED)

    # How it is done.

    def _storeroom(self, plugin_id: str) -> Storeroom:
        if self._room is None:
            raise NoSuchDocument(COLLECTION, plugin_id)
        return self._room

    def _offered(self, plugin_id: str) -> Offer:
        offer = self._storeroom(plugin_id).indexes.offers().get(plugin_id)
        if offer is None:
            raise NoSuchDocument(COLLECTION, plugin_id)
        return offer

    async def _made(self, job: Job, offer: Offer) -> None:
        """Fetch, check and unpack, and take along what the site has: a tree beside the one that is used."""
        room, release = job.room, offer.release
        await room.in_thread(room.trees.sweep, release.id)
        job.end = 2 * release.size
        with ExitStack() as used:
            archive, source = await self._fetched(job, offer, used)
            async with self._jobs.tree(release.id):
                files = await room.in_thread(
                    room.trees.make, release.id, source, archive, job.stop, job.told
                )
                note = self._note(job, offer, source.sha256, files)
                await room.in_thread(room.trees.complete, release.id, note)
        job.done = job.end

    def _note(self, job: Job, offer: Offer, digest: str, files: tuple[str, ...]) -> Provenance:
        began = read_cause(job.cause)
        return Provenance(
            id=offer.release.id,
            version=offer.release.version,
            files=files,
            server=offer.server.url,
            digest=offer.release.digest,
            sha256=digest,
            key=offer.key,
            at=self._clock.seconds(),
            who=began.who if began is not None else "",
            cause=job.cause,
        )

    async def _fetched(self, job: Job, offer: Offer, used: ExitStack) -> tuple[Path, Source]:
        """The archive, checked, which stays in the cache as long as it is `used`."""
        room, release = job.room, offer.release
        if not release.sha256:
            return await self._fetched_by_sha1(job, offer, used)
        source = release.source(offer.url, release.sha256)
        used.enter_context(room.cache.using(source))
        cached: Path | None = await room.in_thread(room.cache.verified, source, job.stop)
        if cached is not None:
            job.told(source.size)
            return cached, source
        try:
            return await room.downloads.fetch(source, job.stop, job.told), source
        except NotToBeHad as error:
            raise ArchiveNotHad(release.filename, error.reasons) from error

    async def _fetched_by_sha1(
        self, job: Job, offer: Offer, used: ExitStack
    ) -> tuple[Path, Source]:
        """What only a SHA-1 is told of is read whole, and kept by the SHA-256 it turns out to have."""
        room, release = job.room, offer.release
        content = await room.downloads.read(offer.url, release.size, job.stop)
        if len(content) != release.size:
            raise WrongFile(release.filename, f"it has {len(content)} bytes, not {release.size}")
        found = sha1(content, usedforsecurity=False).hexdigest()
        if found != release.sha1:
            raise WrongFile(release.filename, f"its SHA-1 is {found}")
        job.told(release.size)
        source = release.source(offer.url, sha256(content).hexdigest())
        used.enter_context(room.cache.using(source))
        kept: Path = await room.in_thread(room.cache.keep, source, content)
        return kept, source

    async def _switched(self, job: Job, version: str, before: str) -> None:
        """Have the tree that was made be the one that is used, and loaded; or the old one again."""
        trees, plugin_id = job.room.trees, job.plugin_id
        async with self._jobs.tree(plugin_id):
            if job.stop.asked:
                await job.room.in_thread(trees.sweep, plugin_id)
                raise Stopped
            await job.room.in_thread(trees.prepare, plugin_id)
            try:
                # From here to the end of it nothing is waited for: no request meets one tree with the other's code.
                trees.switch(plugin_id)
                self._plugins.load(plugin_id)
            except (PluginFailed, OSError) as error:
                self._back(job)
                await job.room.in_thread(trees.sweep, plugin_id)
                raise NotTaken(plugin_id, version, before, _reason(error)) from error
            await job.room.in_thread(trees.keep, plugin_id)

    async def _removed(self, job: Job) -> None:
        trees, plugin_id = job.room.trees, job.plugin_id
        async with self._jobs.tree(plugin_id):
            job.stop.check()
            self._require_unused(plugin_id)
            await job.room.in_thread(trees.prepare, plugin_id)
            try:
                trees.switch(plugin_id)
            except OSError:
                self._back(job)
                raise
            self._plugins.unload(plugin_id)
            await job.room.in_thread(trees.keep, plugin_id)

    def _back(self, job: Job) -> None:
        trees, plugin_id = job.room.trees, job.plugin_id
        trees.undo(plugin_id)
        if plugin_id in self._plugins.ids():
            with suppress(PluginFailed):  # it was broken before as well, and says so
                self._plugins.load(plugin_id)
        else:
            self._plugins.unload(plugin_id)


def _reason(error: Exception) -> str:
    return error.cause if isinstance(error, PluginFailed) else str(error)
