"""The feed of one store: every change, in order, to whoever asked for it.

Two cursors: `applied` (memory has it) and `durable` (it survives a crash).  A subscriber that
commits while it is told is not told in the middle of its own telling: what it did comes after
what it is hearing, for every subscriber, so that all hear all in one order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import Logger
from zope.interface import implementer

from provd.contracts import IFeed, ISubscription
from provd.values import Change, Position

log = Logger("provd.store")

Told = Callable[[Sequence[Change]], None]


@implementer(ISubscription)
class Subscription:
    """What one subscriber wants to hear."""

    __slots__ = ("_collections", "_fields", "_owner", "_told", "name")

    def __init__(
        self,
        owner: Cursor,
        name: str,
        collections: Sequence[str],
        told: Told,
        fields: Sequence[str],
    ) -> None:
        self._owner = owner
        self.name = name
        self._collections = frozenset(collections)
        self._told = told
        self._fields = tuple(fields)

    def cancel(self) -> None:
        self._owner.forget(self)

    def passes_over(self, collections: Iterable[str]) -> bool:
        """Whether nothing of these is wanted."""
        return self._collections.isdisjoint(collections)

    def tell(self, changes: Sequence[Change]) -> None:
        """Pass on what is wanted of one commit; a subscriber that raises harms nobody else."""
        collections = self._collections
        wanted = [change for change in changes if change.collection in collections]
        if self._fields:
            wanted = [change for change in wanted if self._touched(change)]
        if not wanted:
            return
        try:
            self._told(wanted)
        except Exception:  # noqa: BLE001 - the contract: a raise is a defect of the subscriber's alone
            log.failure("subscriber {name} raised on a change", name=self.name)

    def _touched(self, change: Change) -> bool:
        """Whether one of the fields that matter is another since."""
        if change.before is None or change.after is None:
            return True
        return any(
            _field(change.before, name) != _field(change.after, name) for name in self._fields
        )


def _field(document: Any, name: str) -> Any:
    """A field that a kind of document does not have never differs."""
    return getattr(document, name, None)


class Cursor:
    """One of the two cursors: who follows it, and how far they have been told."""

    def __init__(self, n: int) -> None:
        self.n = n
        """Position of the newest change that everybody here has been told."""
        self._subscriptions: tuple[Subscription, ...] = ()
        self._untold: deque[tuple[int, Sequence[Change]]] = deque()
        self._waiting: list[tuple[int, Deferred[None]]] = []
        self._telling = False
        self._concerned: dict[frozenset[str], tuple[Subscription, ...]] = {}
        """Who is told of changes of which collections: most are about something else."""

    @property
    def followed(self) -> bool:
        """Whether anybody would be told."""
        return bool(self._subscriptions)

    def add(self, subscription: Subscription) -> None:
        """Tell one more from now on."""
        self._subscriptions = (*self._subscriptions, subscription)
        self._concerned = {}

    def forget(self, subscription: Subscription) -> None:
        """Tell one less, from now on and in the middle of a telling."""
        self._subscriptions = tuple(
            each for each in self._subscriptions if each is not subscription
        )
        self._concerned = {}

    def names(self) -> frozenset[str]:
        """Who follows."""
        return frozenset(each.name for each in self._subscriptions)

    def advance(self, n: int, changes: Sequence[Change]) -> None:
        """Tell everybody of one commit, after all earlier ones."""
        self._untold.append((n, changes))
        if self._telling:
            return
        self._telling = True
        try:
            self._tell_all()
        finally:
            self._telling = False

    def passed(self, n: int) -> Deferred[None]:
        """Fires once everybody has been told position `n`."""
        if n <= self.n:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._waiting.append((n, waiting))
        return waiting

    def _tell_all(self) -> None:
        while self._untold:
            n, changes = self._untold.popleft()
            for subscription in self._followers(changes):
                if subscription in self._subscriptions:  # one before it may have cancelled it
                    subscription.tell(changes)
            self.n = n
            if self._waiting:
                self._release()

    def _followers(self, changes: Sequence[Change]) -> tuple[Subscription, ...]:
        touched = frozenset([change.collection for change in changes])
        known = self._concerned.get(touched)
        if known is None:
            known = self._concerned[touched] = tuple(
                each for each in self._subscriptions if not each.passes_over(touched)
            )
        return known

    def _release(self) -> None:
        ready = [waiting for n, waiting in self._waiting if n <= self.n]
        self._waiting = [(n, waiting) for n, waiting in self._waiting if n > self.n]
        for waiting in ready:
            if not waiting.called:  # its owner may have cancelled it
                waiting.callback(None)


@implementer(IFeed)
class Feed:
    """Every change of one store."""

    def __init__(self, owner: str, epoch: int, n: int) -> None:
        self._owner = owner
        self._epoch = epoch
        self._applied_n = n
        self._durable_n = n
        self._applied = Cursor(n)
        self._durable = Cursor(n)
        self._undurable: deque[tuple[int, Sequence[Change]]] = deque()

    def subscribe(
        self,
        name: str,
        collections: Sequence[str],
        told: Told,
        *,
        durable: bool = False,
        fields: Sequence[str] = (),
    ) -> Subscription:
        cursor = self._durable if durable else self._applied
        subscription = Subscription(cursor, name, collections, told, fields)
        cursor.add(subscription)
        return subscription

    def applied(self) -> Position:
        return Position(self._owner, self._epoch, self._applied_n)

    def durable(self) -> Position:
        return Position(self._owner, self._epoch, self._durable_n)

    def reached(self, name: str, position: Position) -> Deferred[None]:
        """Fires once every subscription of that name was told everything up to `position`.

        Fails with `ValueError` for a position of another owner or epoch, which this feed never
        reaches: whoever holds one has to synchronize again.
        """
        if (position.owner, position.epoch) != (self._owner, self._epoch):
            return fail(ValueError(f"{position} is not of {self.applied()}"))
        if name in self._durable.names():
            return self._durable.passed(position.n)
        if name in self._applied.names():
            return self._applied.passed(position.n)
        return fail(KeyError(name))

    def apply(self, position: Position, changes: Sequence[Change]) -> None:
        """Memory has one more commit."""
        self._applied_n = position.n
        self._undurable.append((position.n, changes))
        self._applied.advance(position.n, changes)

    def keep(self, n: int) -> None:
        """Everything up to position `n` survives a crash; `tell_kept` says so to who asked."""
        self._durable_n = max(n, self._durable_n)

    def tell_kept(self) -> None:
        """Tell the durable subscribers what they have not been told: all that was kept together, at once."""
        kept: list[Change] = []
        n = 0
        while self._undurable and self._undurable[0][0] <= self._durable_n:
            n, changes = self._undurable.popleft()
            kept += changes
        if kept:
            self._durable.advance(n, kept)
