"""Whether an address is in use: who is asked, who answers, and for how long nobody does."""

from __future__ import annotations

import struct
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from provd.servers.dhcp.probes import Probes
from provd.servers.dhcp.sockets import DHCPSockets
from provd.values import Link
from provd.wire.inet import arp_probe, echo_request

MAC, HOST = "00:00:5e:00:53:fe", bytes.fromhex("00005e005301")
WANTED = "192.0.2.7"
OURS = 7


class Raw:
    """A raw socket: what was sent, and what there is to read."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Any]] = []
        self.unread: list[tuple[bytes, Any]] = []

    def fileno(self) -> int:
        return 3

    def sendto(self, data: bytes, to: Any) -> None:
        self.sent.append((data, to))

    def recvfrom(self, _size: int) -> tuple[bytes, Any]:
        if not self.unread:
            raise BlockingIOError
        return self.unread.pop(0)


class Watching(Clock):
    """A virtual clock that knows which sockets are watched."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: set[Any] = set()

    def addReader(self, reader: Any) -> None:
        self.readers.add(reader)

    def removeReader(self, reader: Any) -> None:
        self.readers.discard(reader)

    def read(self) -> None:
        """Let all of them read."""
        for reader in tuple(self.readers):
            reader.doRead()


class Lan:
    """The interfaces of a host with one link."""

    def link(self, index: int) -> Link | None:
        return next((each for each in self.links() if each.index == index), None)

    def links(self) -> tuple[Link, ...]:
        return (Link(index=2, name="eth0", mac=MAC, addresses=("192.0.2.1/24",)),)


class Bench:
    """Probes on sockets of paper."""

    def __init__(self) -> None:
        self.clock, self.arp, self.echo = Watching(), Raw(), Raw()
        sockets: Any = DHCPSockets((), None, Raw(), Raw(), self.arp, self.echo)  # type: ignore[arg-type]
        self.probes = Probes(self.clock, sockets, Lan(), OURS)

    def ask(self, interface: str = "eth0") -> list[str]:
        """Ask; what was told, once it was."""
        told: list[str] = []
        asked: Deferred[str] = self.probes.taken(WANTED, interface, 0.5)
        asked.addCallback(told.append)
        return told


def says(mac: bytes, address: str, operation: int = 2) -> bytes:
    """Somebody says over ARP that he has an address."""
    four = bytes(map(int, address.split(".")))
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + mac + four + bytes(10)


def test_nobody_answers() -> None:
    """The whole link is asked, once, and is waited for no longer than was said."""
    bench = Bench()
    told = bench.ask()
    probe = arp_probe(bytes.fromhex("00005e0053fe"), bytes([192, 0, 2, 7]))
    assert bench.arp.sent == [(probe, ("eth0", 0x0806, 0, 1, b"\xff" * 6))]
    bench.clock.advance(0.4)
    assert told == []
    bench.clock.advance(0.2)
    assert told == [""]
    assert not bench.clock.readers
    assert not bench.clock.getDelayedCalls()


def test_somebody_has_it() -> None:
    """He is told by his hardware address, at once."""
    bench = Bench()
    told = bench.ask()
    bench.arp.unread = [
        (says(HOST, "192.0.2.8"), ("eth0", 0x0806, 0, 1, HOST)),
        (says(HOST, WANTED), ("eth0", 0x0806, 0, 1, HOST)),
    ]
    bench.clock.read()
    assert told == ["00:00:5e:00:53:01"]
    assert not bench.clock.readers
    assert not bench.clock.getDelayedCalls()


def test_what_we_say_ourselves_is_no_answer() -> None:
    """A raw socket hears its own host."""
    bench = Bench()
    told = bench.ask()
    bench.arp.unread = [(says(HOST, WANTED), ("eth0", 0x0806, 4, 1, HOST))]
    bench.clock.read()
    assert told == []


def test_what_was_said_before_is_no_answer() -> None:
    """It may be an hour old."""
    bench = Bench()
    bench.arp.unread = [(says(HOST, WANTED), ("eth0", 0x0806, 0, 1, HOST))]
    told = bench.ask()
    bench.clock.read()
    assert told == []


def test_behind_a_relay() -> None:
    """ICMP goes where ARP does not; other programs' echoes are not ours."""
    bench = Bench()
    told = bench.ask("")
    assert bench.echo.sent == [(echo_request(OURS, 1), (WANTED, 0))]
    header = bytes([0x45]) + bytes(11) + bytes([192, 0, 2, 7, 192, 0, 2, 1])
    bench.echo.unread = [(header + bytes([0]) + echo_request(OURS + 1, 1)[1:], (WANTED, 0))]
    bench.clock.read()
    assert told == []
    bench.echo.unread = [(header + bytes([0]) + echo_request(OURS, 1)[1:], (WANTED, 0))]
    bench.clock.read()
    assert told == ["ICMP"]


def test_two_who_ask_at_once() -> None:
    """One probe is sent, and both are told."""
    bench = Bench()
    first, second = bench.ask(), bench.ask()
    assert len(bench.arp.sent) == 1
    bench.arp.unread = [(says(HOST, WANTED, 1), ("eth0", 0x0806, 0, 1, HOST))]
    bench.clock.read()
    assert (first, second) == (["00:00:5e:00:53:01"], ["00:00:5e:00:53:01"])


def test_no_cable() -> None:
    """What cannot be asked answers nothing: its client would not get an answer either."""
    bench = Bench()

    def refuse(_data: bytes, _to: Any) -> None:
        raise OSError("Network is down")

    bench.arp.sendto = refuse  # type: ignore[method-assign]  # a socket whose link is gone
    told = bench.ask()
    bench.clock.advance(0.5)
    assert told == [""]


def test_closing_lets_nobody_wait() -> None:
    """The server stops: whoever waits goes on."""
    bench = Bench()
    told = bench.ask()
    bench.probes.close()
    bench.probes.close()
    assert told == [""]
    assert not bench.clock.readers
    assert not bench.clock.getDelayedCalls()
