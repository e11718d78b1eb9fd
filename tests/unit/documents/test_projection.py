"""Projections, the dictionary form of documents, and ids."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from provd.documents.base import EMPTY_OBJECT, Document, to_dict
from provd.documents.ids import MAX_ID, check_id
from provd.documents.projection import project
from provd.values import Invalid

CONFIG = {"id": "c", "raw_config": {"sip": {"1": {"user": "bob"}, "2": None}}, "role": "x"}


class Thing(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True, rename="camel"):
    raw_config: Raw = EMPTY_OBJECT
    is_new: bool = False
    count: int = 0
    note: str | None = None
    parents: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], {"id": "c"}),
        (["role"], {"id": "c", "role": "x"}),
        (["missing", "role.deeper", "raw_config.sip.3"], {"id": "c"}),
        (["raw_config.sip.1"], {"id": "c", "raw_config": {"sip": {"1": {"user": "bob"}}}}),
        (
            ["raw_config.sip.2", "role"],
            {"id": "c", "raw_config": {"sip": {"2": None}}, "role": "x"},
        ),
        (["raw_config.sip.1.user", "raw_config"], {"id": "c", "raw_config": CONFIG["raw_config"]}),
    ],
)
def test_projection(fields: list[str], expected: dict[str, Any]) -> None:
    """A projection has the id and the paths asked for, nested as they were; no more, no less."""
    assert project(CONFIG, fields) == expected


def test_to_dict() -> None:
    """Raw text is decoded, unknown keys stand beside known ones, what is absent is left out."""
    thing = Thing(
        id="t",
        revision=7,
        raw_config=Raw(b'{"ip": "192.0.2.1"}'),
        extra=Raw(b'{"X_type": "device", "nothing": null, "count": 9}'),
        parents=("p",),
    )
    assert to_dict(thing) == {
        "id": "t",
        "revision": 7,
        "rawConfig": {"ip": "192.0.2.1"},
        "isNew": False,
        "count": 0,
        "parents": ["p"],
        "X_type": "device",
        "nothing": None,
    }


def test_to_dict_only() -> None:
    """Asked for some keys, it gives those, unknown ones included."""
    thing = Thing(id="t", raw_config=Raw(b"{}"), extra=Raw(b'{"X_type": "device", "y": 1}'))
    assert to_dict(thing, {"id", "X_type", "rawConfig"}) == {"id": "t", "X_type": "device"}


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=3) | st.none() | st.integers(0, 9)))
def test_unknown_keys_are_kept(extra: dict[str, Any]) -> None:
    """Every key that is not provd's comes back as it was."""
    known = set(to_dict(Thing(id="t"))) | {"tenant", "endpoint", "note", "parents", "rawConfig"}
    extra = {key: value for key, value in extra.items() if key not in known}
    found = to_dict(Thing(id="t", extra=Raw(msgspec.json.encode(extra))))
    assert {key: value for key, value in found.items() if key not in known} == extra


@pytest.mark.parametrize(
    "good",
    [
        "0",
        "a" * MAX_ID,
        "6d6e7d9b7c4a4d0b9a8d6f1f2b3c4d5e",
        "00:00:5e:00:53:01",
        "autoprov6d6e7d9b-7c4a-4d0b-9a8d-6f1f2b3c4d5e",
        "_x.y-z@example",
        "...",
    ],
)
def test_ids(good: str) -> None:
    """Ids of existing installations are ids."""
    assert check_id(good) == good


@pytest.mark.parametrize(
    "bad",
    ["", ".", "..", "../evil", "a/b", "a\\b", "a b", "a\n", "a\0", "é", "a%2e", "a" * 129, None, 7],
)
def test_no_ids(bad: object) -> None:
    """What a path, a URL or a log line could misunderstand is no id, and neither is a number."""
    with pytest.raises(Invalid):
        check_id(bad)


@given(st.text())
def test_an_id_is_never_a_path(text: str) -> None:
    """Whatever passes has no separator and is not a name with a meaning of its own."""
    try:
        check_id(text)
    except Invalid:
        return
    assert not set(text) & set("/\\\0%\n\r ")
    assert text not in {"", ".", ".."}
