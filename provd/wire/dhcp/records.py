"""Option values of numbers that are packed bit by bit, with or without something behind them."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address
from re import ASCII
from re import compile as pattern

from provd.wire.dhcp.kinds import ADDRESS, Kind, Many, exactly
from provd.wire.dhcp.names import pack_names, read_name, scan_name
from provd.wire.dhcp.scanner import Scanner, Unexpected, octets, quoted

__all__ = ["CivicLocations", "IPv6Addresses", "Record", "Resolution"]


class Record:
    """Named numbers, most significant first, and `rest` behind them: `protocol 1 algorithm 1 hex 00`.

    Read as a dict by these names; `rest` is among them where the kind has one.
    """

    def __init__(self, *fields: tuple[str, int], rest: Kind | None = None) -> None:
        self._fields, self._rest = fields, rest
        bits = sum([width for _name, width in fields])
        self._size = bits // 8
        named = " ".join([f"{name} 0" for name, _width in fields])
        self.expected = named if rest is None else f"{named} and {rest.expected}"

    def read(self, value: bytes) -> dict[str, object]:
        read: dict[str, object] = dict(self._numbers(value))
        if self._rest is not None:
            read["rest"] = self._rest.read(value[self._size :])
        return read

    def show(self, value: bytes) -> str:
        text = " ".join([f"{name} {number}" for name, number in self._numbers(value)])
        return text if self._rest is None else f"{text} {self._rest.show(value[self._size :])}"

    def scan(self, scanner: Scanner) -> bytes:
        packed = 0
        for name, width in self._fields:
            if not scanner.keyword(name):
                raise scanner.unexpected(f"{name} and a number")
            packed = packed << width | scanner.number(0, (1 << width) - 1)
        head = packed.to_bytes(self._size, "big")
        return head if self._rest is None else head + self._rest.scan(scanner)

    def _numbers(self, value: bytes) -> list[tuple[str, int]]:
        head = exactly(value[: self._size] if self._rest is not None else value, self._size)
        packed = int.from_bytes(head, "big")
        numbers = []
        for name, width in reversed(self._fields):
            numbers.append((name, packed & (1 << width) - 1))
            packed >>= width
        return numbers[::-1]


class IPv6Addresses:
    """Option 109 (RFC 8539): one IPv6 address."""

    expected = "an IPv6 address"
    _ADDRESS = pattern(r"[0-9a-fA-F:.]{2,45}", ASCII)

    def read(self, value: bytes) -> str:
        return str(IPv6Address(exactly(value, 16)))

    show = read

    def scan(self, scanner: Scanner) -> bytes:
        token = scanner.need(self._ADDRESS, self.expected)
        try:
            return IPv6Address(token).packed
        except AddressValueError:
            raise Unexpected(token, self.expected) from None


class CivicLocations:
    """Option 99 (RFC 4776): whose place it is, a country, and its elements: `1 "US" {1: "CA"}`."""

    def __init__(self, elements: Kind) -> None:
        self._elements = elements
        self.expected = '1 "US" {1: "CA"}'

    def read(self, value: bytes) -> tuple[int, str, object]:
        if len(value) < 3:
            raise ValueError("shorter than three bytes")
        return value[0], value[1:3].decode("ascii"), self._elements.read(value[3:])

    def show(self, value: bytes) -> str:
        what, _country, _elements = self.read(value)
        return f"{what} {quoted(value[1:3])} {self._elements.show(value[3:])}"

    def scan(self, scanner: Scanner) -> bytes:
        what = bytes((scanner.number(0, 255),))
        country = scanner.quoted()
        if len(country) != 2:
            raise scanner.unexpected("a country of two letters before it")
        return what + country + self._elements.scan(scanner)


class Resolution:
    """Option 162 (RFC 9463): `1 dns.example.org [192.0.2.1] hex 0001…`, or several with commas between."""

    expected = "1 dns.example.org [192.0.2.1] hex 00010003"
    _ADDRESSES = Many(ADDRESS, 4)

    def read(self, value: bytes) -> tuple[tuple[int, str, tuple[object, ...], bytes], ...]:
        return tuple([self._read_one(piece) for piece in self._pieces(value)])

    def show(self, value: bytes) -> str:
        shown = []
        for priority, name, addresses, parameters in self.read(value):
            listed = (
                f" [{', '.join(map(str, addresses))}] {octets(parameters)}" if addresses else ""
            )
            shown.append(f"{priority} {name}{listed}")
        return ", ".join(shown)

    def scan(self, scanner: Scanner) -> bytes:
        value = self._scan_one(scanner)
        while scanner.accept(","):
            value += self._scan_one(scanner)
        return value

    def _scan_one(self, scanner: Scanner) -> bytes:
        priority = scanner.number(0, 0xFFFF).to_bytes(2, "big")
        name = pack_names([scan_name(scanner)])
        body = priority + bytes((len(name),)) + name
        if scanner.accept("["):
            addresses = self._ADDRESSES.scan(scanner)
            scanner.expect("]")
            if len(addresses) > 252:
                raise scanner.unexpected("at most 63 addresses before it")
            body += bytes((len(addresses),)) + addresses + scanner.octets()
        if len(body) > 0xFFFF:
            raise scanner.unexpected("at most 65535 bytes before it")
        return len(body).to_bytes(2, "big") + body

    def _read_one(self, piece: bytes) -> tuple[int, str, tuple[object, ...], bytes]:
        end = 3 + (piece[2] if len(piece) > 2 else 0)
        if len(piece) < 4 or end > len(piece):
            raise ValueError("an instance goes on beyond the end")
        name, after = read_name(piece[3:end], 0)
        if after != end - 3:
            raise ValueError("something behind the name")
        priority = int.from_bytes(piece[:2], "big")
        if end == len(piece):  # RFC 9463 section 5.1: the name alone (ADN-only mode)
            return priority, name, (), b""
        start, until = end + 1, end + 1 + piece[end]
        if until > len(piece):
            raise ValueError("addresses go on beyond the end")
        return priority, name, self._ADDRESSES.read(piece[start:until]), piece[until:]

    def _pieces(self, value: bytes) -> list[bytes]:
        pieces = []
        at = 0
        while at < len(value):
            end = at + 2 + int.from_bytes(value[at : at + 2], "big")
            if at + 2 > len(value) or end > len(value):
                raise ValueError("an instance goes on beyond the end")
            pieces.append(value[at + 2 : end])
            at = end
        if not pieces:
            raise ValueError("no instances")
        return pieces
