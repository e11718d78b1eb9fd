"""Failed attempts, by source and by user: after a few, each one more doubles the wait.

An attempt counts as failed from its beginning, so that many at once are no way around the count.
While one waits nothing is looked at, not even a right password: a guess then tells nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address

from msgspec import Struct

from provd.access.errors import TooManyAttempts

FREE_FOR_USER = 5
FREE_FOR_SOURCE = 20
"""Failures that cost nothing yet."""

LONGEST = 900.0
"""Seconds of the longest wait."""

FORGOTTEN = 3600.0
"""Seconds without a failure after which all is forgotten."""

REMEMBERED = 20_000
"""Sources and users that are remembered; the one heard of longest ago is forgotten first."""


class _Record(Struct, gc=False):
    failures: int = 0
    last: float = 0.0
    until: float = 0.0


class Attempts:
    """Who failed how often. `now` tells seconds that never go back."""

    def __init__(
        self,
        now: Callable[[], float],
        remembered: int = REMEMBERED,
        *,
        free_for_user: int = FREE_FOR_USER,
        free_for_source: int = FREE_FOR_SOURCE,
    ) -> None:
        self._now = now
        self._free = (free_for_user, free_for_source)
        self._most = remembered
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self.refused = 0
        """How many attempts were not looked at."""

    def begin(self, user: str, source: str, *, count: bool = True) -> None:
        """Somebody tries; `count` False: only asks whether that would be too soon.

        @raise TooManyAttempts: too soon.
        """
        now = self._now()
        keys = (f"user {user[:256]}", _source(source))
        known = (self._records.get(key) for key in keys)
        until = max((record.until for record in known if record is not None), default=0.0)
        if until > now:
            self.refused += count
            raise TooManyAttempts(int(until - now) + 1)
        if count:
            for key, free in zip(keys, self._free, strict=True):
                _fail(self._record(key, now), now, free)

    def succeeded(self, user: str, source: str) -> None:
        """The attempt was none of a stranger: take back what `begin` counted."""
        self._records.pop(f"user {user[:256]}", None)
        record = self._records.get(_source(source))
        if record is not None:
            record.failures = max(record.failures - 1, 0)
            record.until = 0.0

    def _record(self, key: str, now: float) -> _Record:
        record = self._records.get(key)
        if record is None or now - record.last > FORGOTTEN:
            record = self._records[key] = _Record(last=now)
        self._records.move_to_end(key)
        if len(self._records) > self._most:
            self._records.popitem(last=False)
        return record


def _fail(record: _Record, now: float, free: int) -> None:
    record.failures += 1
    record.last = now
    over = record.failures - free
    if over >= 0:
        record.until = now + min(2.0 ** min(over, 30), LONGEST)


def _source(peer: str) -> str:
    """One key for a host: of IPv6 its network of 64 bits, which one host has whole."""
    try:
        address = ip_address(peer)
    except ValueError:
        return f"from {peer[:64]}"
    if address.version == 6:
        return f"from {int(address) >> 64:x}/64"
    return f"from {address}"
