"""`/api/v1/plugin-packages`: plugins from elsewhere, offered, installed, upgraded, rolled back and removed."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import KEEPING, Says, shows
from provd.api.system import begun
from provd.application.releases import Releases
from provd.documents.reading import Reading

LISTS = Says(answers="PluginPackage", listed=True)
BUSY = ("no-such-document", "under-way", "nothing-to-do", *KEEPING)
BEGINS = Says(answers="Operation", status=202, refuses=BUSY)
UNINSTALLS = Says(
    answers="Operation",
    status=202,
    reads="PluginToUninstall",
    refuses=(*BUSY, "invalid", "in-use"),
)


class PluginPackageRoutes(Noun):
    """What servers offer of plugins, and what is installed of it."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/plugin-packages"

    def __init__(self, door: Door, releases: Releases) -> None:
        super().__init__(door)
        self._releases = releases

    @route(app, "GET", "/", scope="plugin-packages", action="list", says=LISTS)
    async def list(self, call: Call) -> Rows:
        """Every plugin that is offered or installed."""
        call.no_parameters()
        found = await self._releases.list()
        return Rows(total=len(found), items=found)

    @route(
        app,
        "GET",
        "/<plugin_id>",
        scope="plugin-packages",
        action="read",
        says=shows("PluginPackage"),
    )
    async def show(self, call: Call, plugin_id: str) -> Reply:
        """One of them."""
        call.no_parameters()
        return Reply(body=await self._releases.get(plugin_id))

    @route(app, "POST", "/update", scope="plugin-packages", action="update", says=BEGINS)
    async def update(self, call: Call) -> Reply:
        """Fetch the index of every server anew."""
        call.no_parameters()
        return begun(await self._releases.update(call.cause))

    @route(
        app, "POST", "/<plugin_id>/install", scope="plugin-packages", action="install", says=BEGINS
    )
    async def install(self, call: Call, plugin_id: str) -> Reply:
        """Install one that is not there."""
        call.no_parameters()
        return begun(await self._releases.install(plugin_id, call.cause))

    @route(
        app, "POST", "/<plugin_id>/upgrade", scope="plugin-packages", action="upgrade", says=BEGINS
    )
    async def upgrade(self, call: Call, plugin_id: str) -> Reply:
        """Put what is offered in the place of what is there; what the site has put there stays."""
        call.no_parameters()
        return begun(await self._releases.upgrade(plugin_id, call.cause))

    @route(
        app,
        "POST",
        "/<plugin_id>/rollback",
        scope="plugin-packages",
        action="rollback",
        says=BEGINS,
    )
    async def roll_back(self, call: Call, plugin_id: str) -> Reply:
        """Bring the version before back; what the site has put there since stays."""
        call.no_parameters()
        return begun(await self._releases.roll_back(plugin_id, call.cause))

    @route(
        app,
        "POST",
        "/<plugin_id>/uninstall",
        scope="plugin-packages",
        action="uninstall",
        says=UNINSTALLS,
    )
    async def uninstall(self, call: Call, plugin_id: str) -> Reply:
        """Take one away that has no devices."""
        call.no_parameters()
        read = Reading(call.object(), "plugin")
        purge = read.flag("purge", default=False)
        read.refuse_others()
        read.finish()
        return begun(await self._releases.uninstall(plugin_id, call.cause, purge=purge))
