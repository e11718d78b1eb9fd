"""JSON Patch (RFC 6902): a list of operations that says what becomes of a JSON value.

`jsonpatch` applies them; here is what one that a stranger sends may cost.  What `copy` and `move`
touch is bounded, and so is how deep they nest: twenty operations that copy the whole into itself
would make a million of it, and a few hundred that move one thing into another a document that nobody
can read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from attrs import define
from jsonpatch import JsonPatch, JsonPatchException, JsonPatchTestFailed
from jsonpointer import JsonPointer, JsonPointerException

from provd.values import ProvdError

MOST = 1000
"""Operations of one patch."""

TOUCHED = 20_000
"""Values that the `copy` and `move` operations of one patch may touch."""

DEEPEST = 64
"""Tokens of a pointer, and levels below one that something is copied or moved to: no document is nested
so deep.
"""

NO_POINTER = (
    "a path is a JSON pointer: empty, or beginning with a slash, and with 0 or 1 behind each ~"
)

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "add": ("path", "value"),
    "remove": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "from"),
    "copy": ("path", "from"),
    "test": ("path", "value"),
}
"""What an operation of each kind must say."""


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


def parse_pointer(text: object) -> tuple[str, ...]:
    """The reference tokens of a JSON pointer (RFC 6901). @raise ValueError: it is none."""
    spelled = text if isinstance(text, str) else "~"
    if spelled.count("/") > DEEPEST:
        raise ValueError(f"a JSON pointer has {DEEPEST} tokens at most")
    try:
        return tuple(JsonPointer(spelled).parts)
    except JsonPointerException as error:
        raise ValueError(NO_POINTER) from error


def check_patch(patch: Any) -> None:
    """@raise MalformedPatch: it is no patch, whatever it would be applied to."""
    if not isinstance(patch, list):
        raise MalformedPatch(-1, "a JSON patch is a list of operations")
    if len(patch) > MOST:
        raise MalformedPatch(-1, f"a patch has {MOST} operations at most")
    for at, operation in enumerate(patch):
        _check(at, operation)


def touched(patch: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Every place that a checked patch changes; a `test` changes none."""
    places: list[tuple[str, ...]] = []
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
    result, left = msgspec.json.decode(msgspec.json.encode(target)), TOUCHED
    for at, operation in enumerate(patch):
        try:
            if operation["op"] in {"copy", "move"}:
                left -= _touches(result, operation, left)
            result = _applied(result, operation)
        except _Cannot as error:
            raise PatchFailed(at, operation["op"], operation["path"], str(error)) from error
    return result


def _applied(target: Any, operation: Mapping[str, Any]) -> Any:
    """What the library says of a failure shows the document: it is told in other words."""
    try:
        return JsonPatch([dict(operation)]).apply(target, in_place=True)
    except JsonPatchTestFailed as error:
        raise _Cannot("it has another value, or none") from error
    except (JsonPatchException, JsonPointerException) as error:
        raise _Cannot("there is nothing at a place that it names, or nothing can be") from error


def _touches(target: Any, operation: Mapping[str, Any], left: int) -> int:
    """How many values there are in what is copied or moved.

    @raise _Cannot: more than are `left`, or it would be nested too deep.
    """
    try:
        source = JsonPointer(operation["from"]).resolve(target)
    except JsonPointerException:
        return 0
    deepest = DEEPEST - len(parse_pointer(operation["path"]))
    count, level = 0, [source]
    for depth in range(DEEPEST + 1):
        count += len(level)
        if count > left:
            raise _Cannot(f"a patch copies and moves {TOUCHED} values at most")
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return count
        if depth >= deepest:
            break
    raise _Cannot(f"it would be nested deeper than {DEEPEST} levels")


def _inside(value: Any) -> Sequence[Any]:
    return (
        [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    )


def _check(at: int, operation: Any) -> None:
    if not isinstance(operation, dict):
        raise MalformedPatch(at, "an operation is an object")
    name = operation.get("op")
    needed = _NEEDED.get(name) if isinstance(name, str) else None
    if needed is None:
        raise MalformedPatch(at, f"`op` is one of {' '.join(_NEEDED)}")
    for key in needed:
        if key == "value":
            if key not in operation:
                raise MalformedPatch(at, "`value` is missing")
            continue
        try:
            parse_pointer(operation.get(key))
        except ValueError as error:
            raise MalformedPatch(at, f"`{key}`: {error}") from error
