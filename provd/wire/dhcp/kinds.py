"""How the values of options are built: numbers, addresses, texts, names, and lists of them.

A kind reads a value (`read`: bytes to what a program wants), shows it (`show`: bytes to text)
and takes it from text (`scan`: text to bytes).  `read` and `show` raise `ValueError` for bytes
that are not of their kind; the door, `provd.wire.dhcp.values`, turns that into named errors, and
into hexadecimal where a value is only to be shown.  Numbers are big-endian.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from provd.wire.dhcp.addresses import format_address, parse_address
from provd.wire.dhcp.names import pack_names, scan_name, unpack_names
from provd.wire.dhcp.scanner import Scanner, Unexpected, octets, quoted

__all__ = [
    "ADDRESS",
    "AddressPairs",
    "Addresses",
    "Booleans",
    "Codes",
    "Flag",
    "Kind",
    "Many",
    "Named",
    "Names",
    "Number",
    "Octets",
    "Text",
    "scan_address",
]


class Kind(Protocol):
    """See the module's comment."""

    expected: str
    """What an operator should have written."""

    def read(self, value: bytes) -> object:
        """The value as a program wants it: numbers, texts, tuples of these, or a Struct."""

    def show(self, value: bytes) -> str:
        """The value as text, on one line."""

    def scan(self, scanner: Scanner) -> bytes:
        """The value whose text is here."""


def exactly(value: bytes, size: int) -> bytes:
    """The value, which must have this length."""
    if len(value) != size:
        raise ValueError(f"{len(value)} bytes, expected {size}")
    return value


class Number:
    """One number of a fixed size."""

    def __init__(self, size: int, *, signed: bool = False) -> None:
        self._size, self._signed = size, signed
        span = 1 << 8 * size
        self._least, self._most = (-span // 2, span // 2 - 1) if signed else (0, span - 1)
        self.expected = f"a number from {self._least} to {self._most}"

    def read(self, value: bytes) -> int:
        return int.from_bytes(exactly(value, self._size), "big", signed=self._signed)

    def show(self, value: bytes) -> str:
        return str(self.read(value))

    def scan(self, scanner: Scanner) -> bytes:
        number = scanner.number(self._least, self._most)
        return number.to_bytes(self._size, "big", signed=self._signed)


class Booleans:
    """One byte that is 0 or 1."""

    expected = "true or false"

    def read(self, value: bytes) -> bool:
        if value not in {b"\0", b"\1"}:
            raise ValueError("neither 00 nor 01")
        return value == b"\1"

    def show(self, value: bytes) -> str:
        return "true" if self.read(value) else "false"

    def scan(self, scanner: Scanner) -> bytes:
        if scanner.keyword("true"):
            return b"\1"
        if scanner.keyword("false"):
            return b"\0"
        raise scanner.unexpected(self.expected)


class Flag:
    """No bytes: the option says all by being there (RFC 4039)."""

    expected = "present"

    def read(self, value: bytes) -> bool:
        exactly(value, 0)
        return True

    def show(self, value: bytes) -> str:
        exactly(value, 0)
        return "present"

    def scan(self, scanner: Scanner) -> bytes:
        if not scanner.keyword("present"):
            raise scanner.unexpected(self.expected)
        return b""


class Named:
    """One byte whose values have names."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names
        self._numbers = {name: number for number, name in names.items()}
        self.expected = "one of " + ", ".join(names.values())

    def read(self, value: bytes) -> int:
        return exactly(value, 1)[0]

    def show(self, value: bytes) -> str:
        number = self.read(value)
        return self._names.get(number, str(number))

    def scan(self, scanner: Scanner) -> bytes:
        for name, number in self._numbers.items():
            if scanner.keyword(name) or scanner.keyword(name.upper()):
                return bytes((number,))
        try:
            return bytes((scanner.number(0, 255),))
        except Unexpected:
            raise scanner.unexpected(self.expected) from None


_ADDRESS = re.compile(r"[0-9.]+", re.ASCII)


def scan_address(scanner: Scanner) -> bytes:
    """The four bytes of an IPv4 address here."""
    token = scanner.need(_ADDRESS, "an IPv4 address")
    try:
        return parse_address(token).to_bytes(4, "big")
    except ValueError:
        raise Unexpected(token, "an IPv4 address") from None


class Addresses:
    """One IPv4 address, read as text."""

    expected = "an IPv4 address"

    def read(self, value: bytes) -> str:
        return format_address(int.from_bytes(exactly(value, 4), "big"))

    show = read

    def scan(self, scanner: Scanner) -> bytes:
        return scan_address(scanner)


ADDRESS = Addresses()


class AddressPairs:
    """Two addresses: a destination and its mask or router (RFC 2132 sections 4.3, 5.8)."""

    expected = "two IPv4 addresses"

    def read(self, value: bytes) -> tuple[str, str]:
        exactly(value, 8)
        return ADDRESS.read(value[:4]), ADDRESS.read(value[4:])

    def show(self, value: bytes) -> str:
        return " ".join(self.read(value))

    def scan(self, scanner: Scanner) -> bytes:
        return scan_address(scanner) + scan_address(scanner)


class Many:
    """One or more of a kind of a fixed size, in a row; `quantum` is that size."""

    def __init__(self, kind: Kind, quantum: int) -> None:
        self._kind, self._quantum = kind, quantum
        self.expected = f"{kind.expected}, or several with commas between"

    def read(self, value: bytes) -> tuple[object, ...]:
        return tuple([self._kind.read(piece) for piece in self._pieces(value)])

    def show(self, value: bytes) -> str:
        return ", ".join([self._kind.show(piece) for piece in self._pieces(value)])

    def scan(self, scanner: Scanner) -> bytes:
        value = self._kind.scan(scanner)
        while scanner.accept(","):
            value += self._kind.scan(scanner)
        return value

    def _pieces(self, value: bytes) -> list[bytes]:
        quantum = self._quantum
        if not value or len(value) % quantum:
            raise ValueError(f"{len(value)} bytes, expected a multiple of {quantum}")
        return [value[at : at + quantum] for at in range(0, len(value), quantum)]


class Codes:
    """Option codes, one byte each, in the client's order of preference (RFC 2132 section 9.8)."""

    expected = "option codes with commas between"

    def read(self, value: bytes) -> tuple[int, ...]:
        return tuple(value)

    def show(self, value: bytes) -> str:
        if not value:
            raise ValueError("no codes")
        return ", ".join(map(str, value))

    def scan(self, scanner: Scanner) -> bytes:
        codes = [scanner.number(0, 255)]
        while scanner.accept(","):
            codes.append(scanner.number(0, 255))
        return bytes(codes)


class Text:
    """UTF-8, of which RFC 2132 means ASCII; a NUL at its end is not part of it (section 2)."""

    expected = '"text"'

    def read(self, value: bytes) -> str:
        return value.rstrip(b"\0").decode()

    def show(self, value: bytes) -> str:
        return quoted(value)

    def scan(self, scanner: Scanner) -> bytes:
        return scanner.quoted()


class Octets:
    """Bytes that mean something to somebody else."""

    expected = '"text" or hex 0a0b'

    def read(self, value: bytes) -> bytes:
        return value

    def show(self, value: bytes) -> str:
        return octets(value)

    def scan(self, scanner: Scanner) -> bytes:
        return scanner.octets()


class Names:
    """Domain names, compressed (RFC 3397) or, where the text says so, not."""

    expected = "domain names with commas between"

    def read(self, value: bytes) -> tuple[str, ...]:
        return unpack_names(value)

    def show(self, value: bytes) -> str:
        names = unpack_names(value)
        word = "" if pack_names(names) == value else "uncompressed "
        return word + ", ".join(names)

    def scan(self, scanner: Scanner) -> bytes:
        compressed = not scanner.keyword("uncompressed")
        names = [scan_name(scanner)]
        while scanner.accept(","):
            names.append(scan_name(scanner))
        try:
            return pack_names(names, compressed=compressed)
        except ValueError as error:
            raise Unexpected(", ".join(names)[:40], str(error)) from None
