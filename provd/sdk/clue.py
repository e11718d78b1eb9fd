"""Clues: by what a plugin recognises that a request may be of one of its devices.

A request is shown only to plugins one of whose clues matches it, found through an index of the
literals: what extraction costs does not grow with the number of plugins.  A clue without literals
is shown everything of its protocol; that is what legacy extractors do, and it has its price.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from provd.values import Info, Inquiry, Protocol


class Asked:
    """What a witness may read of an inquiry; remembers which fields it really read.

    The host keeps a testimony under the values of exactly the fields that were read.
    """

    __slots__ = ("_inquiry", "fields")

    def __init__(self, inquiry: Inquiry) -> None:
        """Show `inquiry`, nothing read yet."""
        self._inquiry = inquiry
        self.fields: set[str] = set()
        """`path`, `header:user-agent`, `option:blksize`, `dhcp:60`, …"""

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


Testify = Callable[[Asked], Info | None]


class Clue(Struct, frozen=True):
    """One protocol's clue: show me requests whose `field` starts (or ends) with one of these.

    Matching ignores case.  `testify` concludes; it must be a pure function of what it reads.
    """

    protocol: Protocol
    testify: Testify
    field: str = ""
    """`header:user-agent`, `filename` (last component) or `dhcp:60`; empty: show me everything."""
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()

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
