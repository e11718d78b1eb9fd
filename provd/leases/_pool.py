"""A pool at work: its counts, its free addresses, and those that can be taken over.

Nothing here looks at every address: a free one is found by `find` over whole pages, full pages
are skipped by `find` over one byte for each, and the one whose lease ended first is the first of
an ordered dictionary.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator

from provd.leases._marks import LIVE, OFFERED, OVER, RESERVED, RESTING, STATES, Marks

CALM = 0.95
"""A pool that was short is so until this part of the mark: it does not go to and fro."""

_TAKEN = tuple(
    int(bool(state & (LIVE | RESTING)) and not state & RESERVED) for state in range(STATES)
)
_RESERVED = tuple(int(bool(state & RESERVED)) for state in range(STATES))


class PoolAtWork:
    """The addresses `first` to `last`, both included."""

    def __init__(self, first: int, last: int, marks: Marks) -> None:
        self.first = first
        self.last = last
        self.size = last - first + 1
        self.low_water = 1.0
        """Which part of the addresses that are not reserved may be taken before it is short."""
        self.cursor = first
        """Where to look for a free address next."""
        self.short = False
        """Fuller than its mark, and not yet clearly less."""
        self.over: OrderedDict[int, None] = OrderedDict()
        """Addresses whose lease is over, the longest ago first; none that is reserved or offered."""
        self._pages = marks.pages
        self._full = bytearray((last >> 8) - (first >> 8) + 1)
        """Of each page, whether nothing of this pool is free in it."""
        self.tally = [0] * STATES
        """How many addresses have which marks."""
        self.taken = 0
        """How many nobody else can get now, those of reservations apart."""
        self.reserved = 0
        self.counted = False
        """Whether it counts; until then nothing moves it."""

    def count(self) -> None:
        """Begin to count, over what is known already."""
        known: Counter[int] = Counter()
        for _number, marks in self._known():
            known.update(marks)
        for state, count in known.items():
            self.tally[state] = count
        self.tally[0] = self.size - sum(self.tally[1:])
        self.taken = sum(count for state, count in enumerate(self.tally) if _TAKEN[state])
        self.reserved = sum(count for state, count in enumerate(self.tally) if _RESERVED[state])
        self.counted = True

    def those_over(self) -> list[int]:
        """The addresses whose lease is over and that can be taken over, in no order of time."""
        found = []
        for first, marks in self._known():
            at = marks.find(OVER)
            while at >= 0:
                found.append(first + at)
                at = marks.find(OVER, at + 1)
        return found

    def _known(self) -> Iterator[tuple[int, bytearray]]:
        """The marks of each page, and the address of the first of them."""
        for number in range(self.first >> 8, (self.last >> 8) + 1):
            page = self._pages.get(number)
            if page is not None:
                low, high = self._within(number, self.first, self.last)
                yield number << 8 | low, page.marks[low:high]

    def move(self, address: int, old: int, new: int) -> bool:
        """Follow one address's marks; whether the pool became short, or ceased to be."""
        if not self.counted:
            return False
        tally = self.tally
        tally[old] -= 1
        tally[new] += 1
        if new == OVER:
            self.over[address] = None
            if old & OFFERED:
                self.over.move_to_end(address, last=False)
        elif old == OVER:
            self.over.pop(address, None)
        if not new:
            self._full[(address >> 8) - (self.first >> 8)] = 0
        self.taken += _TAKEN[new] - _TAKEN[old]
        self.reserved += _RESERVED[new] - _RESERVED[old]
        return self.review()

    def review(self) -> bool:
        """Whether the pool became short, or ceased to be."""
        mark = self.low_water * (self.size - self.reserved)
        if self.short:
            self.short = self.taken >= mark * CALM
            return not self.short
        self.short = self.taken > mark
        return self.short

    def free(self) -> int:
        """The next address that nobody has, had, or shall have, going around; 0: there is none."""
        if not self.tally[0]:
            return 0
        return self._between(self.cursor, self.last) or self._between(self.first, self.cursor - 1)

    def free_after(self, address: int) -> int:
        """The next one behind `address`, up to the pool's end; 0: there is none."""
        return self._between(address + 1, self.last)

    def pass_by(self, address: int) -> None:
        """Look behind this address next time."""
        self.cursor = address + 1 if address < self.last else self.first

    def _between(self, first: int, last: int) -> int:
        if first > last:
            return 0
        base = self.first >> 8
        number, end = first >> 8, last >> 8
        while (at := self._full.find(0, number - base, end - base + 1)) >= 0:
            number = at + base
            low, high = self._within(number, first, last)
            page = self._pages.get(number)
            found = low if page is None else page.marks.find(0, low, high)
            if found >= 0:
                return number << 8 | found
            if (low, high) == self._within(number, self.first, self.last):
                self._full[at] = 1
            number += 1
        return 0

    @staticmethod
    def _within(number: int, first: int, last: int) -> tuple[int, int]:
        """Which part of a page the addresses `first` to `last` are."""
        low = first & 255 if number == first >> 8 else 0
        return low, (last & 255) + 1 if number == last >> 8 else 256
