"""The selector language, operator by operator, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents.ordering import compares, same, sort_key
from provd.documents.selector import compile_selector
from provd.values import MalformedSelector

DEVICE = {
    "id": "a",
    "mac": "00:00:5e:00:53:01",
    "configured": False,
    "weight": 3,
    "note": None,
    "parents": ["base", "site"],
    "options": {"switchboard": True, "deep": {"er": "x"}},
    "lines": [{"user": "bob", "n": 1}, {"user": "alice"}, "odd"],
}

MATCHES = [
    ({}, True),
    ({"id": "a"}, True),
    ({"id": "a", "weight": 3}, True),
    ({"id": "a", "weight": 4}, False),
    ({"missing": "a"}, False),
    ({"missing": None}, False),
    ({"note": None}, True),
    ({"configured": False}, True),
    ({"configured": 0}, False),
    ({"weight": 3.0}, True),
    ({"options.switchboard": True}, True),
    ({"options.switchboard": 1}, False),
    ({"options.deep.er": "x"}, True),
    ({"options.deep": {"er": "x"}}, True),
    ({"options.none.er": "x"}, False),
    ({"id.er": "x"}, False),
    ({"lines.user": "alice"}, True),
    ({"lines.user": "carol"}, False),
    ({"lines.user.first": "alice"}, False),
    ({"parents": "base"}, False),
    ({"parents": ["base", "site"]}, True),
    ({"id": {"$in": ["a", "b"]}}, True),
    ({"id": {"$in": []}}, False),
    ({"configured": {"$in": [0]}}, False),
    ({"parents": {"$in": [["base", "site"]]}}, True),
    ({"missing": {"$in": [None]}}, False),
    ({"lines.user": {"$in": ["alice"]}}, True),
    ({"id": {"$nin": ["a"]}}, False),
    ({"missing": {"$nin": ["a"]}}, True),
    ({"lines.user": {"$nin": ["alice"]}}, False),
    ({"parents": {"$contains": "base"}}, True),
    ({"parents": {"$contains": "bas"}}, False),
    ({"mac": {"$contains": "5e:00"}}, True),
    ({"mac": {"$contains": 5}}, False),
    ({"weight": {"$contains": 3}}, False),
    ({"options": {"$contains": "deep"}}, True),
    ({"weight": {"$gt": 2}}, True),
    ({"weight": {"$gt": 3}}, False),
    ({"weight": {"$ge": 3}}, True),
    ({"weight": {"$lt": 3.5}}, True),
    ({"weight": {"$le": 2}}, False),
    ({"weight": {"$gt": 1, "$lt": 3}}, False),
    ({"weight": {"$gt": "1"}}, False),
    ({"configured": {"$lt": 1}}, False),
    ({"configured": {"$lt": True}}, True),
    ({"missing": {"$lt": 9}}, False),
    ({"note": {"$lt": 9}}, False),
    ({"parents": {"$gt": ["base", 7]}}, True),
    ({"mac": {"$ge": "00"}}, True),
    ({"id": {"$ne": "b"}}, True),
    ({"id": {"$ne": "a"}}, False),
    ({"missing": {"$ne": "a"}}, True),
    ({"lines.user": {"$ne": "bob"}}, False),
    ({"note": {"$exists": True}}, True),
    ({"missing": {"$exists": False}}, True),
    ({"lines.n": {"$exists": True}}, True),
    ({"options.deep.er": {"$exists": False}}, False),
]

MALFORMED = [
    ({"id": {"$like": "a"}}, "id", "$like"),
    ({"a.b": {"$in": "x"}}, "a.b", "list"),
    ({"id": {"$nin": {"x": 1}}}, "id", "list"),
    ({"id": {"$in": ["x"] * 20_000}}, "id", "at most"),
    ({"id": {"$exists": 1}}, "id", "true or false"),
    ({"id": {"$gt": None}}, "id", "order"),
    ({"id": {"$gt": {"x": 1}}}, "id", "order"),
    ({"id": {"$in": [1], "plain": 2}}, "id", "plain"),
    ({"a..b": 1}, "a..b", "path"),
    ({"": 1}, "", "path"),
    ({str(n): n for n in range(300)}, "", "conditions"),
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text("ab$", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.$", max_size=2), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "a.b", "b.a"]), JSON, max_size=3)
OPERATORS = ("$in", "$nin", "$contains", "$gt", "$ge", "$lt", "$le", "$ne", "$exists", "$x")
SELECTORS = st.dictionaries(
    st.sampled_from(["a", "b", "a.b", "b.a", "a."]),
    JSON | st.dictionaries(st.sampled_from(OPERATORS), JSON, min_size=1, max_size=2),
    max_size=3,
)


@pytest.mark.parametrize(("selector", "expected"), MATCHES)
def test_matches(selector: dict[str, Any], expected: bool) -> None:  # noqa: FBT001
    """Each operator matches what the reference says it matches, and nothing else."""
    assert compile_selector(selector).matches(DEVICE) is expected


@pytest.mark.parametrize(("selector", "path", "word"), MALFORMED)
def test_malformed(selector: dict[str, Any], path: str, word: str) -> None:
    """What is no selector is refused by name, with the path and what is wrong there."""
    with pytest.raises(MalformedSelector) as raised:
        compile_selector(selector)
    assert raised.value.path == path
    assert word in raised.value.detail


@given(SELECTORS, OBJECTS)
def test_whatever_is_asked(selector: dict[str, Any], document: dict[str, Any]) -> None:
    """Any JSON at all is a selector or MalformedSelector, and matching never raises."""
    try:
        compiled = compile_selector(selector)
    except MalformedSelector:
        return
    assert compiled.matches(document) in {True, False}


@given(JSON, JSON)
def test_opposites(value: Any, operand: Any) -> None:
    """`$ne` is the opposite of equality, and `$nin` of `$in`."""
    document = {"a": value}
    plain = not (isinstance(operand, dict) and any(key.startswith("$") for key in operand))
    if plain:
        equal = compile_selector({"a": operand}).matches(document)
        assert compile_selector({"a": {"$ne": operand}}).matches(document) is not equal
    included = compile_selector({"a": {"$in": [operand]}}).matches(document)
    assert compile_selector({"a": {"$nin": [operand]}}).matches(document) is not included


@given(st.lists(JSON, max_size=6))
def test_everything_sorts(values: list[Any]) -> None:
    """Any JSON values have one order: null, booleans, numbers, text, lists, objects."""
    kinds = [
        (type(None),),
        (bool,),
        (int, float),
        (str,),
        (list,),
        (dict,),
    ]
    ordered = sorted(values, key=sort_key)
    ranks = [next(at for at, kind in enumerate(kinds) if type(each) in kind) for each in ordered]
    assert ranks == sorted(ranks)


def test_numbers_sort_as_numbers() -> None:
    """10 comes after 9, though "10" comes before "9"."""
    assert sorted([10, 9, 8.5], key=sort_key) == [8.5, 9, 10]
    assert sorted(["10", "9"], key=sort_key) == ["10", "9"]


def test_true_is_not_one() -> None:
    """Python says True == 1; JSON does not."""
    assert not same(True, 1)
    assert not compares(lambda left, right: left < right, False, 1)


def test_what_an_index_may_use() -> None:
    """Equality and `$in` name values one of which a match must have; the rest names none."""
    compiled = compile_selector(
        {"mac": "m", "sn": {"$in": ["x", "y"]}, "ip": {"$ne": "z"}, "parents": {"$contains": "p"}}
    )
    assert dict(compiled.equalities()) == {"mac": ("m",), "sn": ["x", "y"]}
    assert dict(compiled.contained()) == {"parents": "p"}
    assert compiled.keys == {"mac", "sn", "ip", "parents"}
