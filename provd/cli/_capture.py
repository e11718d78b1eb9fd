"""Captures of the network: the DHCP packets of clients in them, whatever link they were taken from."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import dpkt
from attrs import define
from msgspec import Struct

from provd.values import MalformedPacket, ProvdError
from provd.wire.dhcp import REQUEST, Packet, decode
from provd.wire.inet import Datagram, read_datagram

PORTS = frozenset({67, 4011})

_VLANS = frozenset({0x8100, 0x88A8})
_IPV4 = 0x0800
_ETHERNET, _COOKED, _COOKED_2 = 1, 113, 276
_BARE = frozenset({12, 14, 101, 228})
"""Links whose frames are IP packets (DLT_RAW and its kin)."""


@define
class NoCapture(ProvdError):
    """A file is none that packets can be read from."""

    reason: str

    def __str__(self) -> str:
        return (
            f"it cannot be read as a capture: {self.reason};"
            " take one with `tcpdump -i eth0 -w FILE port 67 or port 68 or port 4011`"
        )


class Captured(Struct, frozen=True):
    """One client's packet."""

    at: float
    """When it was taken; seconds since the epoch."""
    packet: Packet
    port: int
    """Which port of the server it was sent to."""
    payload: bytes
    """The packet as it was."""


def clients_in(file: BinaryIO) -> Iterator[Captured]:
    """The packets that clients and relays sent, in order; what is no such packet is passed over.

    @raise NoCapture: the file is none.
    """
    try:
        reader = dpkt.pcap.UniversalReader(file)
        link = reader.datalink()
        for at, frame in reader:
            datagram = _datagram(link, bytes(frame))
            if datagram is not None and datagram.port in PORTS:
                yield from _packet(at, datagram)
    except (ValueError, dpkt.Error, struct.error) as error:
        raise NoCapture(str(error) or type(error).__name__) from error


def _packet(at: float, datagram: Datagram) -> Iterator[Captured]:
    try:
        packet = decode(datagram.payload)
    except MalformedPacket:
        return
    if packet.op == REQUEST:
        yield Captured(at, packet, datagram.port, datagram.payload)


def _datagram(link: int, frame: bytes) -> Datagram | None:
    """The UDP datagram in a frame; None when there is none."""
    packet = _ip(link, frame)
    try:
        return read_datagram(packet) if packet is not None else None
    except MalformedPacket:
        return None


def _ip(link: int, frame: bytes) -> bytes | None:
    if link in _BARE:
        return frame
    if link == _COOKED:
        return frame[16:] if frame[14:16] == b"\x08\x00" else None
    if link == _COOKED_2:
        return frame[20:] if frame[:2] == b"\x08\x00" else None
    if link != _ETHERNET:
        return None
    at = 12
    while int.from_bytes(frame[at : at + 2], "big") in _VLANS:
        at += 4
    return frame[at + 2 :] if int.from_bytes(frame[at : at + 2], "big") == _IPV4 else None
