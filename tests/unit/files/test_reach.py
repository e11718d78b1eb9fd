"""Which addresses files may be fetched from, and how a proxy is asked for a tunnel."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import define
from twisted.internet.defer import Deferred, succeed
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from provd.files import AddressDenied, NotFetched, may_be_asked, networks
from provd.files._proxy import LONGEST_ANSWER, _Tunnel, check_spelled
from provd.files._reach import Reach

DENIED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", DENIED)
def test_what_is_not_public(address: str) -> None:
    """Loopback, private, link-local, metadata, multicast, reserved, and IPv6 addresses that stand for those."""
    assert not may_be_asked(address, ())


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
def test_what_is_public(address: str) -> None:
    """The others."""
    assert may_be_asked(address, ())


def test_what_is_allowed() -> None:
    """A network of the site's own, and nothing beside it."""
    allowed = networks(("10.1.0.0/16", "fd00:1::/32"))
    assert may_be_asked("10.1.2.3", allowed)
    assert may_be_asked("::ffff:10.1.2.3", allowed)
    assert may_be_asked("fd00:1::5", allowed)
    for address in ("10.2.0.1", "fd00:2::5", "127.0.0.1"):
        assert not may_be_asked(address, allowed)


class Names:
    """A reactor that resolves every name to the same addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses
        self.nameResolver = self

    def resolveHostName(self, receiver: Any, _name: str) -> None:
        """At once."""
        for address in self._addresses:
            receiver.addressResolved(Host(address))
        receiver.resolutionComplete()

    callLater = Clock().callLater


@define
class Host:
    """An address, as a resolver has it."""

    host: str


def looked_up(host: str, *addresses: str) -> Any:
    """What a name stands for."""
    reach = Reach(Names(*addresses), networks(("10.1.0.0/16",)), 5.0)
    found: list[Any] = []
    Deferred.fromCoroutine(reach.addresses(host)).addBoth(found.append)
    return getattr(found[0], "value", found[0])


def test_names_are_resolved_first() -> None:
    """Those of its addresses that may be asked are; where there is none, nothing is connected to."""
    assert looked_up("vendor.example", "8.8.8.8", "127.0.0.1") == ["8.8.8.8"]
    assert looked_up("vendor.example", "10.1.1.1") == ["10.1.1.1"]
    denied = looked_up("vendor.example", "169.254.169.254", "::1")
    assert isinstance(denied, AddressDenied)
    assert "169.254.169.254" in str(denied)
    assert isinstance(looked_up("nobody.example"), NotFetched)
    assert isinstance(looked_up("127.0.0.1"), AddressDenied)


def test_what_a_url_spells_out_behind_a_proxy() -> None:
    """Names are the proxy's business, addresses are not."""
    reach = Reach(None, (), 5.0)
    check_spelled("vendor.example", reach)
    check_spelled("8.8.8.8", reach)
    with pytest.raises(AddressDenied):
        check_spelled("169.254.169.254", reach)


class Line(StringTransport):
    """A connection in memory that can be cut."""

    protocol: Any = None

    def abortConnection(self) -> None:
        """As if it were closed."""
        self.loseConnection()


class Wire:
    """A proxy's endpoint: connects to a transport in memory."""

    def __init__(self) -> None:
        self.transport = Line()

    def connect(self, factory: Any) -> Deferred[Any]:
        """At once."""
        protocol = factory.buildProtocol(None)
        self.transport.protocol = protocol
        protocol.makeConnection(self.transport)
        return succeed(protocol)

    def say(self, *pieces: bytes) -> None:
        """Whoever speaks over the connection hears this."""
        for piece in pieces:
            self.transport.protocol.dataReceived(piece)


class Heard(Protocol):
    """Remembers what it hears."""

    data = b""

    def dataReceived(self, data: bytes) -> None:
        self.data += data


def tunnel(wire: Wire, host: str = "vendor.example") -> list[Any]:
    """What becomes of asking for one."""
    found: list[Any] = []
    endpoint: Any = wire
    _Tunnel(endpoint, host, 443).connect(Factory.forProtocol(Heard)).addBoth(found.append)
    return found


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_tunnel(size: int) -> None:
    """It is asked for by name; what comes behind the proxy's answer is the other end's, however it is cut."""
    wire = Wire()
    found = tunnel(wire)
    assert wire.transport.value().startswith(b"CONNECT vendor.example:443 HTTP/1.1\r\nHost: vendor")
    answer = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\nhello"
    wire.say(*(answer[at : at + size] for at in range(0, len(answer), size)))
    [protocol] = found
    assert protocol.data == b"hello"


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 407 No\r\n\r\n", b"\r\n\r\n", b"SSH-2.0\r\n\r\n", b"x" * LONGEST_ANSWER]
)
def test_no_tunnel(answer: bytes) -> None:
    """Whatever else a proxy answers, the connection ends."""
    wire = Wire()
    found = tunnel(wire, "2001:db8::1")
    assert b"CONNECT [2001:db8::1]:443 " in wire.transport.value()
    wire.say(answer)
    assert isinstance(found[0].value, NotFetched)
    assert wire.transport.disconnecting
