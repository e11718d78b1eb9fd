"""`/api/v1/plugins`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from provd.api._call import Call
from provd.api._deeds import Where, action_routes
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import Says, shows
from provd.application.deeds import Deed, deeds_of_plugins
from provd.application.plugins import Plugins
from provd.application.releases import Releases

LISTS = Says(answers="Plugin", listed=True)
RELOADS = shows("PluginInDetail", "plugin-failed")


class PluginRoutes(Noun):
    """Plugins, loaded and broken."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/plugins"
    action_routes(app, "plugins", "/<plugin_id>")

    def __init__(self, door: Door, plugins: Plugins, releases: Releases) -> None:
        super().__init__(door)
        self._plugins = plugins
        self._deeds = deeds_of_plugins(plugins, releases)

    async def deeds(self, call: Call, where: Where) -> Sequence[tuple[str, Deed]]:
        """What can be done with one of them."""
        call.no_parameters()
        return [*(await self._deeds(where["plugin_id"])).items()]

    @route(app, "GET", "/", scope="plugins", action="list", says=LISTS)
    async def list(self, call: Call) -> Rows:
        """Every plugin directory there is."""
        call.no_parameters()
        found = await self._plugins.list()
        return Rows(total=len(found), items=found)

    @route(app, "GET", "/<plugin_id>", scope="plugins", action="read", says=shows("PluginInDetail"))
    async def show(self, call: Call, plugin_id: str) -> Reply:
        """One, with its last failure."""
        call.no_parameters()
        return Reply(body=await self._plugins.get(plugin_id))

    @route(app, "POST", "/<plugin_id>/reload", scope="plugins", action="reload", says=RELOADS)
    async def reload(self, call: Call, plugin_id: str) -> Reply:
        """Load its code and templates anew."""
        call.no_parameters()
        return Reply(body=await self._plugins.reload(plugin_id, call.cause))
