"""`/api/v1/packages`: firmware, languages and ring tones that plugins offer."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import KEEPING, Parameter, Says, shows
from provd.api.system import BYTES, OFFSET, begun, read_offset
from provd.application.packages import Packages
from provd.documents.reading import Reading
from provd.values.package import PACKAGE_VERSION

PLUGIN = Parameter("plugin", "those of this plugin only")
LISTS = Says(answers="Package", listed=True, parameters=(PLUGIN,))
BUSY = ("no-such-document", "invalid", "under-way", *KEEPING)


def _begins(reads: str, *refuses: str) -> Says:
    return Says(answers="Operation", status=202, reads=reads, refuses=(*BUSY, *refuses))


INSTALLS = _begins("PackageToInstall")
UPGRADES = Says(answers="Operation", status=202, refuses=BUSY)
UNINSTALLS = _begins("PackageVersionGiven", "not-installed", "in-use")
USES = Says(
    answers="PackageInDetail",
    reads="PackageVersionGiven",
    refuses=(*BUSY, "not-installed", "place-taken"),
)
RECEIVES = Says(
    answers="PackageFileReceived",
    also=(201,),
    reads="Bytes",
    types=BYTES,
    parameters=(
        Parameter("offset", "how many bytes went before", OFFSET),
        Parameter("version", "of which version; without, of the newest that has such a file"),
    ),
    refuses=("no-such-document", "out-of-place", "wrong-file", "no-room"),
)
PLACE = "/<plugin_id>/<package_id>"


class PackageRoutes(Noun):
    """What plugins offer beside their code."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/packages"

    def __init__(self, door: Door, packages: Packages) -> None:
        super().__init__(door)
        self._packages = packages

    @route(app, "GET", "/", scope="packages", action="list", says=LISTS)
    async def list(self, call: Call) -> Rows:
        """Every package that a plugin offers, or that is installed."""
        plugin_id = call.parameters(("plugin",)).get("plugin", "")
        found = await self._packages.list(plugin_id)
        return Rows(total=len(found), items=found)

    @route(app, "GET", PLACE, scope="packages", action="read", says=shows("PackageInDetail"))
    async def show(self, call: Call, plugin_id: str, package_id: str) -> Reply:
        """One of them, with all its versions."""
        call.no_parameters()
        return Reply(body=await self._packages.get(plugin_id, package_id), plain=NAMES)

    @route(app, "POST", f"{PLACE}/install", scope="packages", action="install", says=INSTALLS)
    async def install(self, call: Call, plugin_id: str, package_id: str) -> Reply:
        """Fetch, check and unpack a version, beside those that are installed."""
        call.no_parameters()
        read = Reading(call.object(), "package")
        version, use = _version(read, required=False), read.flag("use", default=False)
        read.refuse_others()
        read.finish()
        return begun(
            await self._packages.install(
                plugin_id, package_id, call.cause, version=version, use=use
            )
        )

    @route(app, "POST", f"{PLACE}/upgrade", scope="packages", action="upgrade", says=UPGRADES)
    async def upgrade(self, call: Call, plugin_id: str, package_id: str) -> Reply:
        """Install the newest version, point devices to it, and remove the one before."""
        call.no_parameters()
        return begun(await self._packages.upgrade(plugin_id, package_id, call.cause))

    @route(app, "POST", f"{PLACE}/uninstall", scope="packages", action="uninstall", says=UNINSTALLS)
    async def uninstall(self, call: Call, plugin_id: str, package_id: str) -> Reply:
        """Remove a version, and nothing else."""
        version = _version_of(call)
        return begun(await self._packages.uninstall(plugin_id, package_id, version, call.cause))

    @route(app, "POST", f"{PLACE}/use", scope="packages", action="use", says=USES)
    async def use(self, call: Call, plugin_id: str, package_id: str) -> Reply:
        """Point devices to a version that is installed, but for those whose configs pin another."""
        version = _version_of(call)
        found = await self._packages.use(plugin_id, package_id, version, call.cause)
        return Reply(body=found, plain=NAMES)

    @route(app, "PUT", f"{PLACE}/files/<name>", scope="packages", action="upload", says=RECEIVES)
    async def receive(self, call: Call, plugin_id: str, package_id: str, name: str) -> Reply:
        """One piece of a file that nobody can fetch, in order; with the last, it is checked."""
        given = call.parameters(("offset", "version"))
        call.require_media(BYTES)
        offset = read_offset(given.get("offset", "0"))
        place = (plugin_id, package_id, name)
        version = given.get("version", "")
        found = await self._packages.receive(
            place, offset, call.body(), call.cause, version=version
        )
        return Reply(body=found, status=201 if found["complete"] else 200)


NAMES: frozenset[str] = frozenset({"images"})
"""Keys whose keys are names."""


def _version_of(call: Call) -> str:
    """Which version the body names. @raise Invalid: none, or something else, is told."""
    call.no_parameters()
    read = Reading(call.object(), "package")
    version = _version(read, required=True)
    read.refuse_others()
    read.finish()
    return version


def _version(read: Reading, *, required: bool) -> str:
    return read.matching("version", PACKAGE_VERSION, "a version", required=required)
