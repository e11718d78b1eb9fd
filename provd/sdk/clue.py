"""Clues: by what a plugin recognises that a request may be of one of its devices.

A request is shown only to plugins one of whose clues matches it, found through an index of the
literals: what extraction costs does not grow with the number of plugins.  A clue without literals
is shown everything of its protocol; that is what legacy extractors do, and it has its price.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from provd.values import Info, Inquiry, Protocol
from provd.wire.dhcp import MalformedOption, read_option, suboptions

TR069 = 3561
"""The Broadband Forum's enterprise number: under it devices name themselves in options 124 and 125."""


class Asked:
    """What a witness may read of an inquiry; remembers which fields it really read.

    The host keeps a testimony under the values of exactly the fields that were read.
    """

    __slots__ = ("_inquiry", "fields")

    def __init__(self, inquiry: Inquiry) -> None:
        """Show `inquiry`, nothing read yet."""
        self._inquiry = inquiry
        self.fields: set[str] = set()
        """`path`, `query`, `header:user-agent`, `option:blksize`, `dhcp:60`, `local`, …"""

    @property
    def protocol(self) -> Protocol:
        """How it was asked."""
        return self._inquiry.protocol

    @property
    def path(self) -> str:
        """The HTTP path or TFTP file name."""
        self.fields.add("path")
        return self._inquiry.path

    @property
    def filename(self) -> str:
        """The last component of the path."""
        self.fields.add("path")
        return self._inquiry.filename

    @property
    def query(self) -> str:
        """What follows the question mark over HTTP, undecoded; empty when nothing does."""
        self.fields.add("query")
        return self._inquiry.query

    def header(self, name: str) -> str:
        """An HTTP header's first value; empty when there is none. Names in lower case."""
        self.fields.add("header:" + name)
        return self._inquiry.headers.get(name, "")

    def option(self, name: str) -> str:
        """A TFTP option; empty when there is none."""
        self.fields.add("option:" + name)
        return self._inquiry.options.get(name, "")

    def dhcp(self, code: int) -> bytes:
        """A DHCP option; empty when there is none."""
        self.fields.add(f"dhcp:{code}")
        return self._inquiry.dhcp.get(code, b"")

    @property
    def local(self) -> str:
        """The address of this server that it was asked at; empty when unknown."""
        self.fields.add("local")
        return self._inquiry.local

    def suboptions(self, code: int) -> Mapping[int, bytes]:
        """What is in a DHCP option that holds others (43); nothing where it cannot be read."""
        try:
            return suboptions(code, self.dhcp(code))
        except MalformedOption:
            return {}

    def user_classes(self) -> tuple[str, ...]:
        """The user classes (option 77), in the form of RFC 3004 or as one plain text."""
        return tuple(each.decode("latin-1") for each in _read(77, self.dhcp(77)))

    def vendor_classes(self, enterprise: int) -> tuple[bytes, ...]:
        """What it says it is to this enterprise (option 124, RFC 3925)."""
        return tuple(
            name
            for number, names in _read(124, self.dhcp(124))
            if number == enterprise
            for name in names
        )

    def vendor_info(self, enterprise: int) -> Mapping[int, bytes]:
        """What it tells this enterprise: sub-options of option 125 (RFC 3925)."""
        for number, found in _read(125, self.dhcp(125)):
            if number == enterprise:
                told: Mapping[int, bytes] = found
                return told
        return {}

    def tr069(self) -> Mapping[str, str]:
        """What TR-069 has a device tell of itself (option 125, enterprise 3561): `oui` (six hex
        digits), `sn` and `product_class`; those that it tells, in readable ASCII.
        """
        told = self.vendor_info(TR069)
        texts = {name: told.get(code, b"") for code, name in _TR069.items()}
        return {
            name: text.decode("ascii")
            for name, text in texts.items()
            if text and text.isascii() and text.decode("ascii").isprintable()
        }


_TR069 = {1: "oui", 2: "sn", 3: "product_class"}


def _read(code: int, value: bytes) -> Any:
    """An option's value as the codec reads it; nothing where it cannot."""
    try:
        return read_option(code, value) if value else ()
    except MalformedOption:
        return ()


def _nothing(_asked: Asked) -> None:
    return None


Testify = Callable[[Asked], Info | None]


class Clue(Struct, frozen=True):
    """One protocol's clue: show me requests whose `field` starts (or ends) with one of these.

    Matching ignores case.  `testify` concludes; it must be a pure function of what it reads.
    """

    protocol: Protocol
    testify: Testify
    field: str = ""
    """`header:user-agent`, `filename` (last component), `dhcp:60`, `user-class` (each of option 77)
    or `enterprise` (each number in 124 and 125, in decimal); empty: show me everything."""
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    guess: str = ""
    """The vendor that a hardware address with one of these prefixes is guessed to be of; nobody testifies."""

    @classmethod
    def user_agent(cls, testify: Testify, *prefixes: str) -> Clue:
        """HTTP requests whose User-Agent starts with one of `prefixes`."""
        return cls(Protocol.HTTP, testify, "header:user-agent", prefixes)

    @classmethod
    def filename(
        cls,
        protocol: Protocol,
        testify: Testify,
        *,
        prefixes: tuple[str, ...] = (),
        suffixes: tuple[str, ...] = (),
    ) -> Clue:
        """Requests for a file whose name starts with one of `prefixes` or ends with one of `suffixes`."""
        return cls(protocol, testify, "filename", prefixes, suffixes)

    @classmethod
    def vendor_class(cls, testify: Testify, *prefixes: str) -> Clue:
        """DHCP requests whose vendor class (option 60) starts with one of `prefixes`."""
        return cls(Protocol.DHCP, testify, "dhcp:60", prefixes)

    @classmethod
    def vendor_specific(cls, testify: Testify, *prefixes: bytes) -> Clue:
        """DHCP requests whose vendor-specific information (option 43) starts with one of `prefixes`."""
        texts = tuple(prefix.decode("latin-1") for prefix in prefixes)
        return cls(Protocol.DHCP, testify, "dhcp:43", texts)

    @classmethod
    def user_class(cls, testify: Testify, *prefixes: str) -> Clue:
        """DHCP requests one of whose user classes (option 77) starts with one of `prefixes`."""
        return cls(Protocol.DHCP, testify, "user-class", prefixes)

    @classmethod
    def client_id(cls, testify: Testify, *prefixes: bytes) -> Clue:
        """DHCP requests whose client identifier (option 61, its type first) starts with one of `prefixes`."""
        texts = tuple(prefix.decode("latin-1") for prefix in prefixes)
        return cls(Protocol.DHCP, testify, "dhcp:61", texts)

    @classmethod
    def enterprise(cls, testify: Testify, *numbers: int) -> Clue:
        """DHCP requests that say something to one of these enterprises (options 124 and 125)."""
        return cls(Protocol.DHCP, testify, "enterprise", tuple(f"{number}." for number in numbers))

    @classmethod
    def hardware(cls, vendor: str, *ranges: str) -> Clue:
        """A guess, for DHCP requests that say nothing better: addresses that begin with one of
        `ranges` (`00:08:5d`, three whole octets) are those of devices of `vendor`.

        Whatever anybody testifies of the vendor goes before it, and undoes it.

        @raise ValueError: a range that is none.
        """
        for each in ranges:
            if _RANGE.fullmatch(each) is None:
                raise ValueError(f"{each!r} is no range of hardware addresses like 00:08:5d")
        return cls(Protocol.DHCP, _nothing, "hardware", ranges, guess=vendor)


_RANGE = re.compile("[0-9a-f]{2}(?::[0-9a-f]{2}){2}")
