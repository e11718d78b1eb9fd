"""Preferences: every one is validated, all problems are told, and what is shown is what is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import Document, Preferences, parse_preferences, service_of, to_dict
from provd.documents.preferences import (
    DEFAULTS,
    FEWEST_KEPT,
    LONGEST_LIFE,
    LONGEST_TRAIL,
    MOST_KEPT,
    PARSERS,
    SERVICES,
    SHORTEST_LIFE,
    SHORTEST_TRAIL,
)
from provd.values import Invalid

SOURCES = Path(__file__).resolve().parents[3] / "provd"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=12), inside, max_size=3)
    ),
    max_leaves=8,
)
preferences = st.builds(
    Preferences,
    id=st.just("server"),
    log_levels=st.dictionaries(
        st.sampled_from(sorted(SERVICES)), st.sampled_from(["debug", "info", "warn", "error"])
    ),
    unknown_devices=st.sampled_from(["create", "refuse"]),
    operations_kept=st.integers(FEWEST_KEPT, MOST_KEPT),
    operations_seconds=st.integers(SHORTEST_LIFE, LONGEST_LIFE),
    audit_seconds=st.none() | st.integers(SHORTEST_TRAIL, LONGEST_TRAIL),
)


def test_every_preference_is_read() -> None:
    """Whoever adds one says how it is validated."""
    common = {field.name for field in msgspec.structs.fields(Document)}
    assert {field.name for field in msgspec.structs.fields(Preferences)} - common == set(PARSERS)


def test_every_service_is_known() -> None:
    """Whoever writes to the log under another name adds it to `SERVICES`, so that its level can be chosen."""
    named = {
        service_of(namespace)
        for path in SOURCES.rglob("*.py")
        for namespace in re.findall(r'\bLogger\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert named == SERVICES


@given(preferences)
def test_what_is_shown_is_read(chosen: Preferences) -> None:
    """A client may send back what it got."""
    assert parse_preferences(to_dict(chosen)) == chosen


@given(st.dictionaries(st.sampled_from([*PARSERS, "id", "x"]) | st.text(max_size=9), json_values))
def test_whatever_is_sent(given_: dict[str, Any]) -> None:
    """It is read, and then can be kept and read again, or refused by name."""
    try:
        chosen = parse_preferences(given_)
    except Invalid:
        return
    kept = msgspec.json.decode(msgspec.json.encode(chosen), type=Preferences)
    assert kept == chosen


def test_nothing_chosen() -> None:
    """What is not named, or null, is the default."""
    assert parse_preferences({}) == DEFAULTS
    assert parse_preferences(dict.fromkeys(PARSERS)) == DEFAULTS


@pytest.mark.parametrize(
    ("wrong", "path", "expected"),
    [
        ({"log_levels": {"stroe": "debug"}}, "log_levels.stroe", "store"),
        ({"log_levels": {"store": "loud"}}, "log_levels.store", "debug or info or warn or error"),
        ({"log_levels": {"store": ["debug"]}}, "log_levels.store", "debug"),
        ({"log_levels": "debug"}, "log_levels", "an object"),
        ({"unknown_devices": "ignore"}, "unknown_devices", "create or refuse"),
        ({"unknown_devices": {}}, "unknown_devices", "create or refuse"),
        ({"operations_kept": 9}, "operations_kept", "10 to 10000"),
        ({"operations_kept": 10.5}, "operations_kept", "a whole number"),
        ({"operations_seconds": True}, "operations_seconds", "a whole number"),
        ({"audit_seconds": 3600}, "audit_seconds", "2592000 to"),
        ({"unknown_device": "create"}, "unknown_device", "unknown_devices"),
        ({"audit": 1}, "audit", ""),
        ({"id": "other"}, "id", "'server'"),
    ],
)
def test_refused(wrong: dict[str, Any], path: str, expected: str) -> None:
    """With the place, and what would have been right."""
    with pytest.raises(Invalid) as refused:
        parse_preferences({"operations_kept": 100, **wrong})
    [problem] = refused.value.problems
    assert problem.path == path
    assert expected in problem.expected
