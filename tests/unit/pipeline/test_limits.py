"""Limits of creation, by themselves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provd.pipeline import CreationLimits, CreationSettings

sources = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"])


@given(st.lists(st.tuples(sources, st.floats(0, 100)), max_size=60))
def test_no_source_gets_more_than_its_allowance(asked: list[tuple[str, float]]) -> None:
    """In any window: the burst, and what came back since the first creation."""
    limits = CreationLimits(CreationSettings(burst=3, per_hour=360))
    made: dict[str, list[float]] = {}
    at = 0.0
    for source, pause in asked:
        at += pause
        if not limits.peek(source, at):
            limits.consume(source, at)
            made.setdefault(source, []).append(at)
    for times in made.values():
        assert len(times) <= 3 + (times[-1] - times[0]) * 0.1 + 1e-6


def test_peeking_changes_nothing() -> None:
    """However often."""
    limits = CreationLimits(CreationSettings(burst=1))
    assert [limits.peek("192.0.2.1", 0.0) for _time in range(5)] == [""] * 5
    limits.consume("192.0.2.1", 0.0)
    assert "used up its allowance of 1" in limits.peek("192.0.2.1", 0.0)


def test_the_sources_remembered_are_bounded() -> None:
    """The one heard longest ago is forgotten first."""
    limits = CreationLimits(CreationSettings(burst=1, sources=2))
    for number in range(3):
        limits.consume(f"192.0.2.{number}", 0.0)
    assert [bool(limits.peek(f"192.0.2.{number}", 0.0)) for number in range(3)] == [
        False,
        True,
        True,
    ]


def test_a_clock_that_goes_back_gives_nothing() -> None:
    """Nor does it take."""
    limits = CreationLimits(CreationSettings(burst=1))
    limits.consume("192.0.2.1", 100.0)
    assert limits.peek("192.0.2.1", 50.0)


def test_a_clear_sentence_when_all_is_full() -> None:
    """Which setting, and what to do."""
    limits = CreationLimits(CreationSettings(total=2), existing=2)
    assert "raise limits.total" in limits.peek("192.0.2.1", 0.0)
