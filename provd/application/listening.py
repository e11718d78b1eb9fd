"""One listener: what it subscribed to, how far it has come in the history, and what it may be told.

Rights are those of the moment: they are asked again at the beginning of each turn, within which nothing
can change, and whenever somebody's rights do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from attrs import define
from msgspec import Struct
from msgspec.structs import replace

from provd.access import Forbidden, NotAuthenticated, Principal, Right
from provd.access.tenancy import KEPT_WITH, OWNED
from provd.application.event_kinds import ACTIONS, CREATED, DELETED, EVERY
from provd.application.events import TELLING, Events
from provd.application.history import Event
from provd.documents import MAX_ID
from provd.values import Invalid, Problem, ProvdError

LISTEN: Right = ("events", "watch")
"""The right to listen at all; of each kind, the right to read it is needed besides."""

MOST = 64
"""Subscriptions of one listener."""

LONGEST_NAME = 64
"""Characters of the name that a client gives a subscription."""


class Subscription(Struct, frozen=True, kw_only=True, gc=False):
    """What somebody wants to be told; `*` is whatever it is."""

    id: str
    """The client's name for it."""
    kind: str
    action: str
    key: str
    after: int = 0
    """What stands up to this place in the feed is known to the client."""

    def wants(self, event: Event, action: str) -> bool:
        """Whether an event is one to tell, as that action."""
        return (
            self.kind in (event.kind, EVERY)
            and self.action in (action, EVERY)
            and self.key in (event.key, EVERY)
            and event.n > self.after
        )


class Outlet(Protocol):
    """The way to the client."""

    @property
    def full(self) -> bool:
        """Whether the client reads slower than it is told: nothing more is to be said for now."""

    def event(self, event: Event, action: str, to: list[str], principal: Principal) -> None:
        """Tell an event, as that action, to these subscriptions."""

    def missed(self, changes: int, n: int) -> None:
        """Tell that so many changes went by untold, the last of them at this place in the feed."""

    def dropped(self, subscription: Subscription, why: ProvdError) -> None:
        """Tell that a subscription has ended, and why."""

    def end(self, why: ProvdError) -> None:
        """Tell that everything has ended, and why."""


@define
class _Replay:
    """What a subscription is told of what happened before it was made."""

    subscription: Subscription
    at: int
    until: int


class Listening:
    """A place in the history, and what is told from there."""

    def __init__(
        self,
        events: Events,
        principal: Principal,
        renew: Callable[[Principal], Principal],
        outlet: Outlet,
    ) -> None:
        """`renew` answers what somebody may do now, or raises `NotAuthenticated`."""
        self.subscriptions: dict[str, Subscription] = {}
        self.principal = principal
        self._events = events
        self._renew = renew
        self._outlet = outlet
        self._at = events.history.end
        self._replays: deque[_Replay] = deque()
        self._kinds: frozenset[str] = frozenset()
        """Those that any subscription wants: most events are passed over by this alone."""

    def subscribe(self, wanted: Subscription, since: tuple[int, int] | None = None) -> bool:
        """Tell of this, which has no `faults_of` it, from now on or from a place in the feed on (epoch and n).

        False where what followed on that place is not known any more: the client has to look anew.

        @raise Invalid: its name is another's, or there are too many.
        @raise Forbidden: this kind is not for the listener.
        """
        self._require_place(wanted)
        self._require_right(wanted)
        index = self._events.since(*since) if since is not None else None
        if since is None or index is None:
            # The listener may have come less far than the events have.
            self._put(replace(wanted, after=self._events.position()))
            return since is None
        wanted = replace(wanted, after=since[1])
        self._put(wanted)
        if index < self._at:
            self._replays.append(_Replay(wanted, index, self._at))
        return True

    def unsubscribe(self, name: str) -> None:
        """Tell no more of it. @raise Invalid: there is no such subscription."""
        if name not in self.subscriptions:
            raise Invalid("message", (Problem("id", "names no subscription", "one that there is"),))
        self._drop(name)

    def take(self, share: int) -> tuple[int, bool]:
        """Go on in the history; see `Listener.take`."""
        if self._outlet.full or not self.recheck():
            return 0, False
        cost = 0
        while cost < share and not self._outlet.full:
            step = self._replay() if self._replays else self._go_on()
            if not step:
                return cost, False
            cost += step
        return cost, not self._outlet.full

    def recheck(self) -> bool:
        """Go on with the rights of the moment; False where nothing is left, and the client was told."""
        try:
            self.principal = self._renew(self.principal)
        except NotAuthenticated as error:
            self._outlet.end(error)
            return False
        if not self.principal.permits(LISTEN):
            self._outlet.end(Forbidden(self.principal.user, *LISTEN))
            return False
        for subscription in tuple(self.subscriptions.values()):
            try:
                self._require_right(subscription)
            except Forbidden as error:
                self._drop(subscription.id)
                self._outlet.dropped(subscription, error)
        return True

    def _replay(self) -> int:
        replay = self._replays[0]
        self._catch_up(replay, replay.until)
        cost = 1
        if replay.at < replay.until:
            cost = self._tell(self._events.history[replay.at], (replay.subscription,))
        replay.at += 1
        if replay.at >= replay.until:
            self._replays.popleft()
        return cost

    def _go_on(self) -> int:
        history = self._events.history
        if self._at >= history.end:
            return 0
        if self._at < history.first:
            gone, self._at = history.first - self._at, history.first
            self._outlet.missed(gone, history.begin)
        event = history[self._at]
        self._at += 1
        if event.kind not in self._kinds:
            return 1
        return self._tell(event, tuple(self.subscriptions.values()))

    def _catch_up(self, replay: _Replay, until: int) -> None:
        """Of what is gone from the history before it was told again, the client is told that it is."""
        first = min(self._events.history.first, until)
        if replay.at < first:
            gone, replay.at = first - replay.at, first
            self._outlet.missed(gone, self._events.history.begin)

    def _tell(self, event: Event, subscriptions: tuple[Subscription, ...]) -> int:
        action = seen_as(event, self.principal.tenants)
        to = [each.id for each in subscriptions if each.wants(event, action)]
        if not action or not to or not self.principal.permits((event.kind, "read"), event.key):
            return 1
        self._outlet.event(event, action, to, self.principal)
        return TELLING

    def _require_place(self, wanted: Subscription) -> None:
        problems = []
        if wanted.id in self.subscriptions:
            problems.append(Problem("id", "is the name of another subscription", "a new one"))
        if len(self.subscriptions) >= MOST:
            problems.append(Problem("", "there are too many subscriptions", f"{MOST} at most"))
        if problems:
            raise Invalid("subscription", tuple(problems))

    def _require_right(self, wanted: Subscription) -> None:
        principal = self.principal
        kinds = set(ACTIONS) if wanted.kind == EVERY else {wanted.kind}
        if not any(principal.permits((kind, "read")) for kind in kinds):
            raise Forbidden(principal.user, wanted.kind, "read")
        if principal.tenants is not None and not kinds & OWNED:
            detail = "it shows what is not your tenant's"
            raise Forbidden(principal.user, wanted.kind, "read", detail)

    def _put(self, wanted: Subscription) -> None:
        self.subscriptions[wanted.id] = wanted
        self._kinds = self._wanted_kinds()

    def _drop(self, name: str) -> None:
        del self.subscriptions[name]
        self._kinds = self._wanted_kinds()
        self._replays = deque(each for each in self._replays if each.subscription.id != name)

    def _wanted_kinds(self) -> frozenset[str]:
        kinds = frozenset(each.kind for each in self.subscriptions.values())
        return frozenset(ACTIONS) if EVERY in kinds else kinds


def seen_as(event: Event, tenants: frozenset[str] | None) -> str:
    """What happened, as some tenants' people see it: a document that becomes theirs is new to them, and
    one that another is given is gone.  Empty for what they do not see at all.
    """
    if tenants is None:
        return event.action
    if event.collection not in OWNED and event.collection not in KEPT_WITH:
        return ""
    had, has = event.was in tenants, event.is_ in tenants
    if had and has:
        return event.action
    if has:
        return CREATED
    return DELETED if had else ""


def faults_of(wanted: Subscription) -> list[Problem]:
    """Everything that makes no sense of what somebody wants."""
    problems = []
    if not 0 < len(wanted.id) <= LONGEST_NAME:
        problems.append(Problem("id", "is empty or too long", f"1 to {LONGEST_NAME} characters"))
    if wanted.kind != EVERY and wanted.kind not in ACTIONS:
        problems.append(Problem("kind", "is none", ", ".join((EVERY, *ACTIONS))))
    known = ACTIONS.get(wanted.kind) or frozenset().union(*ACTIONS.values())
    if wanted.action != EVERY and wanted.action not in known:
        problems.append(Problem("action", "never happens", ", ".join((EVERY, *sorted(known)))))
    if not 0 < len(wanted.key) <= MAX_ID:
        problems.append(Problem("key", "can be no id", f"{EVERY}, or an id"))
    return problems
