"""Option values that list servers, or say how to choose among them."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

from msgspec import Struct

from provd.wire.dhcp.kinds import ADDRESS, Many, Names, exactly, scan_address
from provd.wire.dhcp.names import pack_names, read_name, scan_name
from provd.wire.dhcp.scanner import Scanner, Unexpected, octets, quoted

__all__ = [
    "AddressLists",
    "ClientFqdn",
    "ClientFqdns",
    "Resolvers",
    "SipServers",
    "SixRds",
    "Uris",
]

_ADDRESSES = Many(ADDRESS, 4)
_NAMES = Names()


class SipServers:
    """Option 120 (RFC 3361): a byte that says whether names or addresses follow."""

    expected = "names sip.example.org, or addresses 192.0.2.1"

    def read(self, value: bytes) -> tuple[object, ...]:
        if value[:1] not in {b"\0", b"\1"}:
            raise ValueError("neither 00 nor 01 in front")
        return _ADDRESSES.read(value[1:]) if value[0] else _NAMES.read(value[1:])

    def show(self, value: bytes) -> str:
        if value[:1] == b"\1":
            return f"addresses {_ADDRESSES.show(value[1:])}"
        return f"names {_NAMES.show(value[1:])}"

    def scan(self, scanner: Scanner) -> bytes:
        if scanner.keyword("addresses"):
            return b"\1" + _ADDRESSES.scan(scanner)
        if scanner.keyword("names"):
            return b"\0" + _NAMES.scan(scanner)
        raise scanner.unexpected(self.expected)


class ClientFqdn(Struct, frozen=True, gc=False):
    """Option 81 (RFC 4702)."""

    flags: int
    """1 S: the server updates A; 2 O; 4 E: the name is in wire form; 8 N: no updates."""
    results: tuple[int, int]
    """Two obsolete result codes."""
    name: str


class ClientFqdns:
    """`flags 5 results 0 0 name boot.example.org`, or a literal where `name` stands."""

    expected = 'flags 5 results 0 0 name boot.example.org, or flags 0 results 0 0 "boot"'
    _ENCODED = 4

    def read(self, value: bytes) -> ClientFqdn:
        if len(value) < 3:
            raise ValueError("shorter than three bytes")
        flags, rest = value[0], value[3:]
        if not flags & self._ENCODED:
            name = rest.rstrip(b"\0").decode()
        elif rest:
            # RFC 4702 section 3.3: a partial name has no root, and ends with the option.
            name, _after = read_name(rest if rest[-1:] == b"\0" else rest + b"\0", 0)
        else:
            name = ""
        return ClientFqdn(flags, (value[1], value[2]), name)

    def show(self, value: bytes) -> str:
        if len(value) < 3:
            raise ValueError("shorter than three bytes")
        head = f"flags {value[0]} results {value[1]} {value[2]}"
        rest = value[3:]
        if value[0] & self._ENCODED and rest[-1:] == b"\0":
            name, after = read_name(rest, 0)
            if after == len(rest) and pack_names([name]) == rest:
                return f"{head} name {name}"
        return f"{head} {octets(rest)}"

    def scan(self, scanner: Scanner) -> bytes:
        if not scanner.keyword("flags"):
            raise scanner.unexpected(self.expected)
        head = [scanner.number(0, 255)]
        if not scanner.keyword("results"):
            raise scanner.unexpected("results and two numbers")
        head += [scanner.number(0, 255), scanner.number(0, 255)]
        if scanner.keyword("name"):
            return bytes(head) + pack_names([scan_name(scanner)])
        return bytes(head) + scanner.octets()


class Uris:
    """Option 143 (RFC 8572 section 8.1): each URI after two bytes of its length."""

    expected = '"https://example.org", or several with commas between'

    def read(self, value: bytes) -> tuple[str, ...]:
        return tuple([uri.decode() for uri in self._pieces(value)])

    def show(self, value: bytes) -> str:
        return ", ".join(map(quoted, self._pieces(value)))

    def scan(self, scanner: Scanner) -> bytes:
        uris = [scanner.quoted()]
        while scanner.accept(","):
            uris.append(scanner.quoted())
        if max(map(len, uris)) > 0xFFFF:
            raise Unexpected("a long text", "at most 65535 bytes")
        return b"".join([len(uri).to_bytes(2, "big") + uri for uri in uris])

    def _pieces(self, value: bytes) -> list[bytes]:
        pieces = []
        at = 0
        while at < len(value):
            end = at + 2 + int.from_bytes(value[at : at + 2], "big")
            if at + 2 > len(value) or end > len(value):
                raise ValueError("a URI goes on beyond the end")
            pieces.append(value[at + 2 : end])
            at = end
        if not pieces:
            raise ValueError("no URIs")
        return pieces


class Resolvers:
    """Option 146 (RFC 6731 section 4.3): a preference, two resolvers, and the names they are for."""

    expected = "preference 0 192.0.2.1 192.0.2.2 for example.org"

    def read(self, value: bytes) -> tuple[int, str, str, tuple[str, ...]]:
        if len(value) < 10:
            raise ValueError("shorter than ten bytes")
        return value[0], ADDRESS.read(value[1:5]), ADDRESS.read(value[5:9]), _NAMES.read(value[9:])

    def show(self, value: bytes) -> str:
        preference, first, second, _names = self.read(value)
        return f"preference {preference} {first} {second} for {_NAMES.show(value[9:])}"

    def scan(self, scanner: Scanner) -> bytes:
        if not scanner.keyword("preference"):
            raise scanner.unexpected(self.expected)
        head = bytes((scanner.number(0, 255),)) + scan_address(scanner) + scan_address(scanner)
        if not scanner.keyword("for"):
            raise scanner.unexpected("for and domain names")
        return head + _NAMES.scan(scanner)


class AddressLists:
    """Option 158 (RFC 7291 section 4): `[192.0.2.1, 192.0.2.2], [192.0.2.3]`, one list for each server."""

    expected = "[192.0.2.1, 192.0.2.2], [192.0.2.3]"

    def read(self, value: bytes) -> tuple[tuple[object, ...], ...]:
        return tuple([_ADDRESSES.read(piece) for piece in self._pieces(value)])

    def show(self, value: bytes) -> str:
        return ", ".join([f"[{_ADDRESSES.show(piece)}]" for piece in self._pieces(value)])

    def scan(self, scanner: Scanner) -> bytes:
        value = self._scan_one(scanner)
        while scanner.accept(","):
            value += self._scan_one(scanner)
        return value

    def _scan_one(self, scanner: Scanner) -> bytes:
        scanner.expect("[")
        addresses = _ADDRESSES.scan(scanner)
        scanner.expect("]")
        if len(addresses) > 255:
            raise scanner.unexpected("at most 63 addresses in a list")
        return bytes((len(addresses),)) + addresses

    def _pieces(self, value: bytes) -> list[bytes]:
        pieces = []
        at = 0
        while at < len(value):
            end = at + 1 + value[at]
            if end > len(value):
                raise ValueError("a list goes on beyond the end")
            pieces.append(value[at + 1 : end])
            at = end
        if not pieces:
            raise ValueError("no lists")
        return pieces


class SixRds:
    """Option 212 (RFC 5969 section 7.1.1): IPv4 mask length, 6rd prefix, border relays."""

    expected = "8 2001:db8::/32 via 192.0.2.1"
    _PREFIX = re.compile(r"([0-9a-fA-F:.]+)/([0-9]{1,3})", re.ASCII)

    def read(self, value: bytes) -> tuple[int, str, tuple[object, ...]]:
        prefix = f"{IPv6Address(exactly(value[2:18], 16))}/{value[1]}"
        return value[0], prefix, _ADDRESSES.read(value[18:])

    def show(self, value: bytes) -> str:
        mask, prefix, _relays = self.read(value)
        return f"{mask} {prefix} via {_ADDRESSES.show(value[18:])}"

    def scan(self, scanner: Scanner) -> bytes:
        mask = scanner.number(0, 32)
        prefix = scanner.match(self._PREFIX)
        if prefix is None or int(prefix[2]) > 128 or not scanner.keyword("via"):
            raise scanner.unexpected("2001:db8::/32 via and addresses")
        address = IPv6Address(prefix[1]).packed
        return bytes((mask, int(prefix[2]))) + address + _ADDRESSES.scan(scanner)
