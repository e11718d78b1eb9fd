"""Stopping work that runs in a thread: it looks between its steps."""

from __future__ import annotations

from collections.abc import Callable

from provd.files._errors import Stopped


class Stop:
    """Whether somebody wants work to end; asked for in one thread and looked at in another."""

    def __init__(self) -> None:
        self.asked = False
        self._cut: Callable[[], object] = nothing

    def ask(self) -> None:
        """Have it end at its next step."""
        self.asked = True
        self._cut()

    def then(self, cut: Callable[[], object]) -> None:
        """Have what is waited for now end by `cut`, in the reactor's thread; in the place of what was said before."""
        self._cut = cut

    def check(self) -> None:
        """@raise Stopped: it is to end."""
        if self.asked:
            raise Stopped


def nothing() -> None:
    """Nothing is waited for."""


Told = Callable[[int], None]
"""Is told how many bytes more are dealt with, in whichever thread that is."""
