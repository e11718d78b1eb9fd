"""Packages from a vendor's server, however it answers, and the phones that are pointed to them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.client import Conflict
from provd.testing.daemon import Daemon
from provd.testing.packages import a_package, a_source, a_zip
from provd.testing.vendor import (
    CONTENT,
    HERE,
    SETTINGS,
    ZIP,
    Vendor,
    answering,
    cached,
    ended,
    firmware,
    installed,
    offer,
    prove,
    served,
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


@pytest.mark.parametrize("manner", ["well", "moved", "dies"])
def test_a_file_is_fetched(server: Daemon, vendor: Vendor, manner: str) -> None:
    """Also by way of a redirect, and going on where it broke off: no byte comes twice."""
    offer(server, firmware(vendor.url(manner)))
    operation = installed(server)
    assert operation["state"] == "success", operation
    assert operation["current"] == operation["end"] == 2 * len(CONTENT)
    assert served(server) == {HERE: CONTENT}
    assert cached(server) == [""]
    if manner == "dies":
        [_first, (_path, headers)] = vendor.asked
        asked = {name.lower(): value for name, value in headers.items()}
        assert asked["range"] == f"bytes={len(CONTENT) // 2}-"
        assert asked["if-range"] == '"v1"'


REFUSED = {
    "truncates": "broke off with 1 bytes to come",
    "short": f"has {len(CONTENT) - 1} bytes, not {len(CONTENT)}",
    "long": f"has {len(CONTENT) + 1} bytes, not {len(CONTENT)}",
    "wrong": "its SHA-256 is",
    "endless": "sends more than it should",
    "hangs": "nothing came for 1.5 seconds",
    "missing": "answered 404",
    "heads": "bytes before its body",
    "babbles": "yyy",
    "partial": "answered 206",
    "another_part": "answered another part",
    "around": "redirected more than 5 times",
    "to_link_local": "169.254.169.254, which is no public address",
    "to_loopback": "127.0.0.2, which is no public address",
    "to_mapped": "which is no public address",
    "to_number": "127.0.0.2, which is no public address",
    "to_file": "sends elsewhere",
    "to_user": "sends elsewhere",
}


@pytest.mark.parametrize("manner", REFUSED)
def test_a_vendor_that_cannot_be_relied_on(server: Daemon, vendor: Vendor, manner: str) -> None:
    """Each is told with its URL; nothing is installed; a mirror is asked next, and gives it."""
    offer(server, firmware(vendor.url(manner)))
    operation = installed(server)
    assert operation["state"] == "fail"
    assert REFUSED[manner] in operation["reason"], operation["reason"]
    assert len(operation["reason"]) < 600
    assert served(server) == {}
    offer(server, firmware(vendor.url(manner), vendor.url("missing"), vendor.url("well")))
    assert installed(server)["state"] == "success"
    assert served(server) == {HERE: CONTENT}


def test_a_file_that_changed_meanwhile(server: Daemon, vendor: Vendor) -> None:
    """What was begun is another file now: the server says so by its validator, and the whole comes."""
    offer(server, firmware(vendor.url("changes")))
    assert installed(server)["state"] == "success"
    assert served(server) == {HERE: CONTENT}


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.2", "[::1]", "0.0.0.0", "169.254.169.254", "10.1.2.3"]
)
def test_addresses_that_are_not_public(server: Daemon, vendor: Vendor, host: str) -> None:
    """Names are resolved first; what is at another than the allowed address is never connected to."""
    url = f"http://{host}:{vendor.server_port}/well/fw.rom"
    offer(server, firmware(url))
    operation = installed(server)
    if host == "localhost":  # it is at the allowed address, whatever else it is at
        assert operation["state"] == "success"
        return
    assert "is no public address" in operation["reason"]
    assert vendor.asked == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "file:///dev/zero", "https://127.0.0.1:1/x"])
def test_what_settings_do_not_allow(server: Daemon, url: str) -> None:
    """Files of this host are fetched where the settings say so only; a connection that is refused is told."""
    offer(server, firmware(url))
    assert installed(server)["state"] == "fail"


def test_files_of_this_host(server: Daemon, tmp_path: Path) -> None:
    """Where the settings allow them: regular ones of the right size, nothing that a link or a device is."""
    server.configure({"packages": {"schemes": ["file"]}})
    assert server.command("reload").returncode == 0
    path, link = tmp_path / "fw.rom", tmp_path / "link"
    path.write_bytes(CONTENT)
    link.symlink_to(path)
    for bad in (link, tmp_path, "/dev/zero", tmp_path / "nothing"):
        offer(server, firmware(Path(bad).as_uri()))
        assert installed(server)["state"] == "fail"
    offer(server, firmware(path.as_uri()))
    assert installed(server)["state"] == "success"


@pytest.mark.parametrize("named", ["localhost", "other.example"])
def test_over_https(
    named: str, vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that the host trusts and that is of that name, or nothing."""
    monkeypatch.setenv("SSL_CERT_FILE", str(prove(vendor, named, tmp_path)))
    server = Daemon(tmp_path / "server", settings=SETTINGS, families=("yealink",))
    try:
        server.start()
        offer(server, firmware(f"https://localhost:{vendor.server_port}/well/fw.rom"))
        operation = installed(server)
        if named == "localhost":
            assert operation["state"] == "success", operation
            return
        assert "localhost" in operation["reason"]
        assert vendor.asked == []
    finally:
        server.close()


def test_through_a_proxy(server: Daemon, vendor: Vendor) -> None:
    """Whole URLs go to the proxy; an address that is spelled out is looked at before."""
    proxy = {"proxy": f"http://127.0.0.1:{vendor.server_port}"}
    server.configure({"packages": {**SETTINGS["packages"], **proxy}})
    assert server.command("reload").returncode == 0
    offer(server, firmware("http://10.0.0.1/well/fw.rom"))
    assert "10.0.0.1, which is no public address" in installed(server)["reason"]
    offer(server, firmware("http://vendor.example/well/fw.rom"))
    assert installed(server)["state"] == "success"
    other = a_source("other.rom", b"other", urls=["https://vendor.example/well/other.rom"])
    offer(server, a_package(other, version="2.0"))
    assert "the proxy answered" in installed(server)["reason"]
    asked = [path for path, _headers in vendor.asked]
    assert asked == ["http://vendor.example/well/fw.rom", "vendor.example:443"]


AGENT = "Yealink SIP-T46S 66.84.0.10 80:5e:c0:00:53:01"
OLD, NEW = "66.85.0.5", "66.86.0.15"


def pointed(server: Daemon) -> list[str]:
    """To which firmware the phone is."""
    told = server.get("/y000000000066.cfg", AGENT).body.decode().splitlines()
    return [line.rpartition("/firmware/")[2] for line in told if "firmware.url" in line]


@pytest.fixture
def config(server: Daemon, vendor: Vendor) -> str:
    """Of a phone for whose model there are two versions of firmware, none of them installed."""
    server.fill()
    take = [{"member": "**/*.rom", "as": "T46S.rom"}]
    urls = [vendor.url("well", "fw.zip")]
    archive = a_source("fw.zip", ZIP, urls=urls, archive="zip", take=take)
    versions = [
        a_package(archive, version=version, models=["T46S"], image="T46S.rom")
        for version in (NEW, OLD)
    ]
    offer(server, *versions)
    assert server.get("/805ec0005301.boot", AGENT).status == 200
    with contextlib.closing(server.api()) as api:
        [device] = api.devices.list()["items"]
        made = api.configs.create({"parent_ids": ["base"], "raw_config": {}}).body["id"]
        api.devices.change(device["id"], {"config": made})
    return str(made)


def test_a_phone_is_pointed_to_it(server: Daemon, config: str) -> None:
    """From the next request on; a pin points to another version; what was removed is pointed to no more."""
    assert pointed(server) == []
    assert installed(server)["state"] == "success"
    assert pointed(server) == [f"t46/{NEW}/T46S.rom"]
    assert installed(server, OLD)["state"] == "success"
    assert pointed(server) == [f"t46/{NEW}/T46S.rom"]
    with contextlib.closing(server.api()) as api:
        api.configs.change(config, {"raw_config": {"firmware": {"t46": OLD}}})
        assert pointed(server) == [f"t46/{OLD}/T46S.rom"]
        assert server.get(f"/firmware/t46/{OLD}/T46S.rom", AGENT).body == CONTENT[: 1 << 20]
        with pytest.raises(Conflict, match=config):
            api.packages.uninstall("yealink", "t46", OLD)
        api.configs.change(config, {"raw_config": {"firmware": None}})
        assert pointed(server) == [f"t46/{NEW}/T46S.rom"]
        ended(server, api.packages.uninstall("yealink", "t46", NEW))
    assert pointed(server) == []


def test_the_command(server: Daemon, vendor: Vendor, tmp_path: Path) -> None:
    """What an operator types: list, show, upload, install, use, upgrade, uninstall."""
    offer(server, firmware())
    listed = server.command("packages", "list")
    assert "t46" in listed.stdout, listed.stderr
    failed = server.command("packages", "install", "yealink", "t46")
    assert failed.returncode == 1
    assert "upload it" in failed.stderr
    path = tmp_path / "mine.rom"
    path.write_bytes(CONTENT)
    sent = server.told("packages", "upload", "yealink", "t46", str(path), "--name", "fw.rom")
    assert sent == {"name": "fw.rom", "received": len(CONTENT), "complete": True}
    done = server.told("packages", "install", "yealink", "t46")
    assert done == {"version": "1.0", "current": True}
    offer(server, firmware(), firmware(vendor.url("well"), version="2.0"))
    assert server.told("packages", "upgrade", "yealink", "t46") == {
        "version": "2.0",
        "removed": ["1.0"],
    }
    assert (
        server.told("packages", "install", "yealink", "t46", "--version", "1.0")["current"] is False
    )
    assert server.told("packages", "use", "yealink", "t46", "1.0")["current"] == "1.0"
    shown = server.command("packages", "show", "yealink", "t46")
    assert "firmware/t46/2.0" in shown.stdout
    server.told("packages", "uninstall", "yealink", "t46", "2.0")
    assert list(served(server)) == [HERE]
    [package] = server.told("packages", "list", "yealink")["items"]
    assert package["installed"] == ["1.0"]


def test_phones_are_answered_meanwhile(server: Daemon, vendor: Vendor) -> None:
    """Unpacking and checking never stall them: fifty answers, each within what a busy machine takes."""
    server.fill()
    big = a_zip({f"{name}.bin": os.urandom(1 << 20) for name in range(24)})
    vendor.files["big.zip"] = big
    source = a_source("big.zip", big, urls=[vendor.url("well", "big.zip")], archive="zip")
    offer(server, a_package(source))
    agent = "Yealink SIP-T46S 66.84.0.10 80:5e:c0:00:53:01"
    server.get("/805ec0005301.boot", agent)
    with contextlib.closing(server.api()) as api:
        begun = api.packages.install("yealink", "t46")
        waits = []
        while api.operation(begun["id"])["state"] in {"waiting", "progress"}:
            before = time.perf_counter()
            assert server.get("/805ec0005301.boot", agent).status == 200
            waits.append(time.perf_counter() - before)
    assert ended(server, begun)["state"] == "success"
    assert sorted(waits)[len(waits) // 2] < 0.25
