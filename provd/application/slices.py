"""Long work in short turns: whatever walks thousands of documents walks them through here.

A phone that is booting waits for the reactor; five milliseconds is what it may wait for us.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

T = TypeVar("T")

TURN = 0.004
"""Seconds of one turn; a millisecond below the rule, for the step that is under way."""


class Slices:
    """Gives the reactor back after every turn.

    `clock` schedules the next turn; `now` measures the present one (a virtual clock stands
    still while we work, so the two are separate).
    """

    def __init__(
        self,
        clock: IReactorTime,
        *,
        turn: float = TURN,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._clock = clock
        self._turn = turn
        self._now = now

    async def over(self, items: Iterable[T]) -> AsyncIterator[T]:
        """Each item in order, with a pause whenever a turn is used up.

        A caller that itself waits for something starts a new turn without knowing it: turns
        only ever get shorter.
        """
        ends = self._now() + self._turn
        for item in items:
            yield item
            if self._now() >= ends:
                await self.pause()
                ends = self._now() + self._turn

    def turn(self) -> Callable[[], bool]:
        """Begin a turn by hand; answers a function that tells whether it is used up."""
        now, ends = self._now, self._now() + self._turn
        return lambda: now() >= ends

    async def pause(self) -> None:
        """Let everything else that is due run first."""
        await deferLater(self._clock, 0)
