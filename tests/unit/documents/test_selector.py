"""The selector language, operator by operator, and what it refuses."""

from __future__ import annotations

import time
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
    ({"id": {"$eq": "a"}}, True),
    ({"configured": {"$eq": 0}}, False),
    ({"mac": {"$re": "^00:.*:01$"}}, True),
    ({"mac": {"$re": "5f"}}, False),
    ({"weight": {"$re": "3"}}, False),
    ({"missing": {"$re": ""}}, False),
    ({"lines.user": {"$re": "(?i)ALI"}}, True),
    ({"id": {"$natural": {"$ge": "a", "$lt": "b"}}}, True),
    ({"weight": {"$natural": {"$ge": "0"}}}, False),
    ({"weight": {"$any": [{"$gt": 5}, {"$lt": 4}]}}, True),
    ({"weight": {"$any": [{"$gt": 5}, {"$lt": 3, "$ge": 0}]}}, False),
    ({"weight": {"$any": []}}, False),
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
    ({"parents": {"$lacks": ["base"]}}, False),
    ({"parents": {"$lacks": ["x", "y"]}}, True),
    ({"missing": {"$lacks": ["x"]}}, True),
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
    ({"id": {"$lacks": "x"}}, "id", "list"),
    ({"id": {"$re": 1}}, "id", "text"),
    ({"id": {"$re": "("}}, "id", "RE2"),
    ({"id": {"$re": "\\1"}}, "id", "RE2"),
    ({"id": {"$re": "x" * 257}}, "id", "at most"),
    ({"id": {"$re": "((a{100}){100}){100}"}}, "id", "RE2"),
    ({"id": {"$any": [{"$any": []}]}}, "id", "another $any"),
    ({"id": {"$any": ["x"]}}, "id", "list of objects"),
    ({"id": {"$any": [{"$eq": 1}] * 300}}, "id", "at most"),
    ({"id": {"$natural": {"$ge": 1}}}, "id", "texts"),
    ({"id": {"$natural": {"$ne": "1"}}}, "id", "$gt"),
    ({"a..b": 1}, "a..b", "path"),
    ({"": 1}, "", "path"),
    ({"$where": "1"}, "$where", "behind a path"),
    ({"$any": [{"id": "a"}]}, "$any", "behind a path"),
    ({str(n): n for n in range(300)}, "", "conditions"),
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text("ab$", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.$", max_size=2), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "a.b", "b.a"]), JSON, max_size=3)
OPERATORS = ("$in", "$nin", "$contains", "$gt", "$ge", "$lt", "$le", "$ne", "$exists", "$x")
OPERATORS += ("$lacks", "$eq", "$re", "$any", "$natural")
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


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b$", "(.*a){20}$", "([a-z]+)*=", "(?:a?){30}a{30}$"]
)
def test_no_pattern_backtracks(pattern: str) -> None:
    """What takes other engines longer than anybody lives takes milliseconds."""
    selector = compile_selector({"a": {"$re": pattern}})
    began = time.process_time()
    assert not selector.matches({"a": "a" * 4000 + "!"})
    assert time.process_time() - began < 1


def test_versions_compare_as_people_read_them() -> None:
    """10.1 comes after 8.9, and digits without end cost nothing."""
    later = compile_selector({"v": {"$natural": {"$gt": "8.9"}}})
    assert later.matches({"v": "10.1"})
    assert not later.matches({"v": "8.4.2"})
    assert later.matches({"v": "9" * 100_000})
