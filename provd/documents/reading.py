"""Reading a JSON object key by key, remembering everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from provd.documents.base import EMPTY_OBJECT
from provd.values import Invalid, Problem

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

DEEPEST = 32
"""Levels of objects and lists in a document; what is deeper is hostile, and would cost recursion."""


def json_type(value: object) -> str:
    """What a value is called in JSON, for a message that must not repeat the value itself."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case Mapping():
            return "an object"
        case list() | tuple():
            return "a list"
    return f"no JSON value ({type(value).__name__})"


def is_deeper(value: object, levels: int) -> bool:
    """Whether a JSON value has more than `levels` levels of objects and lists inside it."""
    inside: Sequence[object]
    if isinstance(value, Mapping):
        inside = list(value.values())
    elif isinstance(value, list | tuple):
        inside = value
    else:
        return False
    return levels == 0 or any(is_deeper(item, levels - 1) for item in inside)


def read_object(
    text: bytes, subject: str, most: int, expected: str = "a JSON object"
) -> dict[str, Any]:
    """The JSON object that a text is, which `subject` names; it may have `most` bytes.

    @raise Invalid: it is none.
    """
    if len(text) > most:
        raise Invalid(subject, (Problem("", "is too long", f"at most {most} bytes"),))
    try:
        given = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Invalid(subject, (Problem("", f"is not JSON: {error}"),)) from error
    if not isinstance(given, dict):
        raise Invalid(subject, (Problem("", "is not an object", expected),))
    return given


class Reading:
    """One pass over a JSON object: takes the keys it is asked for, and notes each problem.

    Whatever is wrong, a harmless value is answered in its place, so that the pass goes on and
    `finish` can list all problems at once.  What nobody took is what `rest` keeps verbatim.
    """

    def __init__(self, given: Mapping[str, Any], subject: str) -> None:
        self.problems: list[Problem] = []
        self._given = given
        self._subject = subject
        self._taken: set[str] = set()
        self._refuse_other_than_json()

    def _refuse_other_than_json(self) -> None:
        """Later steps may then recurse and encode without a second thought."""
        if is_deeper(self._given, DEEPEST):
            detail = f"is nested more than {DEEPEST} levels deep"
            raise Invalid(self._subject, (Problem("", detail),))
        for key in self._given:
            if not isinstance(key, str):
                raise Invalid(self._subject, (Problem("", f"has {key!r} for a key", "texts"),))

    def note(self, path: str, message: str, expected: str = "") -> None:
        """Remember one problem."""
        self.problems.append(Problem(path, message, expected))

    def take(self, key: str) -> Any:
        """The value of a key, None when it is absent or null; `rest` will not have it."""
        self._taken.add(key)
        return self._given.get(key)

    def drop(self, *keys: str) -> None:
        """Ignore keys that the server keeps itself, whatever the client says of them."""
        self._taken.update(keys)

    def has(self, key: str) -> bool:
        """Whether the key is there, be it null."""
        return key in self._given

    def text(self, key: str) -> str | None:
        """A text, or nothing."""
        value = self.take(key)
        if value is None or isinstance(value, str):
            return value
        self.note(key, f"is {json_type(value)}", "a text")
        return None

    def filled(self, key: str) -> str | None:
        """A text that says something; an empty one is nothing."""
        return self.text(key) or None

    def matching(
        self, key: str, pattern: re.Pattern[str], expected: str, *, required: bool = True
    ) -> str:
        """A text that a pattern matches whole; empty where there is none that it does."""
        text = self.text(key) or ""
        if (text or required) and not pattern.fullmatch(text):
            self.note(key, f"is {text[:80]!r}" if text else "is missing", expected)
            return ""
        return text

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean; the default when it is absent or null."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        self.note(key, f"is {json_type(value)}", "true or false")
        return default

    def whole(self, key: str, default: T, lowest: int, highest: int) -> int | T:
        """A whole number between the two; the default when it is absent or null."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.note(key, f"is {json_type(value)}", "a whole number")
            return default
        if not lowest <= value <= highest:
            self.note(key, f"is {value}", f"{lowest} to {highest}")
            return default
        return value

    def choice(self, key: str, default: E) -> E:
        """One of the words of the default's kind; the default when it is absent or null."""
        value = self.text(key)
        if value is None:
            return default
        kind = type(default)
        try:
            return kind(value)
        except ValueError:
            self.note(key, f"is {value[:40]!r}", ", ".join(kind))
            return default

    def objects(self, key: str, most: int, one: Callable[[Reading], T | None]) -> tuple[T, ...]:
        """A list of objects, each read by `one`; keys that it does not take are problems."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.note(key, f"is {json_type(value)}", "a list")
            return ()
        if len(value) > most:
            self.note(key, f"has {len(value)} entries", f"{most} at most")
            return ()
        found = (self.inside(f"{key}.{at}", item, one) for at, item in enumerate(value))
        return tuple(each for each in found if each is not None)

    def inside(self, path: str, item: object, one: Callable[[Reading], T]) -> T | None:
        """An object inside, read by `one`; None where there is none."""
        if not isinstance(item, Mapping):
            self.note(path, f"is {json_type(item)}", "an object")
            return None
        inner = Reading(item, path)
        made = one(inner)
        inner.refuse_others()
        for problem in inner.problems:
            where = f"{path}.{problem.path}" if problem.path else path
            self.note(where, problem.message, problem.expected)
        return made

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, which must be there."""
        value = self.take(key)
        if not isinstance(value, list | tuple):
            self.note(key, f"is {json_type(value)}" if self.has(key) else "is missing", "a list")
            return ()
        for at, item in enumerate(value):
            if not isinstance(item, str):
                self.note(f"{key}.{at}", f"is {json_type(item)}", "a text")
        return tuple(item for item in value if isinstance(item, str))

    def mapping(self, key: str, *, required: bool = False) -> Mapping[str, Any]:
        """A JSON object."""
        value = self.take(key)
        if value is None and not required:
            return {}
        if isinstance(value, Mapping):
            return value
        self.note(key, f"is {json_type(value)}" if self.has(key) else "is missing", "an object")
        return {}

    def raw(self, value: Mapping[str, Any], path: str) -> Raw:
        """A JSON object as the text that documents keep."""
        if not value:
            return EMPTY_OBJECT
        try:
            return Raw(msgspec.json.encode(value))
        except (TypeError, ValueError) as error:
            self.note(path, f"cannot be written as JSON: {error}")
            return EMPTY_OBJECT

    def rest(self) -> Raw:
        """Every key that nobody took, verbatim."""
        left = {key: value for key, value in self._given.items() if key not in self._taken}
        return self.raw(left, "")

    def refuse_others(self) -> None:
        """Note each key that nobody took."""
        known = ", ".join(sorted(self._taken))
        for key in self._given:
            if key not in self._taken:
                self.note(str(key)[:80], "means nothing here", known)

    def finish(self) -> None:
        """All is read.

        @raise Invalid: with every problem noted.
        """
        if self.problems:
            raise Invalid(self._subject, tuple(self.problems))
