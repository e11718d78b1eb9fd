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


def test_a_clock_that_goes_back_gives_next_to_nothing() -> None:
    """Nor does it take: who has used up an allowance in 2030 has it again in 2026."""
    limits = CreationLimits(CreationSettings(burst=1))
    limits.consume("192.0.2.1", 100.0)
    assert limits.peek("192.0.2.1", 50.0)
    limits.consume("192.0.2.1", 2_000_000_000.0)
    assert not limits.peek("192.0.2.1", 1_800_000_000.0)


def test_an_ipv6_network_has_an_allowance_too() -> None:
    """A host that asks from ever new addresses of its /64 is one source; a network of phones passes."""
    limits = CreationLimits(CreationSettings(burst=2, nat_burst=50))
    made = 0
    for number in range(1, 200):
        if not limits.peek(f"2001:db8::{number:x}", 0.0):
            limits.consume(f"2001:db8::{number:x}", 0.0)
            made += 1
    assert made == 50
    assert "2001:db8::/64 has used up its allowance of 50" in limits.peek("2001:db8::ffff", 0.0)
    assert not limits.peek("2001:db8:0:1::1", 0.0)
    assert not limits.peek("fe80::1%eth0", 0.0)


def test_a_declared_network_has_its_own_size() -> None:
    """A site of 500 phones behind one address; a what-if without an address is asked all the same."""
    limits = CreationLimits(
        CreationSettings(burst=1, nat_burst=500, nat_networks=("192.0.2.0/24",))
    )
    for _phone in range(500):
        assert not limits.peek("192.0.2.1", 0.0)
        limits.consume("192.0.2.1", 0.0)
    assert limits.peek("192.0.2.1", 0.0)
    assert not limits.peek("", 0.0)


def test_a_clear_sentence_when_all_is_full() -> None:
    """Which setting, and what to do."""
    limits = CreationLimits(CreationSettings(total=2), existing=2)
    assert "raise limits.total" in limits.peek("192.0.2.1", 0.0)
