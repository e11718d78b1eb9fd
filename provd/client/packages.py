"""Packages of plugins, over the API: firmware, languages, ring tones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from provd.client.wire import Transport, segment

PACKAGES = "/api/v1/packages"

PIECE = 1 << 20
"""Bytes that are sent at a time."""

Object = dict[str, Any]


class Packages:
    """What plugins offer beside their code; each is named by its plugin and its id."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, plugin_id: str = "") -> Object:
        """Every one, or those of a plugin."""
        where = {"plugin": plugin_id} if plugin_id else None
        return dict(self._transport.call("GET", PACKAGES, parameters=where).body)

    def get(self, plugin_id: str, package: str) -> Object:
        """One, with all its versions."""
        return dict(self._transport.call("GET", _place(plugin_id, package)).body)

    def install(
        self, plugin_id: str, package: str, version: str = "", *, use: bool = False
    ) -> Object:
        """Begin to install a version, the newest where none is named; the operation.

        To `use` it points devices to it also where they are pointed to another.
        """
        given: Object = {"version": version} if version else {}
        return self._do(plugin_id, package, "install", given | ({"use": True} if use else {}))

    def upgrade(self, plugin_id: str, package: str) -> Object:
        """Begin to install the newest version in the place of the one that devices are pointed to; the operation."""
        path = f"{_place(plugin_id, package)}/upgrade"
        return dict(self._transport.call("POST", path).body)

    def use(self, plugin_id: str, package: str, version: str) -> Object:
        """Point devices to a version that is installed; the package."""
        return self._do(plugin_id, package, "use", {"version": version})

    def uninstall(self, plugin_id: str, package: str, version: str) -> Object:
        """Begin to remove a version; the operation."""
        return self._do(plugin_id, package, "uninstall", {"version": version})

    def upload(
        self,
        plugin_id: str,
        package: str,
        file: Path,
        *,
        name: str = "",
        version: str = "",
        told: Callable[[int], object] = int,
    ) -> Object:
        """Send a file that nobody can fetch, under its own name or another; what the server says of it.

        It is that of a version, or of the newest that has one of the name.

        `told` hears how many bytes of it have been sent.
        """
        path = f"{_place(plugin_id, package)}/files/{segment(name or file.name)}"
        found: Object = {}
        with file.open("rb") as source:
            offset = 0
            while piece := source.read(PIECE):
                given = {"offset": str(offset)} | ({"version": version} if version else {})
                found = self._send(path, piece, given)
                offset += len(piece)
                told(offset)
        return found

    def _send(self, path: str, piece: bytes, given: Mapping[str, str]) -> Object:
        kind = "application/octet-stream"
        sent = self._transport.call("PUT", path, piece, parameters=given, media_type=kind)
        return dict(sent.body)

    def _do(self, plugin_id: str, package: str, verb: str, given: Object) -> Object:
        path = f"{_place(plugin_id, package)}/{verb}"
        return dict(self._transport.call("POST", path, given).body)


def _place(plugin_id: str, package: str) -> str:
    return f"{PACKAGES}/{segment(plugin_id)}/{segment(package)}"
