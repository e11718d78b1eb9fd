"""A server of ours that has plugins from a server of plugins, for tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from provd.testing.daemon import Daemon
from provd.testing.packages import tree
from provd.testing.releases import Shop, a_plugin
from provd.testing.vendor import SETTINGS, Vendor, answering, ended

ID = "acme-1.0"
AGENT = "Acme 00:00:5e:00:53:01"
"""What a phone of the plugin says it is."""


class Site:
    """A server of ours, and the one that it has plugins from."""

    def __init__(self, home: Path, vendor: Vendor) -> None:
        self.vendor = vendor
        self.shop = Shop()
        vendor.files = self.shop.files
        self.server = Daemon(home, families=("zero",), settings=self.settings())
        self.server.start()

    def settings(self, manner: str = "well", **more: Any) -> Mapping[str, Any]:
        """With one server of plugins, which answers in a manner."""
        url = f"http://127.0.0.1:{self.vendor.server_port}/{manner}"
        given = {"keys": [self.shop.trusted], **more}
        return {**SETTINGS, "plugins": {"servers": [{"url": url, **given}]}}

    def take_up(self, manner: str = "well", **more: Any) -> None:
        """Other settings."""
        self.server.configure(self.settings(manner, **more))
        done = self.server.command("reload")
        assert done.returncode == 0, done.stderr

    def done(self, verb: str, *given: Any, **more: Any) -> Mapping[str, Any]:
        """What became of an operation."""
        with contextlib.closing(self.server.api()) as api:
            return ended(self.server, getattr(api.plugin_packages, verb)(*given, **more))

    def offered(self, version: str, **files: bytes) -> None:
        """A version is offered, and known to be."""
        self.shop.offer(ID, version, a_plugin(ID, version, **files))
        told = self.done("update")
        assert told["state"] == "success", told

    def installed(self, version: str) -> None:
        """A version is there."""
        self.offered(version)
        with contextlib.closing(self.server.api()) as api:
            there = api.plugin_packages.get(ID)["installed"]
        told = self.done("upgrade" if there else "install", ID)
        assert told["state"] == "success", told

    def told(self) -> Mapping[str, Any]:
        """The plugin."""
        with contextlib.closing(self.server.api()) as api:
            return dict(api.plugin_packages.get(ID))

    @property
    def plugin(self) -> Path:
        """Its directory."""
        return self.server.data / "plugins" / ID

    def files(self) -> dict[str, bytes]:
        """What is in it."""
        return tree(self.plugin)

    def apart(self) -> list[str]:
        """What is left of what was made apart."""
        trees = self.plugin.parent / ".releases" / "trees"
        return sorted(path.relative_to(trees).as_posix() for path in trees.glob("*/*"))

    def asked(self) -> str:
        """What a phone is given."""
        return self.server.get("/version.txt", AGENT).body.decode()


@contextlib.contextmanager
def plugin_site(home: Path) -> Iterator[Site]:
    """A server that trusts a key, while it lasts."""
    with answering() as vendor:
        made = Site(home, vendor)
        try:
            yield made
        finally:
            made.server.close()
