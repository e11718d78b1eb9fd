"""The codecs alone: CPU for one packet, and for the dearest 64 KiB anybody can send.

No baseline: the figures are absolute, in microseconds of CPU, and bounded from above.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import process_time

from bench.report import Report
from provd.values import MalformedPacket
from provd.wire.dhcp import (
    GREATEST_PACKET,
    OPTIONS,
    decode,
    encode,
    format_packet,
    parse_packet,
    read_option,
    reply,
)
from provd.wire.dhcp.options import SINGLE

ROUNDS = 5
REPEATS = 20_000
ROOM = GREATEST_PACKET - 240
FEW_MICROSECONDS = 10
MANY_MILLISECONDS = 50
DISCOVER = """\
request
xid: 0x5e00530d
chaddr: 00:00:5e:00:53:0d
flags: broadcast
option 53 message-type: discover
option 57 max-message-size: 1472
option 55 parameter-list: 1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135
option 97 uuid: 4c4c4544-0052-3010-8051-b2c04f4d3932
option 94 client-ndi: 1 3.16
option 93 client-system: 7
option 60 vendor-class: "PXEClient:Arch:00007:UNDI:003016"
"""
OFFER = {
    53: b"\2",
    54: bytes(4),
    51: bytes(4),
    1: bytes(4),
    3: bytes(4),
    6: bytes(8),
    15: b"example.org",
    58: bytes(4),
    59: bytes(4),
}
WORST = {
    "pads": bytes(ROOM),
    "fragments of nothing": bytes((43, 0)) * (ROOM // 2),
    "fragments of a byte": bytes((43, 1, 7)) * (ROOM // 3),
}
"""Options that take the most steps for their length."""
SHOWN_WORST = {
    "empty sub-options": b"\1\0" * 256,
    "pointers": b"\x3f" + b"a" * 63 + b"\0" + b"\xc0\0" * 223,
}
"""Option values of the greatest length that is still shown as what it is."""


def microseconds(call: Callable[[], object], repeats: int) -> float:
    """CPU for one call."""
    began = process_time()
    for _repeat in range(repeats):
        call()
    return 1_000_000 * (process_time() - began) / repeats


def rounds(call: Callable[[], object], repeats: int) -> list[float]:
    """That, several times."""
    return [microseconds(call, repeats) for _round in range(ROUNDS)]


def milliseconds(call: Callable[[], object]) -> list[float]:
    """The same in larger units, of something dear."""
    return [cost / 1000 for cost in rounds(call, 5)]


def named(datagram: bytes) -> None:
    """Decode, whatever comes of it."""
    try:
        decode(datagram)
    except MalformedPacket:
        return


def read_all(options: dict[int, bytes]) -> None:
    """The typed value of each."""
    for code, value in options.items():
        read_option(code, value)


def run(report: Report) -> None:
    """All cases."""
    packet = parse_packet(DISCOVER)
    datagram = encode(packet)

    report.section(f"The DHCP codec with a PXE DISCOVER of {len(datagram)} bytes")
    cheap: dict[str, Callable[[], object]] = {
        "decode it": partial(decode, datagram),
        "encode it": partial(encode, packet),
        "encode an OFFER for it": lambda: encode(reply(packet, OFFER, yiaddr=1, siaddr=1)),
    }
    for case, call in cheap.items():
        report.bounded(case, rounds(call, REPEATS), FEW_MICROSECONDS, "us")
    rare: dict[str, Callable[[], object]] = {
        "type all of its options": partial(read_all, packet.options),
        "write it as text": partial(format_packet, packet),
        "read that text": partial(parse_packet, DISCOVER),
    }
    for case, call in rare.items():
        report.note(f"{case}: {min(rounds(call, REPEATS // 20)):,.0f} us")

    report.section("The dearest DHCP packets of 64 KiB")
    for case, options in WORST.items():
        hostile = partial(named, datagram[:240] + options)
        report.bounded(f"decode {case}", milliseconds(hostile), MANY_MILLISECONDS, "ms")
    for case, value in SHOWN_WORST.items():
        codes = [code for code in OPTIONS if code not in SINGLE]
        full = reply(packet, dict.fromkeys(codes[: ROOM // 520], value))
        heard = decode(encode(full, limit=GREATEST_PACKET))
        shown = partial(format_packet, heard)
        report.bounded(f"write options full of {case}", milliseconds(shown), 200, "ms")
