"""Stopping work that runs in a thread: it looks between its steps."""

from __future__ import annotations

from collections.abc import Callable

from provd.files._errors import Stopped


class Stop:
    """Whether somebody wants work to end; asked for in one thread and looked at in another."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        """Have it end at its next step."""
        self.asked = True

    def check(self) -> None:
        """@raise Stopped: it is to end."""
        if self.asked:
            raise Stopped


Told = Callable[[int], None]
"""Is told how many bytes more are dealt with, in whichever thread that is."""
