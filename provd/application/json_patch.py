"""JSON Patch (RFC 6902): a list of operations that says what becomes of a JSON value.

Nothing that is given is changed: an operation copies the objects and lists on its way, and shares
the rest.  `test` compares as JSON does (true is not 1), and what `copy` makes is bounded: twenty
operations that copy the whole into itself would otherwise make a million of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define

from provd.values import ProvdError

MOST = 1000
"""Operations of one patch."""

COPIED = 20_000
"""Values that the `copy` operations of one patch may make."""

DEEPEST = 64
"""Tokens of a pointer: no document is nested so deep."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_ESCAPE = re.compile(r"~(?![01])")


@define
class MalformedPatch(ProvdError):
    """A patch is not what RFC 6902 says one is, whatever it is applied to."""

    at: int
    """Which operation, from 0; -1 for the whole."""
    detail: str

    def __str__(self) -> str:
        where = f"operation {self.at}: " if self.at >= 0 else ""
        return f"{where}{self.detail}"


@define
class PatchFailed(ProvdError):
    """An operation cannot be applied to the document, or a `test` does not hold."""

    at: int
    op: str
    path: str
    detail: str

    def __str__(self) -> str:
        return (
            f"operation {self.at} ({self.op} {self.path!r}): {self.detail}; nothing was changed,"
            " read the document again"
        )


class _Cannot(Exception):
    """Why one operation cannot be applied."""


Pointer = tuple[str, ...]


def parse_pointer(text: object) -> Pointer:
    """The reference tokens of a JSON pointer (RFC 6901). @raise ValueError: it is none."""
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise ValueError("a path is a JSON pointer: empty, or beginning with a slash")
    if _ESCAPE.search(text):
        raise ValueError("in a JSON pointer, ~ is followed by 0 or 1")
    if text.count("/") > DEEPEST:
        raise ValueError(f"a JSON pointer has {DEEPEST} tokens at most")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:])


def check_patch(patch: Any) -> None:
    """@raise MalformedPatch: it is no patch, whatever it would be applied to."""
    if not isinstance(patch, list):
        raise MalformedPatch(-1, "a JSON patch is a list of operations")
    if len(patch) > MOST:
        raise MalformedPatch(-1, f"a patch has {MOST} operations at most")
    for at, operation in enumerate(patch):
        _check(at, operation)


def touched(patch: Sequence[Mapping[str, Any]]) -> list[Pointer]:
    """Every place that a checked patch changes; a `test` changes none."""
    places: list[Pointer] = []
    for operation in patch:
        if operation["op"] != "test":
            places.append(parse_pointer(operation["path"]))
        if operation["op"] == "move":
            places.append(parse_pointer(operation["from"]))
    return places


def json_patch(target: Any, patch: Sequence[Mapping[str, Any]]) -> Any:
    """`target` with a checked patch applied; neither is changed.

    @raise PatchFailed: an operation cannot be applied; the ones before it count for nothing.
    """
    copied = 0
    for at, operation in enumerate(patch):
        name, path = operation["op"], operation["path"]
        try:
            if name == "copy":
                copied += _size(_found(target, parse_pointer(operation["from"])))
                _within(copied)
            target = _APPLY[name](target, parse_pointer(path), operation)
        except _Cannot as error:
            raise PatchFailed(at, name, path, str(error)) from error
    return target


def equal(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same (RFC 6902 section 4.6): numbers by value, true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return bool(left == right)


def _check(at: int, operation: Any) -> None:
    if not isinstance(operation, dict):
        raise MalformedPatch(at, "an operation is an object")
    name = operation.get("op")
    if not isinstance(name, str) or name not in _APPLY:
        raise MalformedPatch(at, f"`op` is one of {' '.join(_APPLY)}")
    for key in ("path", "from") if name in {"move", "copy"} else ("path",):
        try:
            parse_pointer(operation.get(key))
        except ValueError as error:
            raise MalformedPatch(at, f"`{key}`: {error}") from error
    if name in {"add", "replace", "test"} and "value" not in operation:
        raise MalformedPatch(at, "`value` is missing")


def _found(target: Any, pointer: Pointer) -> Any:
    for token in pointer:
        if isinstance(target, dict):
            if token not in target:
                raise _Cannot(f"there is no {token!r}")
            target = target[token]
        elif isinstance(target, list):
            target = target[_place(token, len(target) - 1)]
        else:
            raise _Cannot(f"there is nothing below a value that is no object: {token!r}")
    return target


def _place(token: str, last: int) -> int:
    if not _INDEX.fullmatch(token) or int(token) > last:
        raise _Cannot(f"a list has no place {token[:20]!r}")
    return int(token)


def _changed(target: Any, pointer: Pointer, change: Callable[[Any, str], Any]) -> Any:
    """A copy of `target` in which `change` was made to the parent of a place."""
    token, *rest = pointer
    if not rest:
        if not isinstance(target, dict | list):
            raise _Cannot("there is nothing below a value that is no object")
        return change(target.copy(), token)
    below = _found(target, (token,))
    copy = target.copy()
    copy[token if isinstance(copy, dict) else int(token)] = _changed(below, tuple(rest), change)
    return copy


def _put(target: Any, pointer: Pointer, value: Any) -> Any:
    if not pointer:
        return value

    def change(parent: Any, token: str) -> Any:
        if isinstance(parent, dict):
            parent[token] = value
        else:
            parent.insert(len(parent) if token == "-" else _place(token, len(parent)), value)  # noqa: S105 - RFC 6901 section 4
        return parent

    return _changed(target, pointer, change)


def _without(target: Any, pointer: Pointer) -> Any:
    if not pointer:
        return None

    def change(parent: Any, token: str) -> Any:
        if isinstance(parent, dict) and token not in parent:
            raise _Cannot(f"there is no {token!r}")
        del parent[token if isinstance(parent, dict) else _place(token, len(parent) - 1)]
        return parent

    return _changed(target, pointer, change)


def _add(target: Any, pointer: Pointer, operation: Mapping[str, Any]) -> Any:
    return _put(target, pointer, operation["value"])


def _remove(target: Any, pointer: Pointer, _operation: Mapping[str, Any]) -> Any:
    return _without(target, pointer)


def _replace(target: Any, pointer: Pointer, operation: Mapping[str, Any]) -> Any:
    _found(target, pointer)
    if not pointer:
        return operation["value"]

    def change(parent: Any, token: str) -> Any:
        parent[token if isinstance(parent, dict) else int(token)] = operation["value"]
        return parent

    return _changed(target, pointer, change)


def _move(target: Any, pointer: Pointer, operation: Mapping[str, Any]) -> Any:
    source = parse_pointer(operation["from"])
    if pointer[: len(source)] == source and pointer != source:
        raise _Cannot("nothing can be moved into itself")
    value = _found(target, source)
    return value if not pointer else _put(_without(target, source), pointer, value)


def _copy(target: Any, pointer: Pointer, operation: Mapping[str, Any]) -> Any:
    return _put(target, pointer, _found(target, parse_pointer(operation["from"])))


def _test(target: Any, pointer: Pointer, operation: Mapping[str, Any]) -> Any:
    if not equal(_found(target, pointer), operation["value"]):
        raise _Cannot("it has another value")
    return target


_APPLY: Mapping[str, Callable[[Any, Pointer, Mapping[str, Any]], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _within(copied: int) -> None:
    if copied > COPIED:
        raise _Cannot(f"a patch copies {COPIED} values at most")


def _size(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inside))
