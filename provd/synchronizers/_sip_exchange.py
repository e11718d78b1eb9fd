"""One NOTIFY and what comes of it: sent again, challenged, answered, or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from provd.values import NotTold
from provd.wire.sip import (
    CHALLENGES,
    MAGIC,
    ClientTransaction,
    Credentials,
    Due,
    Notification,
    SipRequest,
    SipResponse,
    Timers,
    authorized,
    challenge_of,
    encode,
    notify,
)

MOST_ANSWERS = 2
"""Challenges that are answered: the first, and one that says that its nonce was old."""

GOOD, FIRST_REDIRECT, FIRST_REFUSAL = 200, 300, 400

PASSING = frozenset({408, 480, 486, 500, 502, 503, 504, 600})
"""Statuses that may be others next time."""


class Link(Protocol):
    """What carries messages to one peer."""

    reliable: bool

    def send(self, data: bytes) -> None:
        """Send a message. @raise NotTold: it cannot be."""


class Parts(Struct):
    """What all exchanges of one driver share."""

    clock: IReactorTime
    new_token: Callable[[], str]
    """A text of letters and digits that nobody can guess."""
    open: dict[str, Exchange]
    """By branch."""
    timers: Timers


class Exchange:
    """One device, until it answered or nobody did."""

    def __init__(
        self,
        parts: Parts,
        link: Link,
        wish: Notification,
        credentials: Credentials | None,
        lacking: str,
    ) -> None:
        """`lacking` says why there are no `credentials` where there are none."""
        self.done: Deferred[str] = Deferred(self._given_up)
        self._parts = parts
        self._link = link
        self._wish = wish
        self._credentials = credentials
        self._lacking = lacking
        self._answered_challenges = 0
        self._data = b""
        self._transaction: ClientTransaction | None = None
        self._next: IDelayedCall | None = None

    def begin(self) -> Deferred[str]:
        """Send it; fires with the status and reason of a good answer, or fails with `NotTold`."""
        self._send(self._wish, notify(self._wish))
        return self.done

    def _send(self, wish: Notification, request: SipRequest) -> None:
        self._wish = wish
        try:
            self._data = encode(request)
            self._link.send(self._data)
        except Exception as error:  # noqa: BLE001 - whatever a transport raises
            self.fail(NotTold(f"it cannot be sent: {error}", again=isinstance(error, NotTold)))
            return
        clock = self._parts.clock
        self._transaction = ClientTransaction(
            clock.seconds(), reliable=self._link.reliable, timers=self._parts.timers
        )
        self._parts.open[wish.branch] = self
        self._wind()

    def _wind(self) -> None:
        assert self._transaction is not None  # noqa: S101 - it was made when something was sent
        if self._next is not None and self._next.active():
            self._next.cancel()
        self._next = None
        at = self._transaction.next
        if at is not None:
            clock = self._parts.clock
            self._next = clock.callLater(max(at - clock.seconds(), 0.0), self._tick)

    def _tick(self) -> None:
        self._next = None
        assert self._transaction is not None  # noqa: S101 - it set the clock
        due = self._transaction.tick(self._parts.clock.seconds())
        if due is Due.SEND_AGAIN:
            try:
                self._link.send(self._data)
            except NotTold as error:
                self.fail(error)
                return
        elif due is Due.TELL_TIMEOUT:
            wait = f"{self._parts.timers.f:g} s"
            self.fail(NotTold(f"nobody answered the NOTIFY within {wait}", again=True))
            return
        elif due is Due.FORGET:
            self._forget()
            return
        self._wind()

    def receive(self, response: SipResponse) -> None:
        """A response with its branch came."""
        assert self._transaction is not None  # noqa: S101 - it is among the open ones
        status = response.status
        if not self._transaction.receive(status, self._parts.clock.seconds()):
            return
        if status < GOOD:
            self._wind()
        elif status in CHALLENGES:
            self._challenged(response)
        else:
            self._wind()
            self._judged(response)

    def _judged(self, response: SipResponse) -> None:
        status = response.status
        if status < FIRST_REDIRECT:
            self._over(str(response))
        elif status < FIRST_REFUSAL:
            self._over(NotTold(f"it answered {response}, and redirections are not followed"))
        else:
            self._over(NotTold(f"it answered {response}", again=status in PASSING))

    def _challenged(self, response: SipResponse) -> None:
        """Answer a challenge in a transaction of its own, where that makes sense."""
        challenge = challenge_of(response)
        fresh = self._answered_challenges == 0 or (challenge is not None and challenge.stale)
        if challenge is None or not fresh or self._answered_challenges >= MOST_ANSWERS:
            self._wind()
            why = "to what it was answered" if self._answered_challenges else "which nobody knows"
            self._over(NotTold(f"it answered {response} {why}"))
            return
        if self._credentials is None:
            self._wind()
            self._over(NotTold(f"it answered {response}: {self._lacking}"))
            return
        self._answered_challenges += 1
        self._forget()
        token = self._parts.new_token
        header = CHALLENGES[response.status][1]
        again, request = authorized(
            self._wish, header, challenge, self._credentials, branch=token(), cnonce=token()
        )
        self._send(again, request)

    def fail(self, error: NotTold) -> None:
        """The transport says that it cannot, or nobody answered."""
        if self._transaction is not None:
            self._transaction.fail()
        self._forget()
        self._over(error)

    def _over(self, outcome: str | NotTold) -> None:
        if self.done.called:
            return
        if isinstance(outcome, NotTold):
            self.done.errback(outcome)
        else:
            self.done.callback(outcome)

    def _given_up(self, _done: Any) -> None:
        self._forget()

    def _forget(self) -> None:
        self._parts.open.pop(self._wish.branch, None)
        if self._next is not None and self._next.active():
            self._next.cancel()
        self._next = None


def branch_of(header: str) -> str:
    """What names an exchange, of a Via's branch; empty for one that is none of ours."""
    return header.removeprefix(MAGIC) if header.startswith(MAGIC) else ""
