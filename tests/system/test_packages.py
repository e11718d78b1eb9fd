"""Packages from a vendor's server: one that truncates, lies, sends other bytes, leads elsewhere, and dies midway."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from provd.client import Conflict
from provd.testing.daemon import PATIENCE, Daemon
from provd.testing.packages import a_package, a_source, a_zip, definitions, tree

pytestmark = pytest.mark.system

CONTENT = os.urandom(3 << 20)
ZIP = a_zip({"fw/T46S.rom": CONTENT[: 1 << 20], "fw/readme.txt": b"read"})
Manner = Callable[["Answering", bytes], None]


class Answering(BaseHTTPRequestHandler):
    """One request to the vendor."""

    server: Vendor

    def do_GET(self) -> None:
        """As the path says."""
        self.server.asked.append((self.path, dict(self.headers)))
        manner = urlsplit(self.path).path.split("/")[1]
        content = self.server.files.get(self.path.rpartition("/")[2], b"")
        with contextlib.suppress(ConnectionError):
            MANNERS[manner](self, content)

    def do_CONNECT(self) -> None:
        """There is nobody to be connected to."""
        self.server.asked.append((self.path, {}))
        self.send(403, b"")

    def send(self, status: int, content: bytes, length: int = -1, **headers: str) -> None:
        """An answer, of which the headers may tell another length."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length != -2:
            self.send_header("content-length", str(len(content) if length == -1 else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_said: Any) -> None:
        """Nothing."""


def well(asked: Answering, content: bytes) -> None:
    """As it should, ranges included."""
    given = asked.headers.get("range", "")
    if given and asked.headers.get("if-range") == '"v1"':
        at = int(given.removeprefix("bytes=").rstrip("-"))
        told = f"bytes {at}-{len(content) - 1}/{len(content)}"
        asked.send(206, content[at:], content_range=told, etag='"v1"')
    else:
        asked.send(200, content, etag='"v1"')


def dies(asked: Answering, content: bytes) -> None:
    """Half of it the first time, the rest when asked again."""
    if asked.headers.get("range"):
        well(asked, content)
    else:
        asked.send(200, content[: len(content) // 2], length=len(content), etag='"v1"')


def changes(asked: Answering, content: bytes) -> None:
    """Half of another file, and later the whole of the right one."""
    if len(asked.server.asked) == 1:
        asked.send(200, b"x" * (len(content) // 2), length=len(content), etag='"v0"')
    else:
        well(asked, content)


def another_part(asked: Answering, content: bytes) -> None:
    """Breaks off, then answers other bytes than were asked for."""
    if asked.headers.get("range"):
        told = f"bytes 0-{len(content) - 1}/{len(content)}"
        asked.send(206, content, content_range=told, etag='"v1"')
    else:
        dies(asked, content)


def endless(asked: Answering, content: bytes) -> None:
    """Without a length, and more than there should be."""
    asked.send(200, content + content, length=-2)


def hangs(asked: Answering, content: bytes) -> None:
    """Some, and then nothing."""
    asked.send(200, content[:1000], length=len(content))
    asked.server.over.wait(PATIENCE)


def slow(asked: Answering, content: bytes) -> None:
    """A piece now and then."""
    asked.send(200, b"", length=len(content))
    for at in range(0, len(content), 64 << 10):
        asked.wfile.write(content[at : at + (64 << 10)])
        if asked.server.over.wait(0.05):
            return


def leads(to: str) -> Manner:
    """Elsewhere."""
    return lambda asked, _content: asked.send(
        302, b"", location=to.format(port=asked.server.server_port)
    )


MANNERS: Mapping[str, Manner] = {
    "well": well,
    "dies": dies,
    "changes": changes,
    "another_part": another_part,
    "endless": endless,
    "hangs": hangs,
    "slow": slow,
    "truncates": lambda asked, content: asked.send(200, content[:-1], length=len(content)),
    "short": lambda asked, content: asked.send(200, content[:-1]),
    "long": lambda asked, content: asked.send(200, content, length=len(content) + 1),
    "wrong": lambda asked, content: asked.send(200, bytes(len(content))),
    "missing": lambda asked, _content: asked.send(404, b"no"),
    "partial": lambda asked, content: asked.send(206, content),
    "around": leads("/around/x"),
    "moved": leads("/well/fw.rom"),
    "to_link_local": leads("http://169.254.169.254/latest/meta-data"),
    "to_loopback": leads("http://127.0.0.2:{port}/well/fw.rom"),
    "to_mapped": leads("http://[::ffff:127.0.0.2]:{port}/well/fw.rom"),
    "to_number": leads("http://2130706434:{port}/well/fw.rom"),
    "to_file": leads("file:///etc/passwd"),
    "to_user": leads("http://user@127.0.0.1:{port}/well/fw.rom"),
}


class Vendor(ThreadingHTTPServer):
    """A server on loopback with some files."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.files = {"fw.rom": CONTENT, "fw.zip": ZIP}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()

    def url(self, manner: str, name: str = "fw.rom") -> str:
        """Where it answers in a manner."""
        return f"http://127.0.0.1:{self.server_port}/{manner}/{name}"


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """One that answers."""
    with Vendor() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.over.set()
        made.shutdown()
        thread.join()


SETTINGS = {"packages": {"allow_networks": ["127.0.0.1/32"], "timeout": 1.5}}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Daemon]:
    """A server that may fetch from one loopback address."""
    made = Daemon(tmp_path / "server", settings=SETTINGS, families=("yealink",))
    made.start()
    yield made
    made.close()


def offer(server: Daemon, *packages: Mapping[str, Any]) -> None:
    """Have the site itself offer packages for the plugin."""
    path = server.data / "overrides" / "yealink" / "packages.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(definitions(*packages))


def firmware(*urls: str, **more: Any) -> dict[str, Any]:
    """A package of one file."""
    source = a_source("fw.rom", CONTENT, urls=list(urls))
    return a_package(source, **{"models": ["T46S"], "image": "fw.rom", **more})


def installed(server: Daemon, version: str = "") -> Mapping[str, Any]:
    """The operation, at its end."""
    with contextlib.closing(server.api()) as api:
        return ended(server, api.packages.install("yealink", "t46", version))


def ended(server: Daemon, operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """An operation, at its end."""
    end = time.monotonic() + PATIENCE
    with contextlib.closing(server.api()) as api:
        while operation["state"] in {"waiting", "progress"} and time.monotonic() < end:
            time.sleep(0.02)
            operation = api.operation(operation["id"])
    return operation


def served(server: Daemon) -> dict[str, bytes]:
    """What devices can be given."""
    return tree(server.data / "plugins" / "yealink" / "var" / "tftpboot")


def cached(server: Daemon) -> list[str]:
    """What of files from elsewhere is kept."""
    return sorted(path.suffix for path in (server.data / "packages").glob("*"))


HERE = "firmware/t46/1.0/fw.rom"


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


@contextlib.contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    """A file system of that size there, while it lasts."""
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"this machine does not let us mount a tmpfs: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


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
