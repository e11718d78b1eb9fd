"""Option values that are made of several parts: identifiers, routes, classes."""

from __future__ import annotations

import re

from msgspec import Struct

from provd.wire.dhcp.encapsulation import split_user_class
from provd.wire.dhcp.kinds import ADDRESS, Many, exactly, scan_address
from provd.wire.dhcp.scanner import Scanner, octets, quoted

__all__ = [
    "ClientId",
    "ClientIds",
    "Interfaces",
    "MachineIds",
    "Marked",
    "Route",
    "Routes",
    "TypedOctets",
    "UserClasses",
]

_ADDRESSES = Many(ADDRESS, 4)


class ClientId(Struct, frozen=True, gc=False):
    """Option 61 (RFC 2132 section 9.14): a hardware type and address, or 255, IAID and DUID (RFC 4361)."""

    type: int
    identifier: bytes


class ClientIds:
    """`1 00:00:5e:00:53:01`, `255 hex …`, or `"text"` for those who send nothing but that."""

    expected = '1 and a hardware address, a type and hex 0a0b, or "text"'
    _HARDWARE = re.compile(r"[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}(?![0-9a-fA-F:])")

    def read(self, value: bytes) -> ClientId:
        if len(value) < 2:  # RFC 2132 section 9.14: at least two
            raise ValueError("shorter than two bytes")
        return ClientId(value[0], value[1:])

    def show(self, value: bytes) -> str:
        read = self.read(value)
        if read.type < 32 and len(read.identifier) == 6:
            return f"{read.type} {read.identifier.hex(':')}"
        whole = octets(value)
        return whole if whole.startswith('"') else f"{read.type} {octets(read.identifier)}"

    def scan(self, scanner: Scanner) -> bytes:
        if scanner.sees('"'):
            return scanner.quoted()
        kind = bytes((scanner.number(0, 255),))
        hardware = scanner.match(self._HARDWARE)
        if hardware is not None:
            return kind + bytes.fromhex(hardware.group().replace(":", ""))
        return kind + scanner.octets()


class TypedOctets:
    """One byte that says what the others are: a status and its message, a VPN's name (RFC 6607)."""

    expected = '0 "text" or 0 hex 0a0b'

    def read(self, value: bytes) -> tuple[int, bytes]:
        if not value:
            raise ValueError("no bytes")
        return value[0], value[1:]

    def show(self, value: bytes) -> str:
        kind, rest = self.read(value)
        return f"{kind} {octets(rest)}" if rest else str(kind)

    def scan(self, scanner: Scanner) -> bytes:
        kind = bytes((scanner.number(0, 255),))
        return kind if scanner.sees(";}") else kind + scanner.octets()


class MachineIds:
    """Option 97 (RFC 4578 section 2.3): type 0 and a UUID, its digits in the order of the wire."""

    expected = "a UUID"
    _UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")

    def read(self, value: bytes) -> str:
        if exactly(value, 17)[0]:
            raise ValueError(f"type {value[0]}, expected 0")
        digits = value[1:].hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    show = read

    def scan(self, scanner: Scanner) -> bytes:
        return b"\0" + bytes.fromhex(scanner.need(self._UUID, self.expected).replace("-", ""))


class Interfaces:
    """Option 94 (RFC 4578 section 2.2): a type, 1 for UNDI, and its version."""

    expected = "1 3.16"
    _VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\b", re.ASCII)

    def read(self, value: bytes) -> tuple[int, int, int]:
        kind, major, minor = exactly(value, 3)
        return kind, major, minor

    def show(self, value: bytes) -> str:
        return "{} {}.{}".format(*self.read(value))

    def scan(self, scanner: Scanner) -> bytes:
        kind = scanner.number(0, 255)
        version = scanner.match(self._VERSION)
        if version is None:
            raise scanner.unexpected("a version like 3.16")
        return bytes((kind, int(version[1]), int(version[2])))


class Route(Struct, frozen=True, gc=False):
    """One of option 121's (RFC 3442)."""

    destination: str
    """`192.0.2.0/24`."""
    router: str
    """`0.0.0.0` where the destination is on the link itself."""


class Routes:
    """`192.0.2.0/24 via 192.0.2.1, 0.0.0.0/0 via 192.0.2.2`."""

    expected = "192.0.2.0/24 via 192.0.2.1, or several with commas between"

    def read(self, value: bytes) -> tuple[Route, ...]:
        routes = []
        at = 0
        while at < len(value):
            width = value[at]
            size = (width + 7) // 8  # RFC 3442: only the significant bytes of the destination
            end = at + 5 + size
            if width > 32 or end > len(value):
                raise ValueError("a width above 32, or a route that goes on beyond the end")
            destination = ADDRESS.read(value[at + 1 : at + 1 + size].ljust(4, b"\0"))
            routes.append(Route(f"{destination}/{width}", ADDRESS.read(value[end - 4 : end])))
            at = end
        if not routes:
            raise ValueError("no routes")
        return tuple(routes)

    def show(self, value: bytes) -> str:
        return ", ".join([f"{route.destination} via {route.router}" for route in self.read(value)])

    def scan(self, scanner: Scanner) -> bytes:
        value = self._scan_one(scanner)
        while scanner.accept(","):
            value += self._scan_one(scanner)
        return value

    def _scan_one(self, scanner: Scanner) -> bytes:
        destination = scan_address(scanner)
        scanner.expect("/")
        width = scanner.number(0, 32)
        if not scanner.keyword("via"):
            raise scanner.unexpected("via and a router")
        return bytes((width,)) + destination[: (width + 7) // 8] + scan_address(scanner)


class UserClasses:
    """Option 77: `["one", "two"]` in the form of RFC 3004, `"iPXE"` for bare text."""

    expected = '"text", or ["one", "two"] in the form of RFC 3004'

    def read(self, value: bytes) -> tuple[bytes, ...]:
        return split_user_class(value)

    def show(self, value: bytes) -> str:
        classes = split_user_class(value)
        if classes == (value,) or not classes:
            return octets(value)
        return f"[{', '.join(map(octets, classes))}]"

    def scan(self, scanner: Scanner) -> bytes:
        if not scanner.accept("["):
            return scanner.octets()
        classes = [scanner.octets()]
        while scanner.accept(","):
            classes.append(scanner.octets())
        scanner.expect("]")
        return b"".join([bytes((len(one),)) + one for one in classes])


class Marked:
    """A byte that is 0 or 1 before something else: mandatory or not (RFC 2610)."""

    def __init__(self, *, text: bool) -> None:
        self._text = text
        self.expected = (
            'mandatory or optional, and "text"' if text else "mandatory or optional, and addresses"
        )

    def read(self, value: bytes) -> tuple[bool, object]:
        if value[:1] not in {b"\0", b"\1"}:
            raise ValueError("neither 00 nor 01 in front")
        rest = value[1:]
        return value[0] == 1, rest.decode() if self._text else _ADDRESSES.read(rest)

    def show(self, value: bytes) -> str:
        mandatory, _rest = self.read(value)
        rest = quoted(value[1:]) if self._text else _ADDRESSES.show(value[1:])
        return f"{'mandatory' if mandatory else 'optional'} {rest}"

    def scan(self, scanner: Scanner) -> bytes:
        mark = b"\1" if scanner.keyword("mandatory") else b"\0"
        if mark == b"\0" and not scanner.keyword("optional"):
            raise scanner.unexpected(self.expected)
        return mark + (scanner.quoted() if self._text else _ADDRESSES.scan(scanner))
