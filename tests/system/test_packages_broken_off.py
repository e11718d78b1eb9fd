"""Packages whose installation ends in the middle: cancelled, killed, or with a full disk."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.testing.daemon import PATIENCE, Daemon
from provd.testing.packages import a_package, a_source, a_zip
from provd.testing.vendor import (
    CONTENT,
    HERE,
    SETTINGS,
    Vendor,
    answering,
    ended,
    firmware,
    installed,
    offer,
    served,
    small_disk,
)

pytestmark = pytest.mark.system


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """One that answers."""
    with answering() as made:
        yield made


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Daemon]:
    """A server that may fetch from it."""
    made = Daemon(tmp_path / "server", settings=SETTINGS, families=("yealink",))
    try:
        made.start()
        yield made
    finally:
        made.close()


def test_cancelled(server: Daemon, vendor: Vendor) -> None:
    """At once, wherever it is; what has come is gone on with the next time."""
    offer(server, firmware(vendor.url("slow")))
    with contextlib.closing(server.api()) as api:
        begun = api.packages.install("yealink", "t46")
        while not list((server.data / "packages").glob("*.part")):
            time.sleep(0.02)
        api.cancel(begun["id"])
        assert api.operation(begun["id"])["state"] == "cancelled"
        end = time.monotonic() + PATIENCE
        while api.packages.get("yealink", "t46")["operation"] and time.monotonic() < end:
            time.sleep(0.02)
        assert api.packages.get("yealink", "t46")["operation"] is None
    assert served(server) == {}
    offer(server, firmware(vendor.url("well")))
    assert installed(server)["state"] == "success"


def test_the_end_of_the_server(server: Daemon, vendor: Vendor) -> None:
    """It does not wait for a vendor; the next start tells that the operation failed."""
    offer(server, firmware(vendor.url("hangs")))
    with contextlib.closing(server.api()) as api:
        begun = api.packages.install("yealink", "t46")
    time.sleep(0.3)
    before = time.monotonic()
    server.restart()
    assert time.monotonic() - before < PATIENCE / 2
    with contextlib.closing(server.api()) as api:
        assert api.operation(begun["id"])["state"] == "fail"
    offer(server, firmware(vendor.url("well")))
    assert installed(server)["state"] == "success"


@pytest.mark.parametrize("rounds", [6])
def test_kill_in_the_middle(server: Daemon, vendor: Vendor, rounds: int) -> None:
    """At any moment of an upgrade: at the next start one version or both are whole, and nothing else is there."""
    many = a_zip({f"{name:03}.rom": os.urandom(20_000) for name in range(200)})
    vendor.files["many.zip"] = many
    source = a_source("many.zip", many, urls=[vendor.url("well", "many.zip")], archive="zip")
    languages = {"kind": "languages", "into": "lang"}
    versions = [
        a_package(source, version=f"{number}.0", **languages) for number in range(rounds + 1)
    ]
    offer(server, versions[0])
    assert installed(server)["state"] == "success"
    for number in range(1, rounds + 1):
        offer(server, *versions[: number + 1])
        with contextlib.closing(server.api()) as api:
            api.packages.upgrade("yealink", "t46")
        time.sleep(0.08 * number)
        server.end(signal.SIGKILL)
        server.start()
        with contextlib.closing(server.api()) as api:
            told = api.packages.get("yealink", "t46")
        found = served(server)
        for version in told["installed"]:
            whole = [path for path in found if path.startswith(f"languages/t46/{version}/")]
            assert len(whole) == 200
        assert len(found) == 200 * (len(told["installed"]) + 1)
        assert told["current"] in told["installed"]
        notes = server.data / "plugins" / "yealink" / "var" / "packages"
        left = [path for path in notes.rglob("*") if path.suffix in {".installing", ".removing"}]
        assert left == []


def test_a_full_disk(server: Daemon, vendor: Vendor) -> None:
    """The operation fails and says so; what was installed before is served on, and nothing is left."""
    plugin = server.data / "plugins" / "yealink" / "var"
    with small_disk(plugin, "5m"):
        url = vendor.url("well")
        offer(server, firmware(url), firmware(url, version="2.0"))
        assert installed(server, "1.0")["state"] == "success"
        operation = installed(server, "2.0")
        assert operation["state"] == "fail"
        assert "No space left" in operation["reason"]
        assert served(server) == {HERE: CONTENT}
        assert list((plugin / "packages" / ".staging").iterdir()) == []
        with contextlib.closing(server.api()) as api:
            ended(server, api.packages.uninstall("yealink", "t46", "1.0"))
        assert installed(server, "2.0")["state"] == "success"


def test_a_full_disk_under_the_cache(server: Daemon, vendor: Vendor) -> None:
    """The same while it is fetched."""
    with small_disk(server.data / "packages", "1m"):
        offer(server, firmware(vendor.url("well")))
        operation = installed(server)
        assert operation["state"] == "fail"
        assert "No space left" in operation["reason"]
        assert served(server) == {}
