"""How many devices may be told now: a bucket that fills as time goes by."""

from __future__ import annotations


class Pace:
    """Lets `per_second` things happen in a second, and what a twentieth of a second allows at once."""

    SPARE = 0.05
    """Seconds for which what was not used is kept."""

    def __init__(self, per_second: float, now: float) -> None:
        self.per_second = per_second
        self._room = 1.0
        self._looked = now

    def take(self, now: float) -> bool:
        """Whether one may happen now; it is counted then."""
        # A clock that was set back gives nothing, and takes nothing.
        passed = max(now - self._looked, 0.0)
        self._looked = now
        most = max(1.0, self.per_second * self.SPARE)
        self._room = min(self._room + passed * self.per_second, most)
        if self._room < 1.0:
            return False
        self._room -= 1.0
        return True

    def wait(self) -> float:
        """Seconds until the next may."""
        return max(1.0 - self._room, 0.0) / self.per_second
