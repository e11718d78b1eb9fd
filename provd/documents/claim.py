"""Claim: what a role or a token lets its holder do; every key of it is a list of alternatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from provd.documents.ids import MAX_ID, check_id
from provd.documents.reading import Reading, json_type
from provd.values import Invalid

EVERY = "*"
"""Stands for everything of its kind; a list that holds it holds nothing else."""

MOST_CLAIMS = 256
"""Claims of one role or token at most."""

MOST_NAMES = 1024
"""Names in one list of a claim at most."""

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,63}|\*")
_PATH = re.compile(r"[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64}){0,31}|\*")
_KEYS = frozenset({"scope", "actions", "specific", "fields"})


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """Actions of one scope, on some documents or all, changing some fields or all."""

    scope: str
    """A noun of the API (`devices`), or `*`."""
    actions: tuple[str, ...]
    """What may be done (`read`, `update`), or `*`."""
    specific: tuple[str, ...] = (EVERY,)
    """Ids of the documents it is about, or `*`."""
    fields: tuple[str, ...] = (EVERY,)
    """For updates: the dotted keys that may change, each with what is below it, or `*`."""


def read_claims(read: Reading, key: str = "claims") -> tuple[Claim, ...]:
    """The claims in a list of objects; what is wrong is noted with its path."""
    given = read.take(key)
    if not isinstance(given, list | tuple):
        read.note(key, f"is {json_type(given)}" if read.has(key) else "is missing", "a list")
        return ()
    if len(given) > MOST_CLAIMS:
        read.note(key, f"has {len(given)} claims", f"{MOST_CLAIMS} at most")
        return ()
    return tuple(
        claim
        for at, item in enumerate(given)
        if (claim := _claim(read, item, f"{key}.{at}")) is not None
    )


def _claim(read: Reading, item: Any, path: str) -> Claim | None:
    if not isinstance(item, Mapping):
        read.note(path, f"is {json_type(item)}", "an object with scope and actions")
        return None
    for unknown in sorted(set(item) - _KEYS, key=str):
        read.note(f"{path}.{str(unknown)[:80]}", "is no key of a claim", ", ".join(sorted(_KEYS)))
    scope = item.get("scope")
    if not (isinstance(scope, str) and _WORD.fullmatch(scope)):
        read.note(f"{path}.scope", _shown(scope), "a scope of the API, or *")
        return None
    return Claim(
        scope=scope,
        actions=_names(read, item.get("actions"), f"{path}.actions", _is_word),
        specific=_names(read, item.get("specific", [EVERY]), f"{path}.specific", _is_id),
        fields=_names(read, item.get("fields", [EVERY]), f"{path}.fields", _is_path),
    )


def _names(read: Reading, given: Any, path: str, right: Callable[[str], bool]) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not 0 < len(given) <= MOST_NAMES:
        wrong = _shown(given) if not isinstance(given, list | tuple) else f"has {len(given)} names"
        read.note(path, wrong, f'a list of 1 to {MOST_NAMES} names, or ["*"]')
        return ()
    for at, name in enumerate(given):
        if not (isinstance(name, str) and right(name)):
            read.note(f"{path}.{at}", _shown(name), "a name of its kind, or *")
    names = tuple(name for name in given if isinstance(name, str))
    if EVERY in names and len(names) > 1:
        read.note(path, "names something beside *", "either * alone, or names")
    return names


def _is_word(name: str) -> bool:
    return _WORD.fullmatch(name) is not None


def _is_path(name: str) -> bool:
    return _PATH.fullmatch(name) is not None


def _is_id(name: str) -> bool:
    if name == EVERY:
        return True
    try:
        check_id(name)
    except Invalid:
        return False
    return True


def _shown(value: Any) -> str:
    if value is None:
        return "is missing"
    return f"is {value[:MAX_ID]!r}" if isinstance(value, str) else f"is {json_type(value)}"
