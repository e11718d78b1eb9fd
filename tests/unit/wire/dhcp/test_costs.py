"""What the DHCP codec costs at worst, in steps: figures that no other load on the machine changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

import pytest

from provd.values import MalformedPacket
from provd.wire.dhcp import (
    GREATEST_PACKET,
    REQUEST,
    MalformedOption,
    MalformedText,
    Packet,
    decode,
    encode,
    parse_option,
    parse_packet,
    read_option,
    show_option,
)


def datagram(options: bytes) -> bytes:
    """A packet with these bytes for options."""
    return encode(Packet(REQUEST, 1, b"123456"))[:240] + options


def lines_run(call: Callable[[], object]) -> int:
    """How many lines of ours a call runs: a price that no other load on the machine changes."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        if "provd" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(previous)
    return count


ROOM = GREATEST_PACKET - 240
WORST = {
    "pads": bytes(ROOM),
    "fragments of nothing": bytes((43, 0)) * (ROOM // 2),
    "fragments of a byte": bytes((43, 1, 7)) * (ROOM // 3),
    "all codes in turn": bytes(
        byte for code in range(1, 255) if code not in {50, 51, 52, 53, 54, 57, 118}
        for byte in (code, 0)
    ) * 3,
    "whole parts": (bytes((43, 255)) + bytes(255)) * (ROOM // 257),
}  # fmt: skip


@pytest.mark.parametrize("shape", WORST)
def test_the_worst_packets_cost_a_bound(shape: str) -> None:
    """64 KiB of the most expensive bytes take at most eight steps for each byte."""
    raw = datagram(WORST[shape])
    assert lines_run(lambda: _packet_or_named_error_once(raw)) <= 8 * len(raw)


def _packet_or_named_error_once(raw: bytes) -> None:
    try:
        decode(raw)
    except MalformedPacket:
        return


def test_fragments_are_joined_in_one_go() -> None:
    """Many parts of one option are copied once: no quadratic growth (RFC 3396)."""
    packet = decode(datagram(WORST["fragments of a byte"]))
    assert packet.options == {43: b"\7" * (ROOM // 3)}


DEAR: dict[str, tuple[int, bytes]] = {
    "pointers to a long name": (119, (b"\x3f" + b"a" * 63) * 3 + b"\0" + b"\xc0\0" * 32000),
    "pointers to pointers": (
        119,
        b"\0"
        + b"".join([(0xC000 | max(0, at - 1)).to_bytes(2, "big") for at in range(0, 16000, 2)]),
    ),
    "roots": (119, bytes(65000)),
    "empty sub-options": (43, b"\1\0" * 32000),
    "empty classes": (77, b"\1a" * 32000),
    "empty enterprises": (125, bytes(65000)),
    "empty classes of an enterprise": (124, (bytes(4) + b"\xff" + bytes(255)) * 250),
    "default routes": (121, bytes(65000)),
    "options of a relay agent's option": (82, (b"\x09\xff" + bytes(255)) * 250),
}


@pytest.mark.parametrize("shape", DEAR)
def test_the_worst_values_cost_a_bound(shape: str) -> None:
    """64 KiB in one option: reading takes at most fifteen steps for each byte, showing fewer."""
    code, value = DEAR[shape]
    assert lines_run(lambda: show_option(code, value)) <= 20
    assert lines_run(lambda: _read_once(code, value)) <= 15 * len(value)
    for shown in (value[:511], value[:512]):
        assert lines_run(partial(show_option, code, shown)) <= 200 * len(shown)


def _read_once(code: int, value: bytes) -> None:
    with suppress(MalformedOption):
        read_option(code, value)


TEXTS = {
    "escapes": '"' + "\\x00" * 16000,
    "openings": "{" * 60000,
    "codes": "1, " * 20000,
    "labels": "a." * 30000,
    "digits": "hex " + "00" * 30000 + "g",
    "blanks": "hex" + " " * 60000 + "g",
}


@pytest.mark.parametrize("shape", TEXTS)
def test_the_worst_texts_cost_a_bound(shape: str) -> None:
    """The longest lines an operator may paste are read, or refused, without looking twice."""
    text = TEXTS[shape]
    for code in (12, 43, 55, 61, 82, 119, 121, 124, 225):
        assert lines_run(partial(_parse_once, code, text)) <= 15 * len(text)


def _parse_once(code: int, text: str) -> None:
    with suppress(MalformedText):
        parse_option(code, text)


@pytest.mark.parametrize("blanks", ["option{}x", "option 12{}x", "{}x", "option 12{}host-name{}x"])
def test_blanks_cost_nothing(blanks: str) -> None:
    """A pattern that tries each of many blanks twice would take minutes here."""
    with pytest.raises(MalformedText):
        parse_packet("request\n#\n." + blanks.replace("{}", " " * 60000))
    with pytest.raises(MalformedText):
        parse_packet("request\n" + blanks.replace("{}", " " * 60000))
