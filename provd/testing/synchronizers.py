"""A driver in memory: it tells nobody, and answers what a test says."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field
from twisted.internet.defer import Deferred, fail, succeed
from zope.interface import implementer

from provd.contracts import ISynchronizer
from provd.values import Errand, NotTold


@implementer(ISynchronizer)
@define
class MemorySynchronizer:
    """Remembers what it was to tell; a text answers, a `NotTold` fails, and None leaves it open."""

    name: str = "sip"
    by_address: bool = True
    answers: Callable[[Errand], str | NotTold | None] = lambda _errand: "200 OK"
    told: list[Errand] = field(factory=list)
    given_up: list[str] = field(factory=list)
    refuses: str = ""
    """Why it can tell nobody."""

    def why_not(self, errand: Errand) -> str:
        """What `refuses` says."""
        del errand
        return self.refuses

    def tell(self, errand: Errand) -> Deferred[str]:
        """What `answers` says."""
        self.told.append(errand)
        answer = self.answers(errand)
        if isinstance(answer, NotTold):
            return fail(answer)
        if answer is not None:
            return succeed(answer)
        return Deferred(lambda _cancelled: self.given_up.append(errand.device_id))

    def close(self) -> Deferred[None]:
        """Nothing is open."""
        return succeed(None)
