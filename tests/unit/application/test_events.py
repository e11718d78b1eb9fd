"""The history of events, and the turns in which they are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from provd.application.events import MOST_OF_ONE, SHARE, TELLING, TURN, Events, TooManyListen
from provd.application.history import Event, History
from provd.documents import DEVICES, KINDS
from provd.store import MemoryStore
from provd.testing.access import keep


def event(n: int, size: int = 0) -> Event:
    """The event of a change at that place, with a document of that size."""
    return Event(
        n=n,
        at=0.0,
        kind="devices",
        action="changed",
        key="d",
        collection="devices",
        cause="test",
        document="x" * size,
    )


class TestHistory:
    """What is remembered."""

    @given(
        st.integers(0, 50),
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40)), max_size=40),
        st.integers(0, 200),
    )
    def test_it_tells_what_it_does_not_know(
        self, begin: int, steps: list[tuple[int, int]], asked: int
    ) -> None:
        """Either everything after a place is here, or it says that it is not; it keeps within its bounds."""
        history, places, n = History(begin, most=8, most_bytes=100), [], begin
        for step, size in steps:
            n += step
            places.append(n)
            history.add(event(n, size))
        assert history.end == len(places)
        assert history.end - history.first <= 8
        held = [history[at] for at in range(history.first, history.end)]
        assert len(held) <= 1 or sum(len(each.document) for each in held) <= 100
        assert history.newest == (places[-1] if places else begin)
        index = history.after(asked)
        if index is None:
            assert asked < begin or asked < places[history.first - 1]
        else:
            after = [history[at].n for at in range(index, history.end)]
            assert after == [each for each in places if each > asked]

    def test_one_that_is_too_large_is_told_all_the_same(self) -> None:
        """The newest stays, whatever its size."""
        history = History(0, most=5, most_bytes=10)
        history.add(event(1))
        history.add(event(2, 1000))
        assert (history.first, history.end, history.begin) == (1, 2, 1)


class Reader:
    """A listener to whom each event costs what telling it does."""

    def __init__(self, events: Events, user: str = "ann") -> None:
        self.user = user
        self.turns: list[int] = []
        self._events = events
        self._at = events.history.end

    def take(self, share: int) -> tuple[int, bool]:
        """Read on."""
        cost = 0
        while cost < share and self._at < self._events.history.end:
            self._at += 1
            cost += TELLING
        self.turns.append(cost)
        return cost, self._at < self._events.history.end

    def recheck(self, _changes: object) -> None:
        """Nothing to do."""

    def doubt(self) -> None:
        """Nothing to prove."""

    def fails(self) -> None:
        """Gone."""
        self._events.forget(self)

    def server_ends(self, _reason: str) -> None:
        """Gone."""
        self._events.forget(self)


class Stepping(Clock):
    """A clock that runs one turn of the reactor at a time."""

    def callLater(self, when: float, *given: Any, **more: Any) -> Any:
        return super().callLater(when + 1, *given, **more)


class TestTurns:
    """Telling a lot to many."""

    def made(self, readers: int) -> tuple[MemoryStore, Stepping, Events, list[Reader]]:
        """A store, a clock, and who listens."""
        clock = Stepping()
        store = MemoryStore(KINDS, clock)
        events = Events(store, clock)
        made = [Reader(events) for _ in range(readers)]
        for each in made:
            events.add(each)
        return store, clock, events, made

    def test_they_are_short_and_fair(self) -> None:
        """No turn costs more than its bound; everybody gets a share before anybody gets the second."""
        store, clock, _events, readers = self.made(50)
        keep(store, devices=[DEVICES.type(id=f"d{at}") for at in range(300)])
        clock.advance(1)
        turns = 1
        before = sum(sum(reader.turns) for reader in readers)
        while clock.getDelayedCalls():
            clock.advance(1)
            turns += 1
            spent = sum(sum(reader.turns) for reader in readers)
            assert spent - before <= TURN + SHARE
            before = spent
            shares = [len(reader.turns) for reader in readers]
            assert max(shares) - min(shares) <= 1
        assert before == 50 * 300 * TELLING
        assert turns >= before // (TURN + SHARE)

    def test_a_commit_of_very_many_changes(self) -> None:
        """Is kept in turns as well, in order, before and beside what follows on it."""
        store, clock, events, (reader,) = self.made(1)
        keep(store, devices=[DEVICES.type(id=f"d{at}") for at in range(3000)])
        keep(store, devices=[DEVICES.type(id="last")])
        assert events.history.end == 0
        clock.advance(1)
        assert 0 < events.history.end < 3000
        assert events.position() == events.history.newest < store.feed.durable().n
        clock.pump([1] * 100)
        assert events.history.end == 3001
        assert events.history[3000].key == "last"
        assert sum(reader.turns) == 3001 * TELLING

    def test_a_listener_that_goes_in_a_turn(self) -> None:
        """Is not told on, and harms nobody."""
        store, clock, events, readers = self.made(2)
        keep(store, devices=[DEVICES.type(id=f"d{at}") for at in range(100)])
        events.forget(readers[0])
        events.forget(readers[0])
        clock.pump([1] * 20)
        assert not readers[0].turns
        assert sum(readers[1].turns) == 100 * TELLING
        events.wake(readers[0])
        assert not clock.getDelayedCalls()

    def test_places(self) -> None:
        """Each user has some, and all together have some."""
        _store, _clock, events, _readers = self.made(MOST_OF_ONE)
        with pytest.raises(TooManyListen, match=str(MOST_OF_ONE)):
            events.add(Reader(events))
        events.add(Reader(events, "bob"))
        events.end("over")
        assert len(events) == 0
