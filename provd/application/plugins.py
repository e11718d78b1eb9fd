"""What operators may see of plugins, and do with them."""

from __future__ import annotations

from typing import Any

from provd.application.revalidation import Revalidation
from provd.contracts import IDocumentStore, ILoadedPlugin, IPlugins
from provd.documents import Query
from provd.values import NoSuchDocument

COLLECTION = "plugins"


class Plugins:
    """Plugins, loaded and broken."""

    def __init__(
        self, plugins: IPlugins, store: IDocumentStore, revalidation: Revalidation
    ) -> None:
        self._plugins = plugins
        self._store = store
        self._revalidation = revalidation

    async def list(self) -> list[dict[str, Any]]:
        """Every plugin directory there is, in order of id."""
        return [await self._outline(plugin_id) for plugin_id in sorted(self._known())]

    async def get(self, plugin_id: str) -> dict[str, Any]:
        """One plugin with all there is to know. @raise NoSuchDocument: there is no such directory."""
        if plugin_id not in self._known():
            raise NoSuchDocument(COLLECTION, plugin_id)
        told = await self._outline(plugin_id)
        plugin = self._plugins.get(plugin_id)
        if plugin is not None:
            told["capabilities"] = dict(plugin.capabilities)
            told["last_failure"] = plugin.last_failure
            told["generation"] = plugin.generation
            told["by_address"] = sorted(plugin.by_address)
        return told

    async def reload(self, plugin_id: str, cause: str) -> dict[str, Any]:
        """Load a plugin's code and templates anew, and judge its devices again.

        @raise NoSuchDocument: there is no such directory.
        @raise PluginFailed: it cannot be loaded; the one loaded before stays.
        """
        if plugin_id not in self._known():
            raise NoSuchDocument(COLLECTION, plugin_id)
        self._plugins.load(plugin_id)
        self._revalidation.plugin_changed(plugin_id, cause)
        return await self.get(plugin_id)

    def _known(self) -> set[str]:
        return {
            *self._plugins.ids(),
            *self._plugins.broken(),
            *(plugin.id for plugin in self._plugins.loaded()),
        }

    async def _outline(self, plugin_id: str) -> dict[str, Any]:
        plugin: ILoadedPlugin | None = self._plugins.get(plugin_id)
        reason = self._plugins.broken().get(plugin_id, "")
        info = plugin.info if plugin is not None else {}
        # Found in slices: a plugin may have a hundred thousand devices.
        devices = await self._store.collection("devices").find(
            Query(selector={"plugin": plugin_id}, limit=1)
        )
        return {
            "id": plugin_id,
            "state": _state(plugin, reason),
            "reason": reason,
            "version": str(info.get("version", "")),
            "description": str(info.get("description", "")),
            "failures": plugin.failures if plugin is not None else 0,
            "devices": devices.total,
        }


def _state(plugin: ILoadedPlugin | None, reason: str) -> str:
    """A plugin whose reload failed is loaded still, and says why the new one is not."""
    if plugin is not None:
        return "loaded"
    return "broken" if reason else "not loaded"
