"""The door to option values: typed, as text, and back; for every code there is.

`read_option` gives what a program wants, `show_option` what a person reads, `parse_option` and
`write_option` make bytes of what a person or a document says.  All cost nothing until called.
"""

from __future__ import annotations

from collections.abc import Mapping

from provd.values import ProvdError
from provd.wire.dhcp.faults import MalformedOption, MalformedText, Unencodable
from provd.wire.dhcp.kinds import (
    ADDRESS,
    AddressPairs,
    Booleans,
    Codes,
    Flag,
    Kind,
    Many,
    Named,
    Names,
    Number,
    Octets,
    Text,
)
from provd.wire.dhcp.nested import EnterpriseClasses, EnterpriseOptions, Suboptions, VendorOptions
from provd.wire.dhcp.options import OPTIONS, option_name
from provd.wire.dhcp.packets import MessageType
from provd.wire.dhcp.records import CivicLocations, IPv6Addresses, Record, Resolution
from provd.wire.dhcp.scanner import Scanner, Unexpected, quoted
from provd.wire.dhcp.servers import (
    AddressLists,
    ClientFqdns,
    Resolvers,
    SipServers,
    SixRds,
    Uris,
)
from provd.wire.dhcp.showing import scanned, shown
from provd.wire.dhcp.spaces import IPXE, RELAY, UNNAMED
from provd.wire.dhcp.structures import (
    ClientIds,
    Interfaces,
    MachineIds,
    Marked,
    Routes,
    TypedOctets,
    UserClasses,
)

__all__ = ["KINDS", "parse_option", "read_option", "show_option", "write_option"]

_KINDS: dict[str, Kind] = {
    "flag": Flag(),
    "bool": Booleans(),
    "u8": Number(1),
    "u16": Number(2),
    "u32": Number(4),
    "i8": Number(1, signed=True),
    "i32": Number(4, signed=True),
    "u8s": Many(Number(1), 1),
    "u16s": Many(Number(2), 2),
    "ip": ADDRESS,
    "ips": Many(ADDRESS, 4),
    "ip6": IPv6Addresses(),
    "ip-pairs": Many(AddressPairs(), 8),
    "ip-lists": AddressLists(),
    "text": Text(),
    "octets": Octets(),
    "codes": Codes(),
    "domains": Names(),
    "message-type": Named({kind.value: kind.name.lower() for kind in MessageType}),
    "node-type": Named({1: "b-node", 2: "p-node", 4: "m-node", 8: "h-node"}),
    "overload": Named({1: "file", 2: "sname", 3: "file-and-sname"}),
    "client-id": ClientIds(),
    "user-class": UserClasses(),
    "interface": Interfaces(),
    "machine-id": MachineIds(),
    "routes": Routes(),
    "directory-agent": Marked(text=False),
    "service-scope": Marked(text=True),
    "client-fqdn": ClientFqdns(),
    "sip-servers": SipServers(),
    "status": TypedOctets(),
    "vss": TypedOctets(),
    "uris": Uris(),
    "rdnss": Resolvers(),
    "sixrd": SixRds(),
    "vi-class": EnterpriseClasses(),
    "resolution": Resolution(),
    "isns": Record(  # RFC 4174 section 2
        ("functions", 16),
        ("access", 16),
        ("administration", 16),
        ("security", 32),
        rest=Many(ADDRESS, 4),
    ),
    "authentication": Record(  # RFC 3118 section 2
        ("protocol", 8), ("algorithm", 8), ("detection", 8), ("replay", 64), rest=Octets()
    ),
    "ports": Record(("offset", 8), ("length", 8), ("set", 16)),  # RFC 7618 section 9
    "position": Record(  # RFC 6225 section 2.2.1, as RFC 3825 had it
        ("latitude-bits", 6),
        ("latitude", 34),
        ("longitude-bits", 6),
        ("longitude", 34),
        ("altitude-type", 4),
        ("altitude-bits", 6),
        ("altitude", 30),
        ("datum", 8),
    ),
    "place": Record(  # RFC 6225 section 2.2.2
        ("latitude-uncertainty", 6),
        ("latitude", 34),
        ("longitude-uncertainty", 6),
        ("longitude", 34),
        ("altitude-type", 4),
        ("altitude-uncertainty", 6),
        ("altitude", 30),
        ("version", 2),
        ("resolution", 3),
        ("datum", 3),
    ),
}
_KINDS["suboptions"] = Suboptions(_KINDS, UNNAMED)
_KINDS["relay"] = Suboptions(_KINDS, RELAY)
_KINDS["ipxe"] = Suboptions(_KINDS, IPXE)
_KINDS["civic"] = CivicLocations(_KINDS["suboptions"])
_KINDS["subnets"] = Record(("flags", 8), rest=_KINDS["suboptions"])  # RFC 6656 section 3
_KINDS["vendor"] = VendorOptions(_KINDS)
_KINDS["vi-specific"] = EnterpriseOptions(_KINDS)

KINDS: Mapping[str, Kind] = _KINDS
"""How values are built, by the names that `OPTIONS` and the spaces use."""

_OCTETS = KINDS["octets"]
_TEXT = KINDS["text"]
_BY_CODE: Mapping[int, Kind] = {code: KINDS[option.kind] for code, option in OPTIONS.items()}


def read_option(code: int, value: bytes) -> object:
    """The typed value: numbers, booleans, texts (addresses and names too), tuples, Structs.

    Options nobody has registered, and those whose content is another's, are bytes.

    @raise MalformedOption: for bytes that are not of the option's kind.
    """
    try:
        return _BY_CODE.get(code, _OCTETS).read(value)
    except MalformedOption as error:
        raise MalformedOption("DHCP", error.detail, code) from None
    except UnicodeDecodeError:
        raise MalformedOption("DHCP", "its text is not UTF-8", code) from None
    except ValueError as error:
        raise MalformedOption("DHCP", str(error), code) from None


def show_option(code: int, value: bytes) -> str:
    """The value on one line of printable ASCII; `parse_option` makes exactly it of that."""
    return shown(_BY_CODE.get(code, _OCTETS), value)


def parse_option(code: int, text: str, *, line: int = 1) -> bytes:
    """The value that a person wrote, in the words of `show_option`.

    For options that are text the quotes may be left out: what then stands there is taken as it is.

    @raise MalformedText: saying what was found and what is expected; `line` is passed on to it.
    """
    kind = _BY_CODE.get(code, _OCTETS)
    text = text.strip()
    scanner = Scanner(text)
    if kind is _TEXT and text[:1] != '"':
        given = scanner.hexadecimal()
        return text.encode("utf-8", "replace") if given is None or not scanner.done() else given
    try:
        value = scanned(kind, scanner)
        scanner.finish()
    except Unexpected as error:
        raise MalformedText(line, error.found, error.expected) from None
    except (ValueError, ProvdError):
        raise MalformedText(line, text[:40], kind.expected) from None
    return value


def write_option(code: int, value: object) -> bytes:
    """The value that a document says: bytes as they are, a text as `parse_option` reads it,
    numbers and booleans, and lists of texts or numbers.

    @raise MalformedText: for a text that is not of the option's kind.
    @raise Unencodable: for anything else.
    """
    match value:
        case bytes():
            return value
        case str():
            return parse_option(code, value)
        case True if _BY_CODE.get(code) is KINDS["flag"]:
            return b""
        case bool():
            return parse_option(code, str(value).lower())
        case int():
            return parse_option(code, str(value))
        case list() | tuple():
            return parse_option(code, _enumeration(code, value))
    expected = _BY_CODE.get(code, _OCTETS).expected
    raise Unencodable(f"option {code} {option_name(code)}".strip(), expected)


def _enumeration(code: int, items: list[object] | tuple[object, ...]) -> str:
    """A list as the text of an option: in quotes where the option's kind is a list of texts."""
    kind = _BY_CODE.get(code, _OCTETS)
    if isinstance(kind, UserClasses):
        return f"[{', '.join([quoted(str(item).encode()) for item in items])}]"
    if isinstance(kind, Uris):
        return ", ".join([quoted(str(item).encode()) for item in items])
    return ", ".join(map(str, items))
