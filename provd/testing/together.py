"""Asking of fakes what came together: one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred

from provd.contracts.serving import Answered
from provd.values import Answer, Inquiry


def ask_each(
    ask: Callable[[Inquiry], Any], inquiries: Sequence[Inquiry], answered: Answered
) -> None:
    """Tell each answer of `ask` as soon as it is there."""
    for place, inquiry in enumerate(inquiries):
        answer = ask(inquiry)
        if isinstance(answer, Deferred):
            answer.addCallback(_tell, place, answered)
        else:
            _tell(answer, place, answered)


def _tell(answer: Answer, place: int, answered: Answered) -> None:
    answered(((place, answer),))
