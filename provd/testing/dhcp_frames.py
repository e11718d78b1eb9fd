"""Frames of a test's own: clients that no program is, and a cable that loses, doubles and reorders.

A packet socket is made inside a namespace of the lab and works for good afterwards, from any thread.
"""

from __future__ import annotations

import ctypes
import fcntl
import random
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

from attrs import define, field
from msgspec.structs import replace

from provd.testing.dhcp_lab import DHCPLab
from provd.values import MalformedPacket
from provd.wire.dhcp import GREATEST_PACKET, REPLY, Packet, decode, encode
from provd.wire.inet import read_datagram, udp_datagram

PATIENCE = 10.0
NOBODY, EVERYBODY = "0.0.0.0", "255.255.255.255"  # noqa: S104 - as a client's source, not to listen at

_ALL, _IPV4 = 0x0003, b"\x08\x00"
_TO_ALL = b"\xff" * 6
_SOL_PACKET, _IGNORE_OUTGOING = 263, 23
"""packet(7): what is sent at a socket's interface is not read there."""
_ETHTOOL, _SUMS_OF_SENT = 0x8946, 0x17
_NUMBERS = count(0x5301)
_HELD = 0.03
"""Seconds that a frame is held back where nothing comes to overtake it."""


def packet_socket(lab: DHCPLab, host: str, port: str = "eth0") -> socket.socket:
    """Every frame that arrives at a host's interface, and a way to send any from there."""
    with lab.lab.inside(host):
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        made.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        made.bind((port, 0))
        return made


def sum_at_once(lab: DHCPLab, host: str, port: str = "eth0") -> None:
    """Have a host write its checksums itself.

    A virtual interface leaves them to a card that is not there; the kernel knows, but a frame that is
    passed on by hand is an ordinary one with a wrong sum.
    """
    command = ctypes.create_string_buffer(struct.pack("II", _SUMS_OF_SENT, 0))
    request = struct.pack("16sP16x", port.encode(), ctypes.addressof(command))
    with lab.lab.inside(host), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        fcntl.ioctl(asking, _ETHTOOL, request)


@define
class Crafted:
    """A client that sends what no program would, from any hardware address."""

    _socket: socket.socket

    def send(
        self,
        packet: Packet | bytes,
        *,
        source: str = NOBODY,
        source_port: int = 68,
        to: str = EVERYBODY,
        port: int = 67,
        hardware: bytes = _TO_ALL,
    ) -> None:
        """Send one packet; bytes go as they are."""
        payload, mac = packet, b"\0\0\x5e\0\x53\xfe"
        if isinstance(packet, Packet):
            payload, mac = encode(packet, limit=GREATEST_PACKET), packet.chaddr[:6] or mac
        assert isinstance(payload, bytes)
        datagram = udp_datagram(
            socket.inet_aton(source), source_port, socket.inet_aton(to), port, payload
        )
        with suppress(OSError):  # the interface's queue is full: it is lost as on any cable
            self._socket.send(hardware + mac + _IPV4 + datagram)

    def ask(
        self,
        packet: Packet,
        *,
        patience: float = PATIENCE,
        wanted: Callable[[Packet], bool] = lambda _answer: True,
        **more: str | int,
    ) -> Packet:
        """Send it again and again, as clients do, until it has the answer that is wanted; that one.

        Under a number of its own: an answer to what was asked before it may come late.

        @raise AssertionError: it never was.
        """
        packet = replace(packet, xid=next(_NUMBERS))
        end = time.monotonic() + patience
        while time.monotonic() < end:
            self.send(packet, **more)  # type: ignore[arg-type]  # those of `send`
            for answer in self.heard(1.0):
                if (answer.xid, answer.chaddr) == (packet.xid, packet.chaddr) and wanted(answer):
                    return answer
        raise AssertionError(f"no answer to {packet}")

    def heard(self, patience: float) -> Iterator[Packet]:
        """Every packet of a server that comes within so many seconds."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left)[0]:
                return
            frame = self._socket.recv(65536)
            if (packet := dhcp_in(frame)) is not None and packet.op == REPLY:
                yield packet

    def close(self) -> None:
        """Send no more."""
        self._socket.close()


@contextmanager
def crafted(lab: DHCPLab, host: str, port: str = "eth0") -> Iterator[Crafted]:
    """A client of one's own at a host's interface."""
    made = Crafted(packet_socket(lab, host, port))
    try:
        yield made
    finally:
        made.close()


def dhcp_in(frame: bytes) -> Packet | None:
    """The DHCP packet in a frame; None when there is none."""
    if frame[12:14] != _IPV4:
        return None
    try:
        datagram = read_datagram(frame[14:])
        return decode(datagram.payload) if {datagram.port} & {67, 68, 4011} else None
    except MalformedPacket:
        return None


@define
class Cable:
    """Two interfaces joined by hand, by whom frames are lost, doubled and held back.

    `loses`, `doubles` and `holds` are probabilities; `stops` is asked about each DHCP packet.  The dice
    are those of `seed`: what happens to the n-th frame is the same in every run.
    """

    _ends: tuple[socket.socket, socket.socket]
    seed: int = 1
    loses: float = 0.0
    doubles: float = 0.0
    holds: float = 0.0
    stops: Callable[[Packet], bool] = field(default=lambda _packet: False)
    stopped: list[Packet] = field(factory=list)
    """The packets that `stops` stopped, in order."""
    fates: dict[str, int] = field(factory=lambda: dict.fromkeys(("lost", "doubled", "late"), 0))
    _over: bool = False

    def run(self) -> None:
        """Pass frames on until it is closed."""
        dice = random.Random(self.seed)  # noqa: S311 - a rehearsed accident, no secret
        held: list[tuple[socket.socket, bytes]] = []
        while not self._over:
            ready = select.select(self._ends, [], [], _HELD)[0]
            late, held = held, []
            for end in ready:
                frame, other = end.recv(65536), self._ends[end is self._ends[0]]
                times = self._times(frame, dice)
                if times < 0:
                    held.append((other, frame))
                for _time in range(times):
                    _pass_on(other, frame)
            for other, frame in late:
                _pass_on(other, frame)

    def _times(self, frame: bytes, dice: random.Random) -> int:
        """How often a frame is passed on; -1: late."""
        packet = dhcp_in(frame)
        if packet is None:
            return 1
        if self.stops(packet):
            self.stopped.append(packet)
            return 0
        fate = dice.random()
        for name, times, chance in (
            ("lost", 0, self.loses),
            ("doubled", 2, self.doubles),
            ("late", -1, self.holds),
        ):
            if fate < chance:
                self.fates[name] += 1
                return times
            fate -= chance
        return 1

    def end(self) -> None:
        """Pass nothing on any more."""
        self._over = True


def _pass_on(end: socket.socket, frame: bytes) -> None:
    with suppress(OSError):
        end.send(frame)


@contextmanager
def cable(lab: DHCPLab, one: str = "br0", other: str = "br1", **faults: float) -> Iterator[Cable]:
    """Join two bridges of the lab."""
    sockets = []
    for bridge in (one, other):
        ends = f"{bridge}in", f"{bridge}out"
        lab.lab.ip("lan", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        lab.lab.ip("lan", "link", "set", ends[1], "master", bridge, "up")
        lab.lab.ip("lan", "link", "set", ends[0], "up")
        sockets.append(packet_socket(lab, "lan", ends[0]))
    made = Cable((sockets[0], sockets[1]), **faults)  # type: ignore[arg-type]  # the probabilities
    passing = threading.Thread(target=made.run, name="cable", daemon=True)
    passing.start()
    try:
        yield made
    finally:
        made.end()
        passing.join()
        for each in sockets:
            each.close()
