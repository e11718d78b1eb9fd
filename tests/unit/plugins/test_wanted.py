"""Which firmware a device is to run, as its plugin's host tells it: also without a config that could be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.task import Clock
from zope.interface import implementer

from provd.application.readiness import Readiness
from provd.contracts.packages import IPackages
from provd.documents import KINDS, Wanted
from provd.plugins import Advertised, Plugins
from provd.store import MemoryStore
from provd.testing.documents import a_config, a_device
from provd.testing.plugin_files import write_plugin
from provd.values.package import PackageVersion

BASE = {"ip": "192.0.2.1", "http_port": 8667, "tftp_port": 69}


@implementer(IPackages)
class Shelf:
    """One package with two versions, for one model."""

    def of(self, plugin_id: str) -> tuple[PackageVersion, ...]:
        """For every plugin."""
        del plugin_id
        common: dict[str, Any] = {"id": "fw", "kind": "firmware", "models": ("A20",)}
        return (
            PackageVersion(**common, version="3.0"),
            PackageVersion(**common, version="2.0", installed=True, current=True),
        )


def judged(tmp_path: Path, packages: IPackages | None, config: Any, **device: Any) -> Wanted | None:
    """What the status of a phone says."""
    write_plugin(tmp_path / "plugins")
    advertised = Advertised("http://192.0.2.10:8667", 8667, 69)
    plugins = Plugins(
        tmp_path / "plugins", tmp_path / "overrides", advertised, Clock(), packages=packages
    )
    plugins.load_all()
    draft = MemoryStore(KINDS, Clock()).draft("test")
    if config is not None:
        draft.put("configs", a_config("c", revision=0, **config))
    phone = a_device(**{"plugin": "acme", "config": "c", "model": "A20", **device})
    return Readiness(plugins, lambda: dict(BASE)).judge(phone, draft).wanted


def test_what_a_device_is_to_run(tmp_path: Path) -> None:
    """What is installed for its model, or what its config pins, installed or not."""
    installed = Wanted(package="fw", version="2.0", installed=True)
    assert judged(tmp_path, Shelf(), {}) == installed
    assert judged(tmp_path, Shelf(), None) == installed
    assert judged(tmp_path, Shelf(), {"firmware": {"fw": "3.0"}}) == Wanted(
        package="fw", version="3.0", pinned=True
    )
    assert judged(tmp_path, Shelf(), {"firmware": {"fw": None}}) is None


def test_nobody_wants_anything(tmp_path: Path) -> None:
    """For another model, without packages, and without a plugin."""
    assert judged(tmp_path, Shelf(), {}, model="A30") is None
    assert judged(tmp_path, None, {}) is None
    assert judged(tmp_path, Shelf(), {}, plugin=None) is None
