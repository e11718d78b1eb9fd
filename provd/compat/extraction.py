"""What a legacy plugin concludes of a request: at once, within a bound, or not at all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from provd.compat.requests import LegacyHTTPRequest, dhcp_request, tftp_request
from provd.compat.surface.devices.ident import RequestType
from provd.compat.surface.plugins import Plugin
from provd.sdk import Asked, Clue, Info, Protocol
from provd.values import ProvdError

LONGEST = 0.25
"""Seconds that plugin code may hold the reactor before it is stopped: a thousand times what it needs."""

AGAIN = 0.05
"""Seconds after which it is stopped once more, where it went on."""

MOST_STOPS = 3
"""How often an extractor is stopped before it is asked no more: each time holds everybody else up."""

_MADE: Mapping[Protocol, tuple[str, RequestType, Callable[[Asked], Any]]] = {
    Protocol.HTTP: ("http_dev_info_extractor", RequestType.HTTP, LegacyHTTPRequest),
    Protocol.TFTP: ("tftp_dev_info_extractor", RequestType.TFTP, tftp_request),
    Protocol.DHCP: ("dhcp_dev_info_extractor", RequestType.DHCP, dhcp_request),
}


@define
class NeverAnswered(ProvdError):
    """Plugin code neither answered nor raised."""

    detail: str

    def __str__(self) -> str:
        return self.detail


class Stopped(NeverAnswered):
    """Plugin code span, and was stopped."""


NO_MORE = (
    f"its extractor was stopped {MOST_STOPS} times and is asked no more until it is loaded again"
)


def clues_of(plugin: Plugin) -> tuple[Clue, ...]:
    """A clue for each protocol that it has an extractor for. It is shown everything: it says by nothing when."""
    return tuple(
        Clue(protocol, _testify(getattr(plugin, attribute), kind, make))
        for protocol, (attribute, kind, make) in _MADE.items()
        if getattr(plugin, attribute) is not None
    )


def _testify(
    extractor: Any, kind: RequestType, make: Callable[[Asked], Any]
) -> Callable[[Asked], Info | None]:
    stops = 0

    def testify(asked: Asked) -> Info | None:
        nonlocal stops
        if stops >= MOST_STOPS:
            raise NeverAnswered(NO_MORE)
        try:
            with stopped_after(LONGEST):
                return _at_once(extractor.extract(make(asked), kind)) or None
        except Stopped:
            stops += 1
            raise

    return testify


def _at_once(said: Any) -> Any:
    """What is said, or what a Deferred has fired with. @raise NeverAnswered: it has not fired."""
    if not isinstance(said, Deferred):
        return said
    outcomes: list[Any] = []
    said.addBoth(outcomes.append)
    if not outcomes:
        said.cancel()
        raise NeverAnswered("its extractor answered a Deferred that had not fired")
    if isinstance(outcomes[0], Failure):
        outcomes[0].raiseException()
    return outcomes[0]


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Stop plugin code that spins. In the main thread, where signals arrive; elsewhere nothing is stopped.

    @raise Stopped: it took longer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    alarm = _Alarm(seconds)
    before = signal.signal(signal.SIGALRM, alarm)
    try:
        try:
            # Again and again: what is raised while Python finalizes something is ignored.
            signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
            yield
        finally:
            alarm.rings = False
    finally:
        alarm.rings = False  # for one that rang just before the line above
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Alarm:
    """Stops what runs, as long as it is to."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.rings = True

    def __call__(self, _number: int, _frame: Any) -> None:
        if self.rings:
            raise Stopped(f"it had not ended after {self._seconds:g} s and was stopped")
