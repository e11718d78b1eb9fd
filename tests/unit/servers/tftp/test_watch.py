"""The watch: one descriptor of the reactor for many, each heard, in order, whatever one of them does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, cast

import pytest
from twisted.logger import capturedLogs

from provd.servers.tftp.watch import Watch


class Reactor:
    """Remembers who wants to read."""

    def __init__(self) -> None:
        self.readers: list[object] = []

    def addReader(self, reader: object) -> None:
        """One more."""
        self.readers.append(reader)

    def removeReader(self, reader: object) -> None:
        """One less."""
        if reader in self.readers:
            self.readers.remove(reader)


class Time:
    """Stands still, unless a reader takes time."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def pipes() -> Iterator[list[tuple[int, int]]]:
    """Pipes stand for sockets: all that counts is that they can be readable."""
    made = [os.pipe() for _ in range(4)]
    yield made
    for one in made:
        for end in one:
            os.close(end)


def watching() -> tuple[Watch, Reactor, Time]:
    """A watch, its reactor and its clock."""
    reactor, time = Reactor(), Time()
    return Watch(cast("Any", reactor), time), reactor, time


def test_all_that_are_readable_are_called(pipes: list[tuple[int, int]]) -> None:
    """In one call of the reactor; those that come last come last."""
    watch, _, _ = watching()
    heard: list[int] = []

    def hear(number: int) -> None:
        os.read(pipes[number][0], 1)
        heard.append(number)

    for number, (reading, writing) in enumerate(pipes):
        watch.add(reading, lambda _now, number=number: hear(number), last=number == 0)
        os.write(writing, b"x")
    watch.doRead()
    assert sorted(heard) == [0, 1, 2, 3]
    assert heard[-1] == 0
    watch.close()


def test_a_defect_stays_where_it_is(pipes: list[tuple[int, int]]) -> None:
    """It is logged, the others are heard, and the reactor keeps the watch."""
    watch, reactor, _ = watching()
    heard: list[int] = []

    def spoiled(number: int) -> None:
        os.read(pipes[number][0], 1)
        heard.append(number)
        raise ZeroDivisionError("a defect")

    for number, (reading, writing) in enumerate(pipes):
        watch.add(reading, lambda _now, number=number: spoiled(number), last=number == 0)
        os.write(writing, b"x")
    with capturedLogs() as events:
        watch.doRead()
    assert sorted(heard) == [0, 1, 2, 3]
    assert len(events) == 4
    assert reactor.readers == [watch]
    watch.close()


def test_a_slice_of_time_is_not_exceeded_and_nobody_starves(pipes: list[tuple[int, int]]) -> None:
    """Others get their turn after two milliseconds; what comes last waits, but not for ever."""
    watch, _, time = watching()
    heard: list[int] = []

    def slow(number: int) -> None:
        heard.append(number)
        time.now += 0.003

    for number, (reading, writing) in enumerate(pipes):
        watch.add(reading, lambda _now, number=number: slow(number), last=number == 0)
        os.write(writing, b"x")
    watch.doRead()
    assert len(heard) <= 2
    for _ in range(20):
        watch.doRead()
    assert set(heard) == {0, 1, 2, 3}
    watch.close()


def test_closing_lets_go_of_everything(pipes: list[tuple[int, int]]) -> None:
    """Twice does no harm; the reactor has forgotten it."""
    watch, reactor, _ = watching()
    watch.add(pipes[0][0], lambda _now: None)
    watch.remove(pipes[0][0])
    watch.remove(pipes[0][0])
    assert watch.fileno() >= 0
    watch.close()
    watch.close()
    assert watch.fileno() == -1
    assert reactor.readers == []
