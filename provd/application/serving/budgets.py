"""How often each device was given each file that tells secrets. Looked at while deciding, used up live."""

from __future__ import annotations

from provd.documents import ServingBudget

REMEMBERED = 131_072
"""Devices and files; of more than that, the one whose window began first begins anew."""

Key = tuple[str, str]
"""The id of a device, and what it asked for."""


class _Window:
    __slots__ = ("begun", "count")

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.count = 0


class Budgets:
    """Windows that begin with the first time something is given."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._windows: dict[Key, _Window] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def allows(self, key: Key, budget: ServingBudget, now: float, *, keep: bool) -> bool:
        """Whether something is left of it; `keep`: then it is used now."""
        window = self._windows.get(key)
        # After a clock was set back nobody waits until it is as late again.
        if window is None or not 0 <= now - window.begun < budget.seconds:
            if keep:
                self._begin(key, now)
            return True
        if window.count >= budget.times:
            return False
        if keep:
            window.count += 1
        return True

    def _begin(self, key: Key, now: float) -> None:
        self._windows.pop(key, None)
        window = self._windows[key] = _Window(now)
        window.count = 1
        if len(self._windows) > self._remembered:
            del self._windows[next(iter(self._windows))]
