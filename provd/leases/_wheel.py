"""Which leases to look at when: a wheel of slots, one for each second of the next quarter of an hour.

A lease is put where its time is over, or on the far side of the wheel where that is further
away, and is put again when it is found there still alive.  Renewals therefore cost nothing, no
entry is ever out of date, there is one for each lease and no more, and each lease is looked at once in
`HORIZON` seconds (500 a second, of 500,000).

After the clock was set back, ends of leases are noticed up to `HORIZON` seconds late; what a
judgement says of an address depends on the lease's own time, never on the wheel.
"""

from __future__ import annotations

from collections.abc import Callable

from provd.leases._marks import Marks

HORIZON = 1024
_MASK = HORIZON - 1


class Wheel:
    """Addresses by the second in which to look at them."""

    def __init__(self, marks: Marks, now: float) -> None:
        self._pages = marks.pages
        self._slots: list[set[int]] = [set() for _ in range(HORIZON)]
        self._at = int(now)
        """The second up to which everything was looked at."""
        self.now = self._at
        """The second up to which it should be."""

    def put(self, address: int, until: int) -> None:
        """Look at an address when the second `until` is over; not before the next one.

        One that is looked at before that anyway stays where it is.
        """
        places = self._pages[address >> 8].places
        place = places[address & 255]
        if place:
            ahead = (place - 1 - self._at) & _MASK or HORIZON
            if self._at + ahead <= until:
                return
            self._slots[place - 1].discard(address)
        due = min(max(until, self._at + 1), self._at + _MASK) & _MASK
        self._slots[due].add(address)
        places[address & 255] = due + 1

    def holds(self, address: int) -> bool:
        """Whether it will be looked at."""
        page = self._pages.get(address >> 8)
        return page is not None and page.places[address & 255] != 0

    def remove(self, address: int) -> None:
        """Look at it no more. Idempotent."""
        page = self._pages.get(address >> 8)
        if page is not None and (place := page.places[address & 255]):
            self._slots[place - 1].discard(address)
            page.places[address & 255] = 0

    def turn(self, now: float) -> None:
        """It is `now`; `look` has to catch up with that."""
        self.now = int(now)
        if self.now < self._at:
            self._at = self.now
        elif self.now - self._at > HORIZON:
            self._at = self.now - HORIZON

    @property
    def idle(self) -> bool:
        """Whether everything that is due was looked at."""
        return self._at >= self.now

    def look(self, at_most: int, end: Callable[[int, int], int]) -> bool:
        """Look at what is due, up to `at_most` leases; whether all of it was looked at.

        `end(address, now)` says until when it lives, and 0 where its time was over and that is noted.
        """
        while self._at < self.now:
            slot = self._slots[(self._at + 1) & _MASK]
            while slot:
                if not at_most:
                    return False
                at_most -= 1
                address = slot.pop()
                self._pages[address >> 8].places[address & 255] = 0
                until = end(address, self.now)
                if until:
                    self.put(address, until)  # until > now > _at: never in this slot again
            self._slots[(self._at + 1) & _MASK] = set()  # an empty one keeps the room it had
            self._at += 1
        return True
