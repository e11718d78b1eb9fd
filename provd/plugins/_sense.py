"""Whether what a plugin answers makes sense, before anybody relies on it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from provd.plugins._walk import ServedTree
from provd.values import (
    INFO_KEYS,
    Content,
    FileContent,
    Info,
    Redirect,
    Refusal,
    Silence,
    parse_ip,
    parse_mac,
)

LONGEST_FACT = 256
"""Characters of anything that is concluded about a device."""
LARGEST_CONTENT = 16 << 20
"""Bytes a plugin may answer from memory; what is larger belongs in a file."""
LONGEST_LOCATION = 2_048
HIGHEST_SUPPORT = 1_000

_SPELLINGS = {"mac": parse_mac, "neighbour": parse_mac, "ip": parse_ip, "uuid": str.lower}


def sensible_info(said: object) -> tuple[Info | None, tuple[str, ...]]:
    """A testimony brought to its normal form, and one note for each thing left out of it."""
    if said is None:
        return None, ()
    if not isinstance(said, Mapping):
        return None, (f"it answered {_kind(said)} where facts or nothing were expected",)
    info: Info = {}
    notes = tuple(_take_facts(said, info))
    return info or None, notes


def _take_facts(said: Mapping[Any, Any], info: Info) -> Iterator[str]:
    for key, value in said.items():
        if key not in INFO_KEYS:
            yield f"it concluded {str(key)[:40]!r}, which is no fact of a device"
        elif not isinstance(value, str):
            yield f"its {key} is {_kind(value)}, not text"
        elif not value or len(value) > LONGEST_FACT or not _is_one_line(value):
            yield f"its {key} is empty, unprintable or longer than {LONGEST_FACT} characters"
        else:
            try:
                info[key] = _SPELLINGS.get(key, str)(value)
            except ValueError as error:
                yield f"its {key}: {error}"


def _is_one_line(text: str) -> bool:
    """Letters of every script, spaces and signs; nothing that ends a line or a log entry."""
    return text.isprintable() or not any(
        unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in text
    )


def sensible_support(level: object) -> tuple[int, str]:
    """A level of support, 0 if it is none, and what is wrong with it."""
    if isinstance(level, int) and not isinstance(level, bool) and 0 <= level <= HIGHEST_SUPPORT:
        return int(level), ""
    return 0, f"it answered {_kind(level)} where a level from 0 to {HIGHEST_SUPPORT} was expected"


def senseless_answer(answer: object, tree: ServedTree) -> str:
    """What is wrong with an answer; empty when it can be given to a device."""
    match answer:
        case Content(body=bytes() as body, media_type=str() as media_type, etag=str() as etag):
            if len(body) > LARGEST_CONTENT:
                return f"its content is larger than {LARGEST_CONTENT} bytes"
            return (
                "" if (media_type + etag).isprintable() else "its headers hold control characters"
            )
        case FileContent(path=path):
            return "" if tree.holds(path) else "its file is outside its own tree"
        case Redirect(location=str() as location):
            whole = (
                len(location) <= LONGEST_LOCATION and location.isascii() and location.isprintable()
            )
            return "" if whole else "its redirect is no location"
        case Refusal() | Silence():
            return ""
    return f"it answered {_kind(answer)} where an answer was expected"


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
