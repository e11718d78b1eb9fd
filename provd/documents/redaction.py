"""Secrets inside documents: which values are, what is shown in their place, and how they come back.

A value is secret by its name, wherever it stands: the schema of raw configs marks its own, and names
that people give to keys of theirs (`X_…`, options of a plugin) are judged by their words.  It is
better to hide a value that is none than to show one that is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from provd.documents.dhcp.secrets import is_secret_text, names_password
from provd.documents.raw_config.schema import KEYS, SECRETS, TABLES
from provd.values import Problem

REDACTED = "(not shown)"
"""Stands where a secret is; sent back in the same place, it means the secret that is there."""

_WORDS = re.compile(r"passw|passphrase|secret|psk|private_?key|credential", re.IGNORECASE)
_CUSTOM_WORDS = re.compile(r"token|(?:^|_)(?:pin|key|pwd)(?:_|$)", re.IGNORECASE)
_NOBODY: frozenset[str] = frozenset()


def is_secret(name: str) -> bool:
    """Whether what stands under this key is not for everybody."""
    return _is_secret(name) if len(name) <= _SHORT else _judge(name)


def _judge(name: str) -> bool:
    if name in SECRETS or _WORDS.search(name):
        return True
    return name.startswith(("X_", "x_", "XX_")) and _CUSTOM_WORDS.search(name[2:]) is not None


_SHORT = 64
_is_secret = lru_cache(maxsize=4096)(_judge)
"""The names that documents have are few; those that are long are not worth remembering."""


def redacted(value: Any, plain: Collection[str] = _NOBODY) -> Any:
    """A JSON value with every secret hidden; `plain` are top-level keys that are left as they are.

    What is empty (null, an empty text or list) hides nothing and stays.
    """
    if isinstance(value, Mapping):
        shown = {key: each if key in plain else _hidden(key, each) for key, each in value.items()}
        if "value" in value and "code" in value and _is_secret_option(value):
            shown["value"] = REDACTED
        return shown
    if isinstance(value, list | tuple):
        return [redacted(each) for each in value]
    return value


def _hidden(key: str, value: Any) -> Any:
    if value and value is not True and is_secret(key):
        return REDACTED
    if key in _FILES and isinstance(value, str) and names_password(value):
        return REDACTED
    # Most values are neither, and this is done for every value of every answer.
    return value if type(value) in _PLAIN_TYPES else redacted(value)


def without_secrets(value: Any) -> tuple[Any, bool]:
    """A copy of a JSON value with nothing in the place of each secret, and whether there was any.

    What was text or a number is empty text then, a list an empty list, an object an empty object; a
    URL with a password in it is a secret, whatever its key.  The copy shares nothing that can be changed.
    """
    if isinstance(value, Mapping):
        return _without_secrets(value)
    if isinstance(value, list | tuple):
        items = [without_secrets(each) for each in value]
        return [each for each, _found in items], any(found for _each, found in items)
    if isinstance(value, str) and names_password(value):
        return "", True
    return value, False


def _without_secrets(value: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    found, holds = {}, False
    for key, each in value.items():
        if each and each is not True and is_secret(key):
            found[key], holds = _EMPTY.get(type(each), str)(), True
        else:
            found[key], inside = without_secrets(each)
            holds = holds or inside
    return found, holds


_EMPTY: Mapping[type, type] = {dict: dict, list: list, tuple: list}


def _is_secret_option(option: Mapping[str, Any]) -> bool:
    """Whether the value of a DHCP option is not for everybody: it is marked, or shows what it is."""
    code, value = option["code"], option["value"]
    if not value:
        return False
    if option.get("secret") is True:
        return True
    return isinstance(code, int) and isinstance(value, str) and is_secret_text(code, value)


_FILES = frozenset({"file", "boot_file"})
"""What a machine boots, maybe a URL."""

_PLAIN_TYPES = frozenset({str, int, bool, float, type(None)})


def secrets_restored(given: Any, present: Any, path: str = "") -> tuple[Any, Sequence[Problem]]:
    """`given` with each placeholder replaced by what stands in the same place of `present`.

    And a problem for each placeholder that stands where there is no secret to keep.
    """
    problems: list[Problem] = []
    return _restored(given, present, path, problems), problems


def _restored(given: Any, present: Any, path: str, problems: list[Problem]) -> Any:
    if isinstance(given, str):
        if given != REDACTED:
            return given
        if present is None:
            problems.append(
                Problem(path, "stands for a secret that is not there", "the secret itself")
            )
        return present
    if isinstance(given, Mapping):
        known = present if isinstance(present, Mapping) else {}
        if given.get("value") == REDACTED and known.get("secret") and not given.get("secret"):
            problems.append(
                Problem(path, "holds a secret, and is to be none", "secret, or a new value")
            )
        return {
            key: _restored(each, known.get(key), f"{path}.{key}" if path else str(key), problems)
            for key, each in given.items()
        }
    if isinstance(given, list | tuple):
        known_items = present if isinstance(present, list | tuple) else ()
        return [
            _restored(each, _counterpart(known_items, at, each), f"{path}.{at}", problems)
            for at, each in enumerate(given)
        ]
    return given


def _counterpart(items: Sequence[Any], at: int, given: Any) -> Any:
    """What was in the place of one item of a list; a DHCP option has its place by what it is."""
    if isinstance(given, Mapping) and "code" in given:
        same = (given["code"], given.get("vendor") or "")
        for item in items:
            if isinstance(item, Mapping) and (item.get("code"), item.get("vendor") or "") == same:
                return item
        return None
    return items[at] if at < len(items) else None


def holds_secrets(path: str, operand: Any = None) -> bool:
    """Whether choosing documents by what is at a dotted path could tell a secret.

    By its value, or by comparing with a whole object that has one in it.
    """
    names = path.split(".")
    return (
        any(is_secret(name) for name in names)
        or _is_in_an_option(names)
        or names[0] in _FILES
        or _compares_objects(operand)
    )


def _is_in_an_option(names: Sequence[str]) -> bool:
    """Whether that is the value of a DHCP option, any of which may be secret."""
    return names[0] == "options" and names[-1] == "value"


def orders_secrets(path: str) -> bool:
    """Whether the order of documents by what is at a dotted path could tell a secret.

    Inside a raw config or a plugin's options only what is known to be no secret, and to be no object
    with one in it, may be sorted by.
    """
    names = path.split(".")
    if any(is_secret(name) for name in names) or names[0] in _FILES or _is_in_an_option(names):
        return True
    return (names[0] in _MIXED or names[0].startswith("X_")) and names[-1] not in _PLAIN


def patch_tells(patch: Sequence[Mapping[str, Any]]) -> str:
    """The pointer by which a JSON patch (RFC 6902) could tell a secret; empty when none could.

    A `test` compares; what is copied or moved to another name would be shown under that.
    """
    for operation in patch:
        if operation.get("op") == "test":
            pointer = str(operation.get("path", ""))
            if _names_secret(pointer) or _holds_objects(operation.get("value")):
                return pointer or "/"
        elif operation.get("op") in {"copy", "move"}:
            pointer = str(operation.get("from", ""))
            if _names_secret(pointer):
                return pointer
    return ""


def _names_secret(pointer: str) -> bool:
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")][1:]
    if not tokens:
        return False
    return (
        any(is_secret(token) for token in tokens) or _is_in_an_option(tokens) or tokens[0] in _FILES
    )


def _holds_objects(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(isinstance(each, Mapping | list | tuple) for each in value)
    return isinstance(value, Mapping)


_MIXED = frozenset({"raw_config", "options", "resolved"})
_PLAIN = frozenset(KEYS).union(*(table.row for table in TABLES.values())) - SECRETS


def _compares_objects(operand: Any) -> bool:
    if isinstance(operand, Mapping):
        operators = any(str(key).startswith("$") for key in operand)
        return not operators or any(_compares_objects(each) for each in operand.values())
    if isinstance(operand, list | tuple):
        # Of `$any`, objects of operators; of `$in`, whatever somebody guesses.
        return any(isinstance(each, list | tuple) or _compares_objects(each) for each in operand)
    return False
