"""Devices over TLS: handshakes within bounds, and what a device shows is judged before it is asked anything."""

from __future__ import annotations

import contextlib
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from provd.application.certificate import Certificate
from provd.daemon.tls import Handshakes
from provd.servers.http._tls import SecureDoor
from provd.testing.certificates import Maker
from provd.testing.http import Client, Edge, Judge, edge, request
from provd.testing.proxy import v1, v2
from provd.values import Certified

CA = Maker(now=datetime.now(UTC))
KEY, PHONE_KEY = (ec.generate_private_key(ec.SECP256R1()) for _which in range(2))
OURS = Certificate((CA.client("provd", key=KEY, usage=None),), KEY)
PHONE = CA.client("0004f2123456", key=PHONE_KEY)
ITS = Certified(mac="00:04:f2:12:34:56")
PROXY = "192.0.2.100"


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phone's certificate and key in a file."""
    path = tmp_path_factory.mktemp("phone") / "phone.pem"
    secret = PHONE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(PHONE.public_bytes(Encoding.PEM) + secret)
    return path


class Secure:
    """An edge that speaks TLS, and a device that does."""

    def __init__(self, judge: Judge | None = None, *, asks: bool = True, **more: Any) -> None:
        self.edge: Edge = edge(judge=judge, **more)
        self.door = SecureDoor(self.edge.site, Handshakes(OURS, ask_clients=asks))

    def connect(
        self, certificate: Path | None = None, *, first: bytes = b"", **more: Any
    ) -> Device:
        """A device begins TLS; `first` is sent before it."""
        client = self.edge.connect(door=self.door, **more)
        if first:
            client.send(first)
        return Device(client, certificate)

    @property
    def counters(self) -> Any:
        """What was counted."""
        return self.edge.site.counters()


class Device:
    """A device's end of TLS in memory."""

    def __init__(self, client: Client, certificate: Path | None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if certificate is not None:
            context.load_cert_chain(certificate)
        self.client = client
        self.context = context
        self._taken = 0
        self.again()

    def again(self) -> Device:
        """Begin anew, nothing having been sent."""
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = self.context.wrap_bio(self._in, self._out)
        return self

    def flight(self) -> bytes:
        """What it would send next of the handshake."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        return self._out.read()

    def shake(self) -> Device:
        """Agree on TLS."""
        for _flight in range(4):
            self.pass_on(self.flight())
        return self

    def pass_on(self, data: bytes) -> None:
        """Send bytes and take what comes back."""
        if data:
            self.client.send(data)
        written = self.client.transport.value()
        self._in.write(written[self._taken :])
        self._taken = len(written)

    def send(self, data: bytes) -> Device:
        """Send data over TLS."""
        self.tls.write(data)
        self.pass_on(self._out.read())
        return self

    def read(self) -> bytes:
        """What was answered."""
        self.pass_on(b"")
        found = b""
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            while piece := self.tls.read(65536):
                found += piece
        return found


def test_without_a_certificate() -> None:
    """A device that shows none is answered as over plain HTTP, with its addresses."""
    made = Secure(Judge(ITS))
    device = made.connect().shake().send(request("/a"))
    assert device.read().startswith(b"HTTP/1.1 200 ")
    [inquiry] = made.edge.inquiries.asked
    assert (inquiry.certificate, inquiry.peer, inquiry.local) == (None, "192.0.2.7", "192.0.2.1")
    assert (inquiry.peer_port, inquiry.interface) == (40000, "eth0")
    assert inquiry.origin == "https://192.0.2.1:8667"


def test_alpn() -> None:
    """Clients that ask what is spoken are told."""
    made = Secure()
    device = made.connect()
    device.context.set_alpn_protocols(["h2", "http/1.1"])
    assert device.again().shake().tls.selected_alpn_protocol() == "http/1.1"


def test_a_certificate_is_judged_once(phone: Path) -> None:
    """Before the first inquiry, and for all of the connection."""
    judge = Judge()
    made = Secure(judge)
    device = made.connect(phone).shake().send(request("/1"))
    assert judge.shown == [(PHONE.public_bytes(Encoding.DER),)]
    assert made.edge.inquiries.asked == []
    assert device.client.transport.producerState == "paused"
    judge.say(ITS)
    device.send(request("/2"))
    told = [(inquiry.path, inquiry.certificate) for inquiry in made.edge.inquiries.asked]
    assert told == [("/1", ITS), ("/2", ITS)]
    assert device.read().count(b"HTTP/1.1 200 ") == 2
    assert len(judge.shown) == 1


def test_one_that_is_judged_already(phone: Path) -> None:
    """Costs no waiting."""
    made = Secure(Judge(ITS))
    made.connect(phone).shake().send(request("/1"))
    assert made.edge.inquiries.asked[0].certificate == ITS


def test_nobody_is_asked(phone: Path) -> None:
    """Where certificates are not asked for, a device shows none."""
    judge = Judge(ITS)
    made = Secure(judge, asks=False)
    made.connect(phone).shake().send(request("/1"))
    assert (judge.shown, made.edge.inquiries.asked[0].certificate) == ([], None)


def test_what_comes_early_is_bounded(phone: Path) -> None:
    """A device that sends on and on while its certificate is judged is cut off."""
    made = Secure(Judge())
    device = made.connect(phone).shake()
    for _piece in range(5):
        device.send(bytes(16000))
    assert device.client.aborted


def test_a_judgement_that_does_not_come(phone: Path) -> None:
    """Ends the connection."""
    judge = Judge()
    made = Secure(judge, answer_seconds=2.0)
    device = made.connect(phone).shake().send(request("/1"))
    made.edge.seconds(3)
    assert device.client.aborted
    device.client.lose()
    judge.say(ITS)
    assert made.edge.inquiries.asked == []


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", bytes(99), v1()], ids=repr)
def test_no_tls(data: bytes) -> None:
    """Whatever else arrives ends the connection."""
    made = Secure()
    client = made.edge.connect(door=made.door).send(data)
    assert client.closed
    client.lose()
    assert (made.counters.failed_handshakes, made.counters.connections) == (1, 0)


def test_slow_handshakes() -> None:
    """However steadily they trickle."""
    made = Secure(handshake_seconds=3.0)
    device = made.connect()
    for byte in device.flight()[:3]:
        device.client.send(bytes((byte,)))
        made.edge.seconds(1)
    assert not device.client.aborted
    made.edge.seconds(1)
    assert device.client.aborted
    silent = made.connect()
    made.edge.seconds(4)
    assert silent.client.aborted


def test_a_device_that_never_says_good_bye() -> None:
    """A connection that we ended is gone after a while, whether the device has heard it or not."""
    made = Secure(stall_seconds=2.0)
    device = made.connect().shake().send(request("/", "Connection: close"))
    assert not device.client.aborted
    made.edge.seconds(3)
    assert device.client.aborted


def test_big_handshakes() -> None:
    """A handshake has a size, and chains of certificates that never end are not gathered."""
    made = Secure(max_handshake_bytes=4096)
    device = made.connect()
    device.pass_on(device.flight())
    device.client.send(b"\x16\x03\x03\x40\x00" + bytes(4096))
    assert device.client.aborted


def test_handshakes_are_paced() -> None:
    """So many begin in a second; the others are not even read until it is their turn."""
    made = Secure(handshakes_per_second=2)
    devices = [made.connect() for _number in range(5)]
    for device in devices:
        device.pass_on(device.flight())
    answered = [bool(device.client.transport.value()) for device in devices]
    assert answered == [True, True, False, False, False]
    assert devices[2].client.transport.producerState == "paused"
    devices.pop(2).client.lose()
    made.edge.seconds(1)
    assert all(device.client.transport.value() for device in devices)
    assert made.counters.delayed_handshakes == 3
    assert devices[3].shake().send(request()).read().startswith(b"HTTP/1.1 200 ")


def test_who_waits_is_bounded_by_who_is_connected() -> None:
    """Whoever leaves is forgotten."""
    made = Secure(handshakes_per_second=1)
    for _number in range(9):
        device = made.connect()
        device.pass_on(device.flight())
        device.client.lose()
    assert made.edge.site._to_shake == {}


def test_limits_are_those_of_plain_http() -> None:
    """The same phones, the same connections."""
    made = Secure(max_connections_per_source=2)
    made.connect()
    made.edge.connect()
    assert made.edge.try_connect(door=made.door) is None


def test_draining() -> None:
    """A handshake that is under way is not awaited."""
    made = Secure()
    device = made.connect()
    device.pass_on(device.flight())
    done: list[None] = []
    made.edge.site.drain().addCallback(done.append)
    assert device.client.aborted
    device.client.lose()
    assert done == [None]


@pytest.mark.parametrize("header", [v1("198.51.100.9"), v2("198.51.100.9")], ids=repr)
def test_behind_a_proxy_that_passes_tls_on(header: bytes, phone: Path) -> None:
    """Its header comes before TLS; the certificate is the device's own."""
    made = Secure(Judge(ITS), trusted_proxies=(PROXY,), proxy_protocol=True)
    made.connect(phone, first=header, peer=PROXY).shake().send(request("/1"))
    [inquiry] = made.edge.inquiries.asked
    assert (inquiry.peer, inquiry.certificate) == ("198.51.100.9", ITS)
    assert inquiry.origin == "https://192.0.2.1:80"


def test_a_proxy_without_a_header_over_tls() -> None:
    """Is not taken for a device."""
    made = Secure(trusted_proxies=(PROXY,), proxy_protocol=True)
    device = made.connect(peer=PROXY)
    device.client.send(device.flight())
    assert device.client.aborted
    assert made.counters.bad_introductions == 1


def test_a_proxy_over_tls_is_not_the_device(phone: Path) -> None:
    """Where it writes the device's certificate in a header, the one that it shows itself counts for nothing."""
    made = Secure(Judge(ITS), trusted_proxies=(PROXY,), certificate_header="Client-Cert")
    made.connect(phone, peer=PROXY).shake().send(request("/1", "X-Forwarded-For: 198.51.100.9"))
    assert made.edge.inquiries.asked[0].certificate is None
