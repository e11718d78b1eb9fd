"""How often each device was given each file that tells secrets. Looked at while deciding, used up live."""

from __future__ import annotations

from collections import OrderedDict

from provd.documents import ServingBudget

REMEMBERED = 131_072
"""Devices and files; of more than that, the one that was given longest ago begins anew."""

Key = tuple[str, str]
"""The id of a device, and what it asked for."""


class Budgets:
    """Windows that begin with the first time something is given."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._given: OrderedDict[Key, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._given)

    def spent(self, key: Key, budget: ServingBudget, now: float) -> bool:
        """Whether nothing of it is left."""
        return self._count(key, budget, now) >= budget.times

    def use(self, key: Key, budget: ServingBudget, now: float) -> None:
        """It was given once more."""
        begun, count = self._given.pop(key, (now, 0))
        if not 0 <= now - begun < budget.seconds:
            begun, count = now, 0
        self._given[key] = (begun, count + 1)
        if len(self._given) > self._remembered:
            self._given.popitem(last=False)

    def _count(self, key: Key, budget: ServingBudget, now: float) -> int:
        begun, count = self._given.get(key, (now, 0))
        # After a clock was set back nobody waits until it is as late again.
        return count if 0 <= now - begun < budget.seconds else 0
