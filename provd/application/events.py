"""Events: every change that survives a crash, told to whoever listens.

There is one source, the feed, which waiting clients are told by as well.  Telling is done in short
turns, listener by listener: a thousand of them, or a burst of ten thousand changes, make nobody else wait.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Protocol

from attrs import define
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from provd.application.event_kinds import MADE_FROM, event_of
from provd.application.history import Event, History
from provd.contracts import IDocumentStore
from provd.values import Change, NotReady, ProvdError

log = Logger("provd.events")

MOST = 1000
"""Listeners at once."""

MOST_OF_ONE = 200
"""Of those, of one user: no one takes all places."""

TURN = 1500
"""What a turn may cost, 4 ms on a machine that has other things to do: to pass over an event costs 1."""

SHARE = 200
"""What one listener gets of a turn before it is another's."""

TELLING = 12
"""What it costs to tell an event."""

KEEPING = 2
"""What it costs to keep one: a restore is a commit of a hundred thousand changes."""

RIGHTS = ("users", "roles", "tokens", "rights")
"""Collections that say who may do what."""


@define
class TooManyListen(ProvdError):
    """More clients listen to events than may."""

    most: int

    def __str__(self) -> str:
        return f"{self.most} clients listen to events already; end one of them, or try again later"


class Listener(Protocol):
    """Somebody who is told of events."""

    user: str

    def take(self, share: int) -> tuple[int, bool]:
        """Go on, for no more than about that cost; what it cost, and whether there is more to do at once."""

    def recheck(self, changes: Sequence[Change]) -> None:
        """What says who may do what has changed so: go on with the rights of the moment, or end."""

    def doubt(self) -> None:
        """What proves somebody may have changed: have it proved again."""

    def server_ends(self, reason: str) -> None:
        """Say so, and end."""

    def fails(self) -> None:
        """A defect was met: say so, and end."""


class Events:
    """What happened of late, and who wants to know what happens next."""

    def __init__(
        self,
        store: IDocumentStore,
        clock: IReactorTime,
        *,
        history: History | None = None,
        most: int = MOST,
        most_of_one: int = MOST_OF_ONE,
    ) -> None:
        self.clock = clock
        self.history = history or History(store.feed.durable().n)
        self._store = store
        self.epoch = store.feed.durable().epoch
        """Places in the feed of another mean nothing here."""
        self._most, self._most_of_one = most, most_of_one
        self._listeners: dict[Listener, None] = {}
        self._of: Counter[str] = Counter()
        self._waiting: dict[Listener, None] = {}
        self._untold: deque[tuple[float, Iterator[Change]]] = deque()
        self._turn_at: IDelayedCall | None = None
        self._ending = ""
        store.feed.subscribe(
            "events", [each for each in MADE_FROM if each in store.kinds], self._told, durable=True
        )
        store.feed.subscribe(
            "rights of listeners", [each for each in RIGHTS if each in store.kinds], self._rights
        )

    def __len__(self) -> int:
        return len(self._listeners)

    def position(self) -> int:
        """Where the newest event stands that is told, in the feed of this `epoch`."""
        return self.history.newest

    def since(self, epoch: int, n: int) -> int | None:
        """The index in the history from which on a listener goes that knows everything up to a place.

        None: what followed on it is not known any more, or that place is of another life of the store.
        """
        if epoch != self.epoch or n > self._store.feed.durable().n:
            return None
        return self.history.after(n)

    def require_room(self, user: str) -> None:
        """@raise TooManyListen, NotReady: this user cannot listen now."""
        if self._ending:
            raise NotReady("the stream of events", self._ending)
        if len(self._listeners) >= self._most:
            raise TooManyListen(self._most)
        if self._of[user] >= self._most_of_one:
            raise TooManyListen(self._most_of_one)

    def add(self, listener: Listener) -> None:
        """Tell one more. @raise TooManyListen, NotReady: see `require_room`."""
        self.require_room(listener.user)
        self._listeners[listener] = None
        self._of[listener.user] += 1

    def forget(self, listener: Listener) -> None:
        """Tell one less. Idempotent."""
        if listener in self._listeners:
            del self._listeners[listener]
            self._waiting.pop(listener, None)
            self._of[listener.user] -= 1
            if not self._of[listener.user]:
                del self._of[listener.user]

    def wake(self, listener: Listener) -> None:
        """There is something for a listener to do, or it can go on with what there was."""
        if listener in self._listeners:
            self._waiting[listener] = None
            self._begin_turn()

    def counters(self) -> dict[str, int]:
        """What an operator may want to count."""
        return {
            "listeners": len(self._listeners),
            "kept": self.history.end - self.history.first,
            "seen": self.history.end,
        }

    def doubt(self) -> None:
        """The ways to prove who one is have changed: everybody does it again."""
        for listener in tuple(self._listeners):
            listener.doubt()

    def end(self, reason: str) -> None:
        """Tell everybody that the server ends (or is being drained), and let nobody begin."""
        self._ending = reason
        for listener in tuple(self._listeners):
            listener.server_ends(reason)

    def resume(self) -> None:
        """Let listeners begin again."""
        self._ending = ""

    def _told(self, changes: Sequence[Change]) -> None:
        self._untold.append((self.clock.seconds(), iter(changes)))
        self._begin_turn()

    def _gather(self, left: int) -> int:
        """Put what is new into the history, as far as a turn goes; what is left of the turn."""
        if self._untold:
            self._waiting.update(self._listeners)
        while self._untold and left > 0:
            at, changes = self._untold[0]
            for change in changes:
                left -= KEEPING
                found = event_of(change)
                if found is not None:
                    self._keep(change, found, at)
                if left <= 0:
                    return left
            self._untold.popleft()
        return left

    def _keep(self, change: Change, found: tuple[str, str], at: float) -> None:
        before, after = change.before, change.after
        kind, action = found
        if change.collection != kind:
            # What is observed of a document belongs to whoever the document belongs to.
            before = after = self._store.get(kind, change.document_id)
            if after is None:
                return
        event = Event(
            n=change.n,
            at=at,
            kind=kind,
            action=action,
            key=change.document_id,
            collection=change.collection,
            cause=change.cause,
            was=None if before is None else before.tenant,
            is_=None if after is None else after.tenant,
            document=change.after,
        )
        self.history.add(event)

    def _rights(self, changes: Sequence[Change]) -> None:
        for listener in tuple(self._listeners):
            listener.recheck(changes)

    def _serve(self, listener: Listener) -> int:
        """Let one go on; what it cost. A defect ends nobody else's stream."""
        try:
            cost, more = listener.take(SHARE)
        except Exception:  # noqa: BLE001 - a view of some document may have any defect
            log.failure("telling {user} what happens ended in a defect", user=listener.user)
            listener.fails()
            return SHARE
        if more and listener in self._listeners:
            self._waiting[listener] = None
        return cost

    def _begin_turn(self) -> None:
        if self._turn_at is None and (self._waiting or self._untold):
            self._turn_at = self.clock.callLater(0, self._turn)

    def _turn(self) -> None:
        self._turn_at = None
        left = self._gather(TURN)
        while self._waiting and left > 0:
            listener = next(iter(self._waiting))
            del self._waiting[listener]
            left -= self._serve(listener) + 1
        self._begin_turn()
