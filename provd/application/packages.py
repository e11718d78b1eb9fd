"""What plugins offer beside their code: firmware, languages, ring tones; installed, upgraded and removed as operations.

Bytes are fetched and unpacked beside what is served; only moving them into their place changes anything, and
that is one rename.  One thing is done to a package at a time, to a plugin's tree as well, and two in all.
Whatever is done, the plugin's files are rendered anew afterwards and its devices are judged again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from provd.application.acts import Acts
from provd.application.errors import InUse
from provd.application.operations import Operations
from provd.application.package_jobs import Job, PackageJobs, Storeroom
from provd.application.packages_shown import outline, shown
from provd.application.revalidation import Revalidation
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IPlugins
from provd.documents import Config, decode
from provd.files import Definition, NotInstalled, PackageSettings, Source, Stock, Stop
from provd.values import NoSuchDocument

log = Logger("provd.packages")

COLLECTION = "packages"
INSTALL, UPGRADE, UNINSTALL = "install package", "upgrade package", "uninstall package"
MOST_NAMED = 5
"""Configs that are named as a reason."""


class Packages:
    """The packages of all plugins."""

    def __init__(  # noqa: PLR0913 - the collaborators, each named
        self,
        *,
        store: IDocumentStore,
        plugins: IPlugins,
        operations: Operations,
        acts: Acts,
        revalidation: Revalidation,
        slices: Slices,
        clock: IReactorTime,
    ) -> None:
        self._store = store
        self._plugins = plugins
        self._acts = acts
        self._revalidation = revalidation
        self._slices = slices
        self._room: Storeroom | None = None
        self.jobs = PackageJobs(operations, acts, clock, self._changed)

    def stored_in(self, room: Storeroom) -> None:
        """Where they are is the business of whoever put the server together."""
        self._room = room

    def adopt(self, settings: PackageSettings) -> None:
        """Hold to other settings from the next file on."""
        if self._room is not None:
            self._room.downloads.adopt(settings)
            self._room.cache.most = settings.cache_bytes
            self._room.in_thread(self._room.cache.shrink).addErrback(
                lambda failure: log.failure("the cache of packages cannot be made smaller", failure)
            )

    async def stop(self) -> None:
        """End what is under way; the next start tells that it failed."""
        await self.jobs.stop()

    # What there is.

    async def list(self, plugin_id: str = "") -> list[dict[str, Any]]:
        """Every package, in order of plugin and id; of one plugin where it is named."""
        found: list[dict[str, Any]] = []
        for each in sorted(self._plugins.ids()):
            if plugin_id not in {"", each}:
                continue
            stock = await self._look(each)
            ids = sorted({package for package, _version in (*stock.offered, *stock.installed)})
            found += [
                outline(each, package, stock, self.jobs.under_way(each, package)) for package in ids
            ]
        return found

    async def get(self, plugin_id: str, package: str) -> dict[str, Any]:
        """One package with all its versions. @raise NoSuchDocument: there is none."""
        stock = await self._look(plugin_id)
        self._require(stock, plugin_id, package)
        running = self.jobs.under_way(plugin_id, package)
        cached = self._room.cache.has if self._room is not None else _nothing
        return shown(outline(plugin_id, package, stock, running), stock, cached)

    async def _look(self, plugin_id: str) -> Stock:
        """What there is on the disk now; devices are told, where they see it otherwise.

        @raise NoSuchDocument: there is no such plugin.
        """
        if plugin_id not in self._plugins.ids():
            raise NoSuchDocument("plugins", plugin_id)
        if self._room is None:
            return Stock()
        shelves = self._room.shelves
        stock: Stock = await self._room.in_thread(shelves.look, plugin_id)
        if shelves.adopt(plugin_id, stock):
            self._plugins.renew(plugin_id)
        return stock

    def _require(self, stock: Stock, plugin_id: str, package: str) -> None:
        if not any(package == each for each, _version in (*stock.offered, *stock.installed)):
            raise NoSuchDocument(COLLECTION, f"{plugin_id}/{package}")

    # What is uploaded.

    async def receive(
        self,
        place: tuple[str, str, str],
        offset: int,
        piece: bytes,
        cause: str,
        *,
        version: str = "",
    ) -> dict[str, Any]:
        """One piece more of a file that nobody can fetch: `place` is plugin, package and name of the file.

        It is the file of that version, or of the newest that has one of the name.
        The definition says how many bytes it has, so the last piece is known; it is checked then.

        @raise NoSuchDocument: no such file is wanted.
        @raise UploadOutOfPlace, WrongFile, NoRoom: the piece, or the whole, is not it.
        """
        plugin_id, package, name = place
        stock, room = await self._look(plugin_id), self._room
        source = _wanted(stock, package, name, version)
        if source is None or room is None:
            raise NoSuchDocument(COLLECTION, "/".join(place))
        received = await room.in_thread(room.cache.receive, source, offset, piece)
        complete = received == source.size
        if complete:
            await room.in_thread(room.cache.accept_sent, source, Stop())
            told = {"plugin": plugin_id, "package": package, "file": name, "sha256": source.sha256}
            await self._acts.write_down("upload-package", cause, told)
        return {"name": name, "received": received, "complete": complete}

    # What is done.

    async def install(
        self, plugin_id: str, package: str, cause: str, *, version: str = "", use: bool = False
    ) -> dict[str, Any]:
        """Begin to install a version, the newest where none is named; answers the operation.

        Devices are pointed to it if they were pointed to none before, or with `use`.

        @raise NoSuchDocument: no such package or version is offered.
        @raise PackageBusy: something is being done to the package.
        """
        stock = await self._look(plugin_id)
        definition = _offered(stock, plugin_id, package, version)

        async def do(job: Job) -> Mapping[str, Any]:
            used = use or not job.shelf.current(package)
            await self.jobs.install(job, definition, use=used)
            return {"version": definition.version, "current": used}

        what = plugin_id, package, definition.version
        room = self._storeroom(plugin_id, package)
        return await self.jobs.begin(INSTALL, what, room, cause, do)

    async def upgrade(self, plugin_id: str, package: str, cause: str) -> dict[str, Any]:
        """Begin to install the newest version and to point devices to it; answers the operation.

        The version they were pointed to before goes, unless a config pins it.

        @raise NoSuchDocument: nothing is offered.
        @raise PackageBusy: something is being done to the package.
        """
        stock = await self._look(plugin_id)
        definition = _offered(stock, plugin_id, package, "")

        async def do(job: Job) -> Mapping[str, Any]:
            before = job.shelf.current(package)
            await self.jobs.install(job, definition, use=True)
            gone = before not in {"", definition.version}
            gone = gone and not await self._pinning(package, before)
            if gone:
                await self.jobs.removed(job, before)
            return {"version": definition.version, "removed": [before] if gone else []}

        what = plugin_id, package, definition.version
        room = self._storeroom(plugin_id, package)
        return await self.jobs.begin(UPGRADE, what, room, cause, do)

    async def uninstall(
        self, plugin_id: str, package: str, version: str, cause: str
    ) -> dict[str, Any]:
        """Begin to remove a version, and nothing else; answers the operation.

        @raise NoSuchDocument: there is no such package.
        @raise NotInstalled: that version is not.
        @raise InUse: configs pin it.
        @raise PackageBusy: something is being done to the package.
        """
        await self._require_installed(plugin_id, package, version)
        if pinning := await self._pinning(package, version):
            more = len(pinning) > MOST_NAMED
            raise InUse(COLLECTION, f"{package} {version}", pinning[:MOST_NAMED], more)

        async def do(job: Job) -> Mapping[str, Any]:
            note = await self.jobs.removed(job, version)
            return {"version": version, "files": len(note.files), "bytes": note.size}

        room = self._storeroom(plugin_id, package)
        return await self.jobs.begin(UNINSTALL, (plugin_id, package, version), room, cause, do)

    async def use(self, plugin_id: str, package: str, version: str, cause: str) -> dict[str, Any]:
        """Point devices to a version that is installed, unless a config points them to another.

        @raise NoSuchDocument, NotInstalled, PackageBusy: it cannot be.
        @raise PlaceTaken: it is to be reached where another file is.
        """
        await self._require_installed(plugin_id, package, version)
        room = self._storeroom(plugin_id, package)
        let_go = self.jobs.take(plugin_id, package)
        try:
            async with self.jobs.tree(plugin_id):
                await room.in_thread(room.shelves.shelf(plugin_id).use, package, version)
            await self._changed(plugin_id, cause)
        finally:
            let_go()
        told = {"plugin": plugin_id, "package": package, "version": version}
        await self._acts.write_down("use-package", cause, told)
        return await self.get(plugin_id, package)

    async def _require_installed(self, plugin_id: str, package: str, version: str) -> None:
        stock = await self._look(plugin_id)
        self._require(stock, plugin_id, package)
        if (package, version) not in stock.installed:
            raise NotInstalled(package, version)

    # How it is done.

    def _storeroom(self, plugin_id: str, package: str) -> Storeroom:
        if self._room is None:
            raise NoSuchDocument(COLLECTION, f"{plugin_id}/{package}")
        return self._room

    async def _changed(self, plugin_id: str, cause: str) -> None:
        """Tell devices what there is now."""
        try:
            await self._look(plugin_id)
        except NoSuchDocument:
            return  # the plugin went meanwhile
        self._plugins.renew(plugin_id)
        self._revalidation.plugin_changed(plugin_id, cause)

    async def _pinning(self, package: str, version: str) -> tuple[str, ...]:
        """The configs that pin a version."""
        configs = [*self._store.collection("configs")]
        return tuple(
            [
                f"configs/{config.id}"
                async for config in self._slices.over(configs)
                if _pins(config, package) == version
            ]
        )


def _pins(config: Config, package: str) -> Any:
    if b'"firmware"' not in bytes(config.raw_config):
        return None
    pins = decode(config).get("firmware")
    return pins.get(package) if isinstance(pins, dict) else None


def _offered(stock: Stock, plugin_id: str, package: str, version: str) -> Definition:
    """The definition of a version, or of the newest. @raise NoSuchDocument: there is none."""
    for each in stock.seen:
        if each.id == package and version in {"", each.version}:
            definition = stock.offered.get((package, each.version))
            if definition is not None:
                return definition
    raise NoSuchDocument(COLLECTION, f"{plugin_id}/{package}" + (f" {version}" if version else ""))


def _wanted(stock: Stock, package: str, name: str, version: str) -> Source | None:
    """The file of that name: of a version, or of the newest that has one."""
    offered = [stock.offered.get((each.id, each.version)) for each in stock.seen]
    found = (
        source
        for each in offered
        if each is not None and each.id == package and version in {"", each.version}
        for source in each.files
        if source.name == name
    )
    return next(found, None)


def _nothing(_source: Source) -> bool:
    return False
