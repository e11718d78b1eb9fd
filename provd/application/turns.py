"""Turns: inquiries that came together wait for the disk together, and are put into words together.

Those of one turn are committed one after the other, and kept by one commit of the disk, mostly: whoever
waits for the last of them waits for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from provd.application.inquiry_waits import Waits
from provd.application.who_answers import TOO_MANY
from provd.contracts import IDocumentStore
from provd.contracts.serving import Answered
from provd.values import Answer, Committed, Settled

SoFar = Settled | Answer | Deferred[Answer]
"""How far an inquiry has come."""


class Turns:
    """Tells the answers of each turn."""

    def __init__(
        self,
        store: IDocumentStore,
        waits: Waits,
        word: Callable[[SoFar], Answer | Deferred[Answer]],
        unkept: Callable[[Settled, Failure], Answer],
    ) -> None:
        """`word` makes the answer of what is settled; `unkept` that of what could not be kept."""
        self._store = store
        self._waits = waits
        self._word = word
        self._unkept = unkept

    def tell(self, turn: Iterable[SoFar], answered: Answered) -> None:
        """Tell the answers: at once, or when what they promise is durable."""
        now: list[tuple[int, SoFar]] = []
        later: list[tuple[int, Settled]] = []
        last: Committed | None = None
        for place, each in enumerate(turn):
            if type(each) is not Settled or each.committed is None:
                now.append((place, each))
            elif self._waits.admitted():
                later.append((place, each))
                last = each.committed
            else:
                now.append((place, TOO_MANY))
        self._say(now, answered)
        if last is not None:
            self._store.durable(last).addCallbacks(
                self._kept,
                self._failed,
                callbackArgs=(later, answered),
                errbackArgs=(later, answered),
            )

    def _say(self, turn: Sequence[tuple[int, SoFar]], answered: Answered) -> None:
        found: list[tuple[int, Answer]] = []
        for place, each in turn:
            answer = self._word(each)
            if isinstance(answer, Deferred):
                answer.addCallback(_alone, place, answered)
            else:
                found.append((place, answer))
        if found:
            answered(found)

    def _kept(self, _none: None, turn: Sequence[tuple[int, Settled]], answered: Answered) -> None:
        self._waits.over(len(turn))
        self._say(turn, answered)

    def _failed(
        self, failure: Failure, turn: Sequence[tuple[int, Settled]], answered: Answered
    ) -> None:
        self._waits.over(len(turn))
        answered([(place, self._unkept(each, failure)) for place, each in turn])


def _alone(answer: Answer, place: int, answered: Answered) -> None:
    answered(((place, answer),))
