"""JSON Patch: the examples of RFC 6902, what they leave open, and what a hostile patch costs."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.application.json_patch import (
    MalformedPatch,
    PatchFailed,
    check_patch,
    json_patch,
    touched,
)

# RFC 6902 appendix A, by number; a result of None: it fails.
EXAMPLES: list[tuple[Any, list[dict[str, Any]], Any]] = [
    ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
    (
        {"foo": ["bar", "baz"]},
        [{"op": "add", "path": "/foo/1", "value": "qux"}],
        {"foo": ["bar", "qux", "baz"]},
    ),
    ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
    ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
    (
        {"baz": "qux", "foo": "bar"},
        [{"op": "replace", "path": "/baz", "value": "boo"}],
        {"baz": "boo", "foo": "bar"},
    ),
    (
        {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
        [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
        {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
    ),
    (
        {"foo": ["all", "grass", "cows", "eat"]},
        [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
        {"foo": ["all", "cows", "eat", "grass"]},
    ),
    (
        {"baz": "qux", "foo": ["a", 2, "c"]},
        [
            {"op": "test", "path": "/baz", "value": "qux"},
            {"op": "test", "path": "/foo/1", "value": 2},
        ],
        {"baz": "qux", "foo": ["a", 2, "c"]},
    ),
    ({"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "bar"}], None),
    (
        {"foo": "bar"},
        [{"op": "add", "path": "/child", "value": {"grandchild": {}}}],
        {"foo": "bar", "child": {"grandchild": {}}},
    ),
    (
        {"foo": "bar"},
        [{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}],
        {"foo": "bar", "baz": "qux"},
    ),
    ({"foo": "bar"}, [{"op": "add", "path": "/baz/bat", "value": "qux"}], None),
    ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
    ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": "10"}], None),
    (
        {"foo": ["bar"]},
        [{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}],
        {"foo": ["bar", ["abc", "def"]]},
    ),
]

MORE: list[tuple[Any, list[dict[str, Any]], Any]] = [
    ({"a": 1}, [{"op": "add", "path": "", "value": 3}], 3),
    ({"a": 1}, [{"op": "replace", "path": "", "value": {}}], {}),
    ({"": 1}, [{"op": "replace", "path": "/", "value": 2}], {"": 2}),
    ({"a": [1]}, [{"op": "replace", "path": "/a/0", "value": 2}], {"a": [2]}),
    ({"a": {"b": 1}}, [{"op": "copy", "from": "/a", "path": "/c"}], {"a": {"b": 1}, "c": {"b": 1}}),
    ({"a": {"b": 1}}, [{"op": "move", "from": "/a/b", "path": ""}], 1),
    ({"a": 1}, [{"op": "move", "from": "/a", "path": "/a"}], {"a": 1}),
    ({"a": {}}, [{"op": "move", "from": "/a", "path": "/a/b"}], None),
    ({"a": [1]}, [{"op": "remove", "path": "/a/-"}], None),
    ({"a": [1]}, [{"op": "remove", "path": "/a/1"}], None),
    ({"a": [1]}, [{"op": "add", "path": "/a/2", "value": 0}], None),
    ({"a": [1]}, [{"op": "add", "path": "/a/01", "value": 0}], None),
    ({"a": [1]}, [{"op": "add", "path": "/a/x", "value": 0}], None),
    ({"a": 1}, [{"op": "replace", "path": "/b", "value": 0}], None),
    ({"a": 1}, [{"op": "remove", "path": "/a/b"}], None),
    ({"a": True}, [{"op": "test", "path": "/a", "value": 1}], None),
    ({"a": [0]}, [{"op": "test", "path": "/a", "value": [False]}], None),
    ({"a": 1}, [{"op": "test", "path": "/a", "value": 1.0}], {"a": 1}),
    ({"a": None}, [{"op": "test", "path": "/a", "value": None}], {"a": None}),
]

MALFORMED: list[Any] = [
    {},
    "x",
    [1],
    [{}],
    [{"op": "spam", "path": "/a"}],
    [{"op": ["add"], "path": "/a", "value": 1}],
    [{"op": "add", "path": "a", "value": 1}],
    [{"op": "add", "path": "/a~2", "value": 1}],
    [{"op": "add", "path": 1, "value": 1}],
    [{"op": "add", "path": "/a"}],
    [{"op": "move", "path": "/a"}],
    [{"op": "remove", "path": "/a" * 65}],
    [{"op": "test", "path": "", "value": 1}] * 1001,
]


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same, whatever Python says of true and 1."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


@pytest.mark.parametrize(("target", "patch", "result"), EXAMPLES + MORE)
def test_vectors(target: Any, patch: list[dict[str, Any]], result: Any) -> None:
    """Each gives what the RFC says, or fails; and what was given stays as it was."""
    before = copy.deepcopy((target, patch))
    check_patch(patch)
    if result is None:
        with pytest.raises(PatchFailed, match="operation 0"):
            json_patch(target, patch)
    else:
        assert same(json_patch(target, patch), result)
    assert (target, patch) == before


@pytest.mark.parametrize("patch", MALFORMED)
def test_malformed(patch: Any) -> None:
    """What is no patch is refused before anything is looked at."""
    with pytest.raises(MalformedPatch):
        check_patch(patch)


def test_copies_do_not_explode() -> None:
    """Copying the whole into itself again and again stops early."""
    check_patch(patch := [{"op": "copy", "from": "", "path": f"/{n}"} for n in range(200)])
    with pytest.raises(PatchFailed, match="at most"):
        json_patch({"a": 1}, patch)


def test_what_was_given_is_not_shared() -> None:
    """An operation that changes what another one brought leaves that one as it was."""
    patch: list[dict[str, Any]] = [
        {"op": "add", "path": "/a", "value": {"l": [1]}},
        {"op": "copy", "from": "/a", "path": "/b"},
        {"op": "add", "path": "/a/l/-", "value": 2},
        {"op": "add", "path": "/t/-", "value": 3},
    ]
    target: dict[str, Any] = {"t": []}
    result = json_patch(target, patch)
    assert result == {"a": {"l": [1, 2]}, "b": {"l": [1]}, "t": [3]}
    assert patch[0]["value"] == {"l": [1]}
    assert target == {"t": []}


def chain(levels: int) -> Any:
    """Objects, one inside the other."""
    return {"x": chain(levels - 1)} if levels else 1


def test_moves_do_not_nest_ever_deeper() -> None:
    """Moving one thing into another again and again stops before nobody can read it any more."""
    patch = [{"op": "add", "path": "/a", "value": chain(28)}]
    for _time in range(300):
        patch.append({"op": "add", "path": "/b", "value": chain(28)})
        patch.append({"op": "move", "from": "/a", "path": "/b" + "/x" * 28})
        patch.append({"op": "move", "from": "/b", "path": "/a"})
    check_patch(patch)
    with pytest.raises(PatchFailed, match="deeper"):
        json_patch({}, patch)


def test_a_move_costs_no_more_than_a_copy() -> None:
    """A large part of a document is not moved to and fro a thousand times."""
    there, back = (
        {"op": "move", "from": "/a", "path": "/b"},
        {"op": "move", "from": "/b", "path": "/a"},
    )
    with pytest.raises(PatchFailed, match="at most"):
        json_patch({"a": list(range(5000))}, [there, back] * 500)


@pytest.mark.parametrize(
    "index", ["9" * 20, "9" * 5000, "-1", "+1", "\uff11", "1_0", " 1", "0x1", "1e2"]
)
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_indexes_that_are_none(op: str, index: str) -> None:
    """However long they are, and whatever digits they are made of, they are no places of a list."""
    check_patch(patch := [{"op": op, "path": f"/a/{index}", "value": 0}])
    with pytest.raises(PatchFailed):
        json_patch({"a": [1, 2, 3]}, patch)


def test_no_failure_tells_of_the_document() -> None:
    """Neither what a place holds nor what is beside it."""
    for patch in (
        [{"op": "test", "path": "/a", "value": "guess"}],
        [{"op": "remove", "path": "/b"}],
        [{"op": "add", "path": "/a/x/y", "value": 1}],
        [{"op": "copy", "from": "/c", "path": "/d"}],
        [{"op": "move", "from": "/l/9", "path": "/d"}],
    ):
        with pytest.raises(PatchFailed) as raised:
            json_patch({"a": "secret-1", "e": "secret-2", "l": ["secret-3"]}, patch)
        assert "secret" not in str(raised.value)


def test_the_one_that_failed_is_named() -> None:
    """With its number, its operation and its path."""
    patch = [
        {"op": "add", "path": "/b", "value": 1},
        {"op": "test", "path": "/a", "value": 2},
    ]
    with pytest.raises(PatchFailed) as raised:
        json_patch({"a": 1}, patch)
    assert (raised.value.at, raised.value.op, raised.value.path) == (1, "test", "/a")


def test_touched() -> None:
    """Whoever decides on rights hears of every place that would change."""
    patch: list[dict[str, Any]] = [
        {"op": "test", "path": "/x", "value": 2},
        {"op": "move", "from": "/a~1b", "path": "/c/d"},
        {"op": "remove", "path": "/e"},
    ]
    assert touched(patch) == [("c", "d"), ("a/b",), ("e",)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab01-"), inner),
    max_leaves=8,
)
POINTERS = st.lists(st.sampled_from(["a", "b", "0", "1", "-", "~0"]), max_size=3).map(
    lambda tokens: "".join(f"/{token}" for token in tokens)
)
OPERATIONS = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]),
        "path": POINTERS,
        "from": POINTERS,
        "value": JSON,
    }
)


@given(JSON, st.lists(OPERATIONS, max_size=4))
def test_whatever_is_sent(target: Any, patch: list[dict[str, Any]]) -> None:
    """A patch is applied or fails by name, and never changes what it was given."""
    before = copy.deepcopy(target)
    check_patch(patch)
    with contextlib.suppress(PatchFailed):
        json_patch(target, patch)
    assert same(target, before)
