"""Plugins whose installation does not end well: cut off, cancelled, killed, with a full disk, or unable to start."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.client import Conflict
from provd.testing.daemon import PATIENCE
from provd.testing.plugin_site import ID, Site, plugin_site
from provd.testing.releases import BROKEN, a_plugin
from provd.testing.vendor import small_disk

pytestmark = pytest.mark.system


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server that trusts a key."""
    with plugin_site(tmp_path / "server") as made:
        yield made


def test_a_version_that_does_not_start(site: Site) -> None:
    """The one before is back before anybody asks, and it is said why; what is there is as it was."""
    site.installed("1.0")
    assert site.asked() == "1.0"
    before = site.files()
    site.shop.offer(ID, "2.0", a_plugin(ID, "2.0", BROKEN))
    site.done("update")
    told = site.done("upgrade", ID)
    assert told["state"] == "fail"
    assert "2.0 cannot be loaded, so 1.0 is back" in told["reason"]
    assert "this version does not start" in told["reason"]
    assert (site.asked(), site.files(), site.apart()) == ("1.0", before, [])
    with contextlib.closing(site.server.api()) as api:
        assert api.plugin(ID)["state"] == "loaded"
        assert api.plugin(ID)["reason"] == ""


def test_a_first_version_that_does_not_start(site: Site) -> None:
    """It is gone again."""
    site.shop.offer(ID, "1.0", a_plugin(ID, "1.0", BROKEN))
    site.done("update")
    assert "removed again" in site.done("install", ID)["reason"]
    assert not site.plugin.exists()
    assert site.apart() == []


@pytest.mark.parametrize("manner", ["dies", "truncates", "hangs"])
def test_a_download_that_breaks_off(site: Site, manner: str) -> None:
    """It is gone on with where that is possible; else it fails, and changes nothing."""
    site.installed("1.0")
    before = site.files()
    site.take_up(f"archives_{manner}")
    site.offered("2.0", **{"var/tftpboot/big.rom": os.urandom(200_000)})
    told = site.done("upgrade", ID)
    if manner == "dies":
        assert (told["state"], site.asked()) == ("success", "2.0")
        return
    assert told["state"] == "fail"
    assert "cannot be fetched" in told["reason"]
    assert (site.files(), site.apart()) == (before, [])


def test_cancelled(site: Site) -> None:
    """At once; the one that is there stays."""
    site.installed("1.0")
    before = site.files()
    site.take_up("archives_slow")
    site.offered("2.0", **{"var/tftpboot/big.rom": os.urandom(3 << 20)})
    with contextlib.closing(site.server.api()) as api:
        begun = api.plugin_packages.upgrade(ID)
        with pytest.raises(Conflict, match="at work on acme"):
            api.plugin_packages.upgrade(ID)
        api.cancel(begun["id"])
        assert api.operation(begun["id"])["state"] == "cancelled"
    end = time.monotonic() + PATIENCE
    while site.told()["operation"] and time.monotonic() < end:
        time.sleep(0.02)
    assert (site.files(), site.apart()) == (before, [])


def test_a_full_disk(site: Site) -> None:
    """The upgrade fails and says so; the plugin is whole, and nothing is left."""
    plugins = site.plugin.parent
    site.server.end()
    with small_disk(plugins, "3m"):
        site.server.start()
        site.installed("1.0")
        before = site.files()
        site.offered("2.0", **{f"templates/{n}.tpl": os.urandom(1 << 20) for n in range(4)})
        told = site.done("upgrade", ID)
        assert told["state"] == "fail"
        assert "No space left" in told["reason"]
        assert (site.files(), site.apart(), site.asked()) == (before, [], "1.0")


@pytest.mark.parametrize("rounds", [6])
def test_kill_in_the_middle(site: Site, rounds: int) -> None:
    """At any moment of an upgrade: at the next start one version is whole, and nothing else is there."""
    many = {f"templates/{number:03}.tpl": os.urandom(2_000) for number in range(300)}
    site.shop.offer(ID, "0.0", a_plugin(ID, "0.0", **many))
    site.done("update")
    assert site.done("install", ID)["state"] == "success"
    for number in range(1, rounds + 1):
        version = f"{number}.0"
        site.offered(version, **many)
        before = site.told()["installed"]
        with contextlib.closing(site.server.api()) as api:
            api.plugin_packages.upgrade(ID)
        time.sleep(0.06 * number)
        site.server.end(signal.SIGKILL)
        site.server.start()
        told = site.told()["installed"]
        assert told in {before, version}
        files = site.files()
        assert len([path for path in files if path.startswith("templates/")]) == 300
        assert files["var/tftpboot/version.txt"] == told.encode()
        assert {path.partition("/")[2] for path in site.apart()} <= {"previous"}


def test_a_version_that_takes_the_server_with_it(site: Site) -> None:
    """As it is loaded: the next start has the one before, whole."""
    site.installed("1.0")
    assert site.asked() == "1.0"
    before = site.files()
    site.shop.offer(ID, "2.0", a_plugin(ID, "2.0", b"import os\nos._exit(9)\n"))
    site.done("update")
    with contextlib.closing(site.server.api()) as api:
        begun = api.plugin_packages.upgrade(ID)
    assert site.server.wait() == 9
    site.server.start()
    with contextlib.closing(site.server.api()) as api:
        assert api.operation(begun["id"])["state"] == "fail"
    assert (site.asked(), site.files(), site.apart()) == ("1.0", before, [])
