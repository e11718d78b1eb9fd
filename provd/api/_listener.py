"""One client that listens to events over a WebSocket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.access import Forbidden, NotAuthenticated, Principal
from provd.api._body import read_object
from provd.api._errors import problem_of
from provd.api._messages import read_command, spell_place
from provd.api._openapi._shapes import ProblemDetails
from provd.api._openapi._shapes_of_events import (
    Dropped,
    EventTold,
    Missed,
    Refused,
    Subscribed,
    Unsubscribed,
    Welcome,
)
from provd.api._views import Showing
from provd.api._websocket import WebSocket
from provd.application.events import Events
from provd.application.history import Event
from provd.application.listening import LONGEST_NAME, Listening, Subscription
from provd.values import Change, ProvdError, read_cause
from provd.wire.websocket import Code

log = Logger("provd.events")

PROOF_LASTS = 10
"""Pings' times after which what was shown at first has to prove it again: a file or a host may say otherwise now."""

TRAIL = ("audit", "read")
"""Who may do this is told who did what."""

ANOTHER = "what proved who listens proves somebody else now"

Prove = Callable[[], Principal | Deferred[Principal]]
"""Whom what was shown at first proves now, as `Gate.authenticate` tells it."""


class EventListener:
    """One client; what it says is answered, or refused with a problem, in order."""

    def __init__(
        self,
        events: Events,
        principal: Principal,
        renew: Callable[[Principal], Principal],
        prove: Prove | None,
        showing: Showing,
    ) -> None:
        """`prove` None: nobody had to prove anything."""
        self.user = principal.user
        self._events = events
        self._prove = prove
        self._proof_age = 0
        self._proving = False
        self._doubted = False
        self._showing = showing
        self._socket: Any = None
        self._listening = Listening(events, principal, renew, self)

    # What the WebSocket tells.

    def opened(self, socket: WebSocket) -> None:
        self._socket = socket
        self._events.add(self)
        self._say(Welcome(position=self._newest()))

    def said(self, text: str) -> None:
        name = ""
        try:
            given = read_object(text.encode("utf-8", "surrogatepass"), "message")
            name = str(given.get("id", ""))[:LONGEST_NAME]
            self._obey(given)
        except ProvdError as error:
            self._say(Refused(id=name, problem=_problem(error)))
        except Exception:  # noqa: BLE001 - told, not only logged: the client waits for an answer
            log.failure("a message of {user} ended in a defect", user=self.user)
            self.fails()

    def ready(self) -> None:
        self._events.wake(self)

    def tick(self) -> None:
        self._proof_age += 1
        if self._proof_age >= PROOF_LASTS:
            self._doubt()
        self._listening.recheck()

    def lost(self) -> None:
        self._events.forget(self)

    # What `Events` tells.

    def take(self, share: int) -> tuple[int, bool]:
        return self._listening.take(share)

    def recheck(self, changes: Sequence[Change]) -> None:
        if any(each.collection == "users" and each.document_id == self.user for each in changes):
            self.doubt()
        else:
            self._listening.recheck()

    def doubt(self) -> None:
        self._doubt()
        self._listening.recheck()

    def fails(self) -> None:
        self._socket.close(Code.DEFECT, "provd met a defect of its own")

    def server_ends(self, reason: str) -> None:
        self._socket.close(Code.GOING_AWAY, reason)

    # What is told.

    @property
    def full(self) -> bool:
        """Nothing is told to whom it is not sure to be for."""
        return self._proving or bool(self._socket.full)

    def event(self, event: Event, action: str, to: list[str], principal: Principal) -> None:
        caused = read_cause(event.cause)
        knows_who = caused is not None and principal.tenants is None and principal.permits(TRAIL)
        document = self._showing.document(event, action, principal.tenants)
        self._say(
            EventTold(
                to=to,
                position=spell_place(self._events.epoch, event.n),
                at=event.at,
                kind=event.kind,
                action=action,
                key=event.key,
                cause=caused.id if caused is not None else event.cause,
                who=caused.who if caused is not None and knows_who else UNSET,
                document=UNSET if document is None else document,
            )
        )

    def missed(self, changes: int, n: int) -> None:
        self._say(Missed(changes=changes, position=spell_place(self._events.epoch, n)))

    def dropped(self, subscription: Subscription, why: ProvdError) -> None:
        self._say(Dropped(id=subscription.id, problem=_problem(why)))

    def end(self, why: ProvdError) -> None:
        code = Code.FORBIDDEN if isinstance(why, Forbidden) else Code.PROVES_NOTHING
        self._socket.close(code, str(why))

    def _obey(self, given: dict[str, Any]) -> None:
        command = read_command(given)
        wanted = command.subscription
        if command.op == "unsubscribe":
            self._listening.unsubscribe(wanted.id)
            self._say(Unsubscribed(id=wanted.id))
            return
        resumed = self._listening.subscribe(wanted, command.since)
        self._say(Subscribed(id=wanted.id, position=self._newest(), resumed=resumed))
        self._events.wake(self)

    def _doubt(self) -> None:
        """Have it proved again who listens; until then nothing is told."""
        self._proof_age = 0
        self._doubted = self._proving
        if self._prove is not None and not self._proving:
            self._proving = True
            Deferred.fromCoroutine(self._prove_again(self._prove)).addErrback(self._unproven)

    async def _prove_again(self, prove: Prove) -> None:
        found = prove()
        principal = await found if isinstance(found, Deferred) else found
        if principal.user != self.user:
            raise NotAuthenticated(ANOTHER)
        self._proving = False
        if self._doubted:
            self._doubt()
        else:
            self._events.wake(self)

    def _unproven(self, failure: Failure) -> None:
        if isinstance(failure.value, ProvdError):
            self.end(failure.value)
        else:
            log.failure("proving who {user} is ended in a defect", failure, user=self.user)
            self.fails()

    def _newest(self) -> str:
        return spell_place(self._events.epoch, self._events.position())

    def _say(self, message: Struct) -> None:
        self._socket.say(msgspec.json.encode(message).decode("utf-8"))


def _problem(error: ProvdError) -> ProblemDetails:
    return msgspec.convert(problem_of(error), ProblemDetails)
