"""Ids in order: a sorted set, whatever is done to it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from provd.store import _order
from provd.store._order import Ids

STEPS = st.lists(st.tuples(st.booleans(), st.text("abc", max_size=3)), max_size=120)


@settings(max_examples=200)
@given(STEPS, st.integers(0, 8), st.integers(0, 8), st.text("abc", max_size=3))
def test_a_sorted_set(steps: list[tuple[bool, str]], skip: int, count: int, place: str) -> None:
    """Adding, discarding, windows and ranks are those of a sorted list without twins."""
    width, _order.WIDTH = _order.WIDTH, 2
    try:
        ids, model = Ids(), set()
        for put, each in steps:
            (ids.add if put else ids.discard)(each)
            (model.add if put else model.discard)(each)
    finally:
        _order.WIDTH = width
    ordered = sorted(model)
    assert list(ids) == ordered
    assert list(Ids.of(ordered)) == ordered
    assert Ids.of(ordered).window(skip, count) == ordered[skip : skip + count]
    assert list(reversed(ids)) == ordered[::-1]
    assert len(ids) == len(ordered)
    assert all(each in ids for each in ordered)
    assert (place in ids) == (place in model)
    assert ids.window(skip, count) == ordered[skip : skip + count]
    assert ids.window(skip, count, descending=True) == ordered[::-1][skip : skip + count]
    assert ids.rank(place) == sum(each <= place for each in ordered)
    assert ids.rank(place, descending=True) == sum(each >= place for each in ordered)


def test_a_copy_is_its_own() -> None:
    """What happens to one is not seen by the other."""
    ids = Ids()
    ids.add("a")
    copy = ids.copy()
    ids.add("b")
    copy.discard("a")
    assert (list(ids), list(copy)) == (["a", "b"], [])
    assert 1 not in ids


CHANGES = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.text("abc", max_size=2)), max_size=60
)


@settings(max_examples=200)
@given(CHANGES)
def test_copies_of_copies(changes: list[tuple[int, bool, str]]) -> None:
    """Each is a set of its own, though they share what none of them has changed."""
    width, _order.WIDTH = _order.WIDTH, 2
    try:
        made: list[tuple[Ids, set[str]]] = [(Ids(), set())]
        for at, put, each in changes:
            ids, model = made[at % len(made)]
            if each == "a" and len(made) < 4:
                made.append((ids.copy(), set(model)))
            (ids.add if put else ids.discard)(each)
            (model.add if put else model.discard)(each)
            for held, expected in made:
                assert list(held) == sorted(expected)
    finally:
        _order.WIDTH = width


def test_many() -> None:
    """Thousands, in any order of arrival, are split into lists and stay in order."""
    ids = Ids()
    for number in range(5000):
        ids.add(f"{number * 7919 % 5000:05}")
    assert list(ids) == [f"{number:05}" for number in range(5000)]
    assert ids.window(4321, 2) == ["04321", "04322"]
    for number in range(0, 5000, 2):
        ids.discard(f"{number:05}")
    assert list(ids) == [f"{number:05}" for number in range(1, 5000, 2)]
