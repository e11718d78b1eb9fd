"""How often a tenant's people may be refused an address that another tenant's device has.

A refusal tells that the address is in use, and there is no sound way not to tell (see "An address in use
is told, a few times" among the decisions).  So it is told a few times: enough for a slip of the pen, not
for going through addresses.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from msgspec import Struct

from provd.access.errors import TooManyClaims

FREE = 10
"""Refusals that may be told one after the other."""

EACH = 600.0
"""Seconds after which one more may be told."""

REMEMBERED = 4096
"""Sets of tenants that are remembered; the one heard of longest ago is forgotten first."""

Tenants = frozenset[str]


class _Left(Struct, gc=False):
    refusals: float
    at: float


class Guesses:
    """What is left to whom. `now` tells seconds that never go back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._left: OrderedDict[Tenants, _Left] = OrderedDict()

    def require(self, tenants: Tenants) -> None:
        """Let them ask for an address. @raise TooManyClaims: none is looked at for now, free or not."""
        left = self._of(tenants)
        if left.refusals < 1:
            raise TooManyClaims(int((1 - left.refusals) * EACH) + 1)

    def told(self, tenants: Tenants) -> None:
        """They were refused one."""
        self._of(tenants).refusals -= 1

    def _of(self, tenants: Tenants) -> _Left:
        now = self._now()
        left = self._left.get(tenants)
        if left is None:
            left = self._left[tenants] = _Left(FREE, now)
        self._left.move_to_end(tenants)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        left.refusals = min(FREE, left.refusals + (now - left.at) / EACH)
        left.at = now
        return left
