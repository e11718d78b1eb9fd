"""Guessing: it gets slower, for a name and for a source, and costs a bounded memory."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from provd.access import Attempts, TooManyAttempts
from provd.access.attempts import FORGOTTEN, FREE_FOR_SOURCE, FREE_FOR_USER, LONGEST


def fail(attempts: Attempts, times: int, user: str = "ann", source: str = "192.0.2.1") -> None:
    """Begin and never succeed."""
    for _each in range(times):
        attempts.begin(user, source)


def test_a_few_failures_cost_nothing() -> None:
    """People mistype."""
    clock = Clock()
    attempts = Attempts(clock.seconds)
    fail(attempts, FREE_FOR_USER)
    clock.advance(1.1)
    attempts.succeeded("ann", "192.0.2.1")
    fail(attempts, FREE_FOR_USER)


def test_each_more_failure_doubles_the_wait() -> None:
    """1, 2, 4 … seconds, and never more than the longest."""
    clock = Clock()
    attempts = Attempts(clock.seconds)
    fail(attempts, FREE_FOR_USER)
    waits = []
    for _each in range(12):
        with pytest.raises(TooManyAttempts) as caught:
            attempts.begin("ann", "192.0.2.1")
        waits.append(caught.value.seconds)
        clock.advance(caught.value.seconds)
        attempts.begin("ann", "192.0.2.1")
    assert waits[:5] == [2, 3, 5, 9, 17]
    assert max(waits) <= LONGEST + 1
    assert attempts.refused == 12


def test_waiting_is_not_failing() -> None:
    """Asking again while one waits makes it no longer."""
    clock = Clock()
    attempts = Attempts(clock.seconds)
    fail(attempts, FREE_FOR_USER)
    for _each in range(50):
        with pytest.raises(TooManyAttempts):
            attempts.begin("ann", "192.0.2.1")
    clock.advance(1.1)
    attempts.begin("ann", "192.0.2.1")


def test_a_name_waits_wherever_it_is_tried_from() -> None:
    """Guessing one name from many hosts is guessing."""
    attempts = Attempts(Clock().seconds)
    for number in range(FREE_FOR_USER):
        attempts.begin("ann", f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        attempts.begin("ann", "192.0.2.99")


def test_a_source_waits_whatever_name_it_tries() -> None:
    """Guessing many names from one host is guessing; of IPv6, one host has 64 bits."""
    attempts = Attempts(Clock().seconds)
    for number in range(FREE_FOR_SOURCE):
        attempts.begin(f"user{number}", f"2001:db8::{number:x}")
    with pytest.raises(TooManyAttempts):
        attempts.begin("somebody", "2001:db8::ffff")
    attempts.begin("somebody", "2001:db8:0:1::1")


def test_one_valid_account_buys_no_guesses() -> None:
    """Logging in between guesses at others takes back no more than itself."""
    attempts = Attempts(Clock().seconds)
    for number in range(FREE_FOR_SOURCE - 1):
        attempts.begin(f"user{number}", "192.0.2.1")
        attempts.begin("mallory", "192.0.2.1")
        attempts.succeeded("mallory", "192.0.2.1")
    attempts.begin("last", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        attempts.begin("one more", "192.0.2.1")


def test_all_is_forgotten_after_a_while() -> None:
    """Nobody is locked out for good."""
    clock = Clock()
    attempts = Attempts(clock.seconds)
    fail(attempts, FREE_FOR_USER)
    clock.advance(FORGOTTEN + 1)
    fail(attempts, FREE_FOR_USER)


def test_memory_is_bounded() -> None:
    """Whoever invents names or addresses makes us forget, not grow."""
    attempts = Attempts(Clock().seconds, remembered=10)
    for number in range(200):
        attempts.begin(f"user{number}", f"192.0.2.{number % 256}")
    assert len(attempts._records) <= 10
