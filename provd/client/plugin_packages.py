"""Plugins from elsewhere, over the API."""

from __future__ import annotations

from typing import Any

from provd.client.wire import Transport, segment

PLUGIN_PACKAGES = "/api/v1/plugin-packages"

Object = dict[str, Any]


class PluginPackages:
    """What servers offer of plugins, and what is installed of it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Object:
        """Every one that is offered or installed."""
        return dict(self._transport.call("GET", PLUGIN_PACKAGES).body)

    def get(self, plugin_id: str) -> Object:
        """One of them."""
        return dict(self._transport.call("GET", _place(plugin_id)).body)

    def update(self) -> Object:
        """Begin to fetch the index of every server anew; the operation."""
        return dict(self._transport.call("POST", f"{PLUGIN_PACKAGES}/update").body)

    def install(self, plugin_id: str) -> Object:
        """Begin to install one that is not there; the operation."""
        return self._do(plugin_id, "install")

    def upgrade(self, plugin_id: str) -> Object:
        """Begin to put what is offered in the place of what is there; the operation."""
        return self._do(plugin_id, "upgrade")

    def roll_back(self, plugin_id: str) -> Object:
        """Begin to bring the version before back; the operation."""
        return self._do(plugin_id, "rollback")

    def uninstall(self, plugin_id: str, *, purge: bool = False) -> Object:
        """Begin to take one away, to `purge` for good; the operation."""
        path = f"{_place(plugin_id)}/uninstall"
        return dict(self._transport.call("POST", path, {"purge": purge}).body)

    def _do(self, plugin_id: str, verb: str) -> Object:
        return dict(self._transport.call("POST", f"{_place(plugin_id)}/{verb}").body)


def _place(plugin_id: str) -> str:
    return f"{PLUGIN_PACKAGES}/{segment(plugin_id)}"
