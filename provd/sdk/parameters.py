"""What an operator says in the vendor's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from provd.sdk.support import RawConfigError

Meaning = TypeVar("Meaning")

DOTTED = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}(?:\.[A-Za-z0-9_]{1,100}){1,20}")


def own_parameters(
    raw_config: Mapping[str, Any],
    name: str,
    spelt: re.Pattern[str] = DOTTED,
    truths: tuple[str, str] = ("0", "1"),
) -> list[tuple[str, str]]:
    """The vendor's parameters that `raw_config[name]` holds by their names: `account.1.codec.opus.enable`.

    For what no key of the raw config speaks of.  `spelt` is how the vendor spells a name, `truths` what it calls
    false and true.

    @raise RawConfigError: it is no object; a name that is none, and so could write something else; a
        value that is neither a text nor a number.
    """
    said = raw_config.get(name) or {}
    if not isinstance(said, Mapping):
        raise RawConfigError(f"{name} is no object of values by the names of parameters")
    for parameter, value in said.items():
        if spelt.fullmatch(parameter) is None:
            raise RawConfigError(f"{name}: {parameter!r} is not the name of a parameter")
        if not isinstance(value, str | int):
            raise RawConfigError(f"{name}: {parameter} is neither a text nor a number")
    return [(parameter, _text(value, truths)) for parameter, value in said.items()]


def chosen(
    raw_config: Mapping[str, Any], name: str, meanings: Mapping[str, Meaning], default: str
) -> Meaning:
    """What the word in `raw_config[name]` means to the vendor; that of `default` where nobody said one.

    @raise RawConfigError: it is none of the words; all of them are named.
    """
    word = raw_config.get(name) or default
    if not isinstance(word, str) or word not in meanings:
        raise RawConfigError(f"{name}: {word!r} is none of {', '.join(meanings)}")
    return meanings[word]


def _text(value: str | int, truths: tuple[str, str]) -> str:
    return truths[value] if isinstance(value, bool) else str(value)
