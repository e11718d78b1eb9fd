"""A packet as text: for logs, for goldens and for what people type.

::

    request
    xid: 0x3903f326
    flags: broadcast
    chaddr: 00:00:5e:00:53:01
    option 53 message-type: discover
    option 55 parameter-list: 1, 3, 6, 15, 66, 67
    option 60 vendor-class: "PXEClient:Arch:00007:UNDI:003016"

One line says which way it goes, one each field that is not 0 or empty (`xid` and `chaddr` always
stand there), one each option, in the order of the packet.  What `format_packet` writes,
`parse_packet` turns into the same packet.  Who types may leave out an option's name or its
code, put lines in any order after the first, and add blank lines and lines that begin in `#`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from provd.values import MalformedPacket
from provd.wire.dhcp.addresses import format_address, parse_address
from provd.wire.dhcp.faults import MalformedText
from provd.wire.dhcp.options import BY_NAME, option_name
from provd.wire.dhcp.packets import BROADCAST, CORE, REPLY, REQUEST, Packet, check
from provd.wire.dhcp.scanner import Scanner, Unexpected, octets
from provd.wire.dhcp.values import parse_option, show_option

__all__ = ["format_packet", "parse_packet"]

_HEADERS = {
    "request": (REQUEST, True),
    "reply": (REPLY, True),
    "request without options": (REQUEST, False),
    "reply without options": (REPLY, False),
}
"""What the first line says: `op`, and whether there is a magic cookie."""
_WORDS = {meaning: words for words, meaning in _HEADERS.items()}
_CODE = re.compile(r"[0-9]{1,3}", re.ASCII)
_HARDWARE = re.compile(r"[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){0,15}", re.ASCII)


def _number(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        scanner = Scanner(text)
        number = scanner.number(0, most)
        scanner.finish()
        return number

    return parse


def _flags(text: str) -> int:
    return BROADCAST if text == "broadcast" else _number(0xFFFF)(text)


def _hardware(text: str) -> bytes:
    if text and not _HARDWARE.fullmatch(text):
        raise Unexpected(text, "a hardware address of at most 16 bytes, 00:00:5e:00:53:01")
    return bytes.fromhex(text.replace(":", ""))


def _address(text: str) -> int:
    try:
        return parse_address(text)
    except ValueError:
        raise Unexpected(text, "an IPv4 address") from None


def _string(most: int) -> Callable[[str], bytes]:
    def parse(text: str) -> bytes:
        scanner = Scanner(text)
        value = scanner.octets() if scanner.sees('"') or text[:3] == "hex" else None
        if value is None or not scanner.done():
            value = text.encode("utf-8", "replace")
        if len(value) > most or b"\0" in value:
            raise Unexpected(text[:40], f"at most {most} bytes, and no NUL")
        return value

    return parse


_FIELDS: Mapping[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "xid": ("0x{:08x}".format, _number(0xFFFFFFFF)),
    "chaddr": (lambda value: value.hex(":"), _hardware),
    "htype": (str, _number(255)),
    "hops": (str, _number(255)),
    "secs": (str, _number(0xFFFF)),
    "flags": (lambda value: "broadcast" if value == BROADCAST else f"0x{value:04x}", _flags),
    "ciaddr": (format_address, _address),
    "yiaddr": (format_address, _address),
    "siaddr": (format_address, _address),
    "giaddr": (format_address, _address),
    "sname": (octets, _string(64)),
    "file": (octets, _string(128)),
}
"""How each field is shown and read, in the order of the text."""
_USUAL: Mapping[str, object] = {name: getattr(Packet(0, -1, b""), name) for name in _FIELDS}
"""What is left out; `xid` never is."""


def format_packet(packet: Packet, hidden: Collection[int | str] = ()) -> str:
    """The packet as text, one line for each thing it says, each ended by a newline.

    Of `hidden` options and fields a comment tells that they are there, and not what they are.
    """
    lines = [_WORDS[packet.op, packet.cookie]]
    for name, (show, _parse) in _FIELDS.items():
        value = getattr(packet, name)
        if value != _USUAL[name]:
            lines.append(f"# {name} (not shown)" if name in hidden else f"{name}: {show(value)}")
    for code, content in packet.options.items():
        name = option_name(code)
        label = f"{code} {name}" if name else str(code)
        if code in hidden:
            lines.append(f"# option {label} (not shown)")
        else:
            lines.append(f"option {label}: {show_option(code, content)}")
    return "\n".join(lines) + "\n"


def parse_packet(text: str) -> Packet:
    """The packet that a text says.

    @raise MalformedText: naming the first line that is not understood, and what is expected.
    """
    numbered = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    lines = [(number, line) for number, line in numbered if line and line[0] != "#"]
    first, header = lines[0] if lines else (1, "")
    if header not in _HEADERS:
        raise MalformedText(first, header[:40], "one of " + ", ".join(_HEADERS))
    op, cookie = _HEADERS[header]
    fields: dict[str, Any] = {"xid": 0, "chaddr": b""}
    options: dict[int, bytes] = {}
    lines_of: dict[object, int] = {}
    for number, line in lines[1:]:
        what, value = _parse_line(number, line)
        if what in lines_of:
            raise MalformedText(number, line[:40], f"something not said in line {lines_of[what]}")
        lines_of[what] = number
        if isinstance(what, str):
            fields[what] = value
        elif cookie:
            options[what] = value
        else:
            raise MalformedText(number, line[:40], "no option in a packet without options")
    try:
        check(op, options)
    except MalformedPacket as error:
        raise MalformedText(
            lines_of[53], header, f"what does not contradict: {error.detail}"
        ) from None
    return Packet(op, options=options, cookie=cookie, **fields)


def _parse_line(number: int, line: str) -> tuple[str | int, Any]:
    """The field's name, or the option's code, and the value."""
    name, colon, said = line.partition(":")
    if not colon:
        raise MalformedText(number, line[:40], "`field: value` or `option code name: value`")
    words, said = name.split(maxsplit=3), said.strip()
    if words[:1] == ["option"]:
        code = _code(number, words[1:])
        value = parse_option(code, said, line=number)
        width = CORE.get(code, len(value))
        if len(value) != width:
            raise MalformedText(number, said[:40], f"{width} bytes")
        return code, value
    name = name.rstrip()
    if name not in _FIELDS:
        raise MalformedText(number, name[:40], f"option, or one of {', '.join(_FIELDS)}")
    try:
        return name, _FIELDS[name][1](said)
    except Unexpected as error:
        raise MalformedText(number, error.found, error.expected) from None


def _code(number: int, words: list[str]) -> int:
    """The code of `53 message-type`, `53` or `message-type`."""
    label = " ".join(words)[:40]
    told = _CODE.fullmatch(words[0]) is not None if words else False
    name = words[-1] if words and not (told and len(words) == 1) else ""
    code = int(words[0]) if told else BY_NAME.get(name, 0)
    if not 1 <= code <= 254 or code == 52 or len(words) > 1 + told:
        raise MalformedText(number, label, "a code from 1 to 254 but 52, or an option's name")
    if name and option_name(code) != name:
        right = option_name(code) or "nothing"
        raise MalformedText(number, label, f"option {code} to be called {right}")
    return code
