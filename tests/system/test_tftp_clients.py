"""Real TFTP clients against the real server: curl, tftp-hpa, busybox, atftp, and what firmware does."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

import pytest

from provd.testing.tftp import ReferenceClient, read_request
from provd.wire.tftp import Acknowledgement, Data, Error, netascii, parse, serialize

SIZES = {
    "empty": 0,
    "f1": 1,
    "f511": 511,
    "f512": 512,
    "f513": 513,
    "f1024": 1024,
    "f100k": 100_000,
    "f1m": 1 << 20,
    "f40m": 40_000_000,
}
ENVIRONMENT = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of files of awkward sizes."""
    directory = tmp_path_factory.mktemp("tftp")
    draw = random.Random(1)
    for name, size in SIZES.items():
        (directory / name).write_bytes(draw.randbytes(size))
    (directory / "text").write_bytes(b"".join(b"line %d\r\n\rx\n" % n for n in range(5000)))
    return directory


class Server:
    """The server in a process of its own; `counters` are known once it has ended."""

    def __init__(self, root: Path, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "provd.testing.tftp_process", str(root), "drain=0.2", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.counters: dict[str, object] = {}

    @property
    def descriptors(self) -> int:
        """How many it has open."""
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))

    def stop(self) -> None:
        """End it as a service manager does."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            _, errors = self._process.communicate(timeout=20)
            self.counters = json.loads(errors.splitlines()[-1])


@pytest.fixture
def serve(root: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers with settings; ends them after the test."""
    started: list[Server] = []

    def start(*options: str) -> Server:
        started.append(Server(root, *options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module", params=["false", "true"], ids=["port-each", "single-port"])
def port(root: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that runs for the whole module, in either mode."""
    server = Server(root, f"single_port={request.param}")
    yield server.port
    server.stop()


def run(command: Sequence[str], directory: Path) -> bytes | None:
    """Run a client; what it has left in the file `got`, None where it made none."""
    outcome = subprocess.run(
        command, cwd=directory, env=ENVIRONMENT, check=False, capture_output=True, timeout=60
    )
    got = directory / "got"
    if not got.exists():
        return None if outcome.returncode else b""
    return got.read_bytes()


@pytest.mark.needs("curl")
@pytest.mark.parametrize(
    ("name", "options"),
    [
        (name, options)
        for options in ((), ("--tftp-blksize", "1468"), ("--tftp-no-options",))
        # curl 7.88 calls a tsize of 0 invalid, though it is the size of an empty file.
        for name in sorted(
            SIZES.keys() - ({"f40m"} if "--tftp-no-options" in options else {"f40m", "empty"})
        )
    ],
)
def test_curl(name: str, options: tuple[str, ...], port: int, root: Path, tmp_path: Path) -> None:
    """Every size at the edges of a block, with tsize, timeout and blksize or without any option."""
    url = f"tftp://127.0.0.1:{port}/{name}"
    got = run(["curl", "-sS", "-o", "got", *options, url], tmp_path)
    assert got == (root / name).read_bytes()


@pytest.mark.needs("tftp")
@pytest.mark.parametrize("name", ["f512", "f1m", "f40m"])
def test_tftp_hpa(name: str, port: int, root: Path, tmp_path: Path) -> None:
    """No options at all; 40 MB in blocks of 512 pass block number 65,535."""
    command = ["tftp", "-m", "binary", "127.0.0.1", str(port), "-c", "get", name, "got"]
    got = run(command, tmp_path)
    assert got is not None
    assert hashlib.sha256(got).digest() == hashlib.sha256((root / name).read_bytes()).digest()


@pytest.mark.needs("tftp")
def test_tftp_hpa_in_netascii(port: int, root: Path, tmp_path: Path) -> None:
    """Text with every kind of line end comes back as it was."""
    got = run(["tftp", "-m", "ascii", "127.0.0.1", str(port), "-c", "get", "text", "got"], tmp_path)
    assert got == (root / "text").read_bytes()


@pytest.mark.needs("tftp")
def test_tftp_hpa_cannot_write(port: int, root: Path, tmp_path: Path) -> None:
    """It is told so, and nothing is left here."""
    (tmp_path / "up").write_bytes(b"x")
    command = ["tftp", "-m", "binary", "127.0.0.1", str(port), "-c", "put", "up", "up"]
    outcome = subprocess.run(
        command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=30
    )
    assert "read-only" in outcome.stdout + outcome.stderr
    assert not (root / "up").exists()


@pytest.mark.needs("busybox")
@pytest.mark.parametrize("size", ["512", "1428", "8192", "65464"])
def test_busybox(size: str, port: int, root: Path, tmp_path: Path) -> None:
    """The client of small boot loaders, from the usual block to the largest."""
    command = ["busybox", "tftp", "-g", "-b", size, "-r", "f100k", "-l", "got"]
    assert run([*command, "127.0.0.1", str(port)], tmp_path) == (root / "f100k").read_bytes()


@pytest.mark.needs("atftp")
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("blksize 1428",),
        ("blksize 1428", "windowsize 8"),
        ("blksize 8192", "windowsize 64"),
        ("windowsize 3",),
        ("tsize 0",),
        ("timeout 2",),
        ("blksize 1428", "windowsize 16", "tsize 0", "timeout 3"),
    ],
)
def test_atftp(options: tuple[str, ...], port: int, root: Path, tmp_path: Path) -> None:
    """Windows of several sizes; 8 KiB blocks are above loopback's segment sizes at times."""
    flags = [word for option in options for word in ("--option", option)]
    command = ["atftp", *flags, "-g", "-r", "f1m", "-l", "got", "127.0.0.1", str(port)]
    assert run(command, tmp_path) == (root / "f1m").read_bytes()


class Phone:
    """A client on a real socket, for what no program does."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.settimeout(5)
        self.server = (host, port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def ask(self, name: str, **options: object) -> tuple[bytes, tuple[str, int]]:
        """Send a request; the first answer and where it came from."""
        self.socket.sendto(read_request(name, options=options), self.server)
        return self.hear()

    def hear(self) -> tuple[bytes, tuple[str, int]]:
        """The next datagram, and where it came from."""
        datagram, peer = self.socket.recvfrom(70000)
        return datagram, peer

    def fetch(self, name: str, **options: object) -> ReferenceClient:
        """A whole transfer."""
        client = ReferenceClient()
        datagram, peer = self.ask(name, **options)
        while True:
            for answer in client.heard(datagram):
                self.socket.sendto(answer, peer)
            if client.complete or client.error:
                return client
            datagram, _ = self.hear()


def test_what_ovmf_does(port: int, root: Path) -> None:
    """The size first, ERROR 8, and from the same port the file in windows of four."""
    with Phone(port) as phone:
        oack, peer = phone.ask("f1m", tsize=0, blksize=1468, windowsize=4)
        assert b"tsize\x001048576\0" in oack
        assert b"windowsize\x004\0" in oack
        phone.socket.sendto(serialize(Error(8, "User aborted the transfer")), peer)
        assert (
            phone.fetch("f1m", blksize=1468, windowsize=4).received == (root / "f1m").read_bytes()
        )
        for missing in ("revocations_sku.efi", "revocations_sbat.efi", "shim_certificate_0.efi"):
            refused = phone.fetch(missing, blksize=512, windowsize=4)
            assert refused.error is not None
            assert refused.error.code == 1


def test_a_stranger_does_not_disturb(serve: Callable[..., Server]) -> None:
    """A packet from another port gets ERROR 5; the transfer goes on."""
    with Phone(serve().port) as phone, Phone(0) as stranger:
        _, peer = phone.ask("f1024")
        stranger.socket.sendto(serialize(Acknowledgement(1)), peer)
        answer = parse(stranger.hear()[0])
        assert isinstance(answer, Error)
        assert answer.code == 5
        phone.socket.sendto(serialize(Acknowledgement(1)), peer)
        answer = parse(phone.hear()[0])
        assert isinstance(answer, Data)
        assert answer.block == 2


def test_an_answer_comes_from_the_address_that_was_asked(serve: Callable[..., Server]) -> None:
    """On a host with several addresses, both with a port each and with a single one."""
    for single in ("true", "false"):
        port = serve("interface=0.0.0.0", f"single_port={single}").port
        for host in ("127.0.0.1", "127.0.0.2", "127.9.9.9"):
            with Phone(port, host) as phone:
                assert phone.ask("f1")[1][0] == host
                assert phone.fetch("missing").error is not None


def test_ipv6(serve: Callable[..., Server], root: Path) -> None:
    """Without an interface address both families are served on one port."""
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    for single in ("true", "false"):
        port = serve("interface=", f"single_port={single}").port
        for host in ("127.0.0.1", "::1"):
            with Phone(port, host) as phone:
                options = {"windowsize": 8, "blksize": 1428}
                assert phone.fetch("f100k", **options).received == (root / "f100k").read_bytes()


def test_rollover_to_1(serve: Callable[..., Server], root: Path) -> None:
    """For clients that expect block 1 after block 65,535."""
    expected = (root / "f1m").read_bytes()
    with Phone(serve("rollover=1").port) as phone:
        client = ReferenceClient(rollover=1)
        datagram, peer = phone.ask("f1m", blksize=8, windowsize=64)
        while not client.complete:
            for answer in client.heard(datagram):
                phone.socket.sendto(answer, peer)
            if not client.complete:
                datagram, _ = phone.hear()
        assert client.received == expected
        assert client.blocks > 65536


def test_clients_that_never_acknowledge_take_no_descriptors(serve: Callable[..., Server]) -> None:
    """2,000 requests from one address: a bounded number of sockets, and another client is served."""
    server = serve("interface=0.0.0.0")
    flood = [Phone(server.port) for _ in range(500)]
    for phone in flood * 4:
        phone.socket.sendto(read_request("f1m"), phone.server)
    with Phone(server.port, "127.0.0.1") as other:
        other.socket.bind(("127.0.0.5", 0))
        assert len(other.fetch("f100k").received) == SIZES["f100k"]
    assert server.descriptors < 256 + 50
    for phone in flood:
        phone.socket.close()
    server.stop()
    refused = server.counters["refused"]
    assert isinstance(refused, dict)
    assert refused["source full"] > 0


def test_text_in_netascii_of_any_block_size(serve: Callable[..., Server], root: Path) -> None:
    """CR LF may be cut anywhere; tsize is the length on the wire."""
    text = (root / "text").read_bytes()
    with Phone(serve().port) as phone:
        client = ReferenceClient()
        request = read_request("text", "netascii", {"tsize": 0, "blksize": 17})
        phone.socket.sendto(request, phone.server)
        datagram, peer = phone.hear()
        while not client.complete:
            for answer in client.heard(datagram):
                phone.socket.sendto(answer, peer)
            if not client.complete:
                datagram, _ = phone.hear()
    decoder = netascii.Decoder()
    assert decoder.feed(bytes(client.received)) + decoder.finish() == text
    assert int(client.options[b"tsize"]) == len(client.received)
