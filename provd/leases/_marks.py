"""What is known of each address without looking at a document: one byte, and a place in the wheel.

Addresses are kept by pages of 256, a page for each /24 of which anything is known and no others:
memory follows what there is (leases, reservations, offers), at most 900 bytes for each, and
a full /24 costs those 900 bytes as well.
"""

from __future__ import annotations

from array import array

LIVE = 1
"""A client has it, and nobody noticed yet that its time is over."""
RESTING = 2
"""Somebody else was found to use it (quarantine), the same."""
OVER = 4
"""There is a lease whose time is over, or that was given back."""
RESERVED = 8
OFFERED = 16

DOCUMENT = LIVE | RESTING | OVER
STATES = 32
"""How many combinations there are."""

_SIZE = 256
_CLEAN = bytes(_SIZE)
_NO_PLACES = array("H", bytes(2 * _SIZE))


class Page:
    """The addresses of one /24."""

    __slots__ = ("marks", "places")

    def __init__(self) -> None:
        self.marks = bytearray(_CLEAN)
        self.places = array("H", _NO_PLACES)
        """Of each address its slot in the wheel, from 1; 0: none."""


class Marks:
    """All addresses, by page."""

    __slots__ = ("pages",)

    def __init__(self) -> None:
        self.pages: dict[int, Page] = {}

    def of(self, address: int) -> int:
        """The marks of one address; 0: nobody has, had, or shall have it."""
        page = self.pages.get(address >> 8)
        return page.marks[address & 255] if page is not None else 0

    def change(self, address: int, clear: int, add: int) -> tuple[int, int]:
        """Take marks off an address and put others on; what it had, and has now."""
        page = self.pages.get(address >> 8)
        if page is None:
            if not add:
                return 0, 0
            page = self.pages[address >> 8] = Page()
        at = address & 255
        old = page.marks[at]
        new = page.marks[at] = old & ~clear | add
        if not new and old and page.marks == _CLEAN:
            del self.pages[address >> 8]
        return old, new
