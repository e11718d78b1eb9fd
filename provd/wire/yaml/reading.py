"""From YAML to JSON values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml
from attrs import define
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from provd.values import ProvdError
from provd.wire.yaml.words import WORDS

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,39})(?:\.[0-9]+(?:[eE][+-][0-9]{1,3})?)?")
_UNSURE = re.compile(
    r"""[-+]?(?:
        0[xob][0-9a-fA-F_]+                  # other bases, of either version
      | [0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?   # base 60
      | \.?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?   # leading zeros, underscores, bare points
      | \.(?:inf|Inf|INF)
    )
    | \.(?:nan|NaN|NAN)
    | [0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt\ \t].*)?  # dates
    """,
    re.VERBOSE | re.DOTALL,
)


@define
class MalformedYaml(ProvdError):
    """A text is no YAML, or none that every reader reads alike."""

    line: int
    """From 1; 0 where it is nowhere in particular."""
    detail: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.detail}" if self.line else self.detail


def read_documents(text: str, *, values: int, depth: int) -> Iterator[Any]:
    """The documents of a stream, one after the other, each as a JSON value.

    The stream holds so many `values` and `depth` levels at most.

    @raise MalformedYaml: it is none that we read; what was read before is right.
    """
    try:
        yield from _Reader(text, values, depth).documents()
    except (yaml.YAMLError, ValueError) as error:
        raise _told(error) from error


class _Reader:
    """One pass over the events of a stream."""

    def __init__(self, text: str, values: int, depth: int) -> None:
        self._events: Iterator[Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._most = values
        self._deepest = depth
        self._values = 0

    def documents(self) -> Iterator[Any]:
        next(self._events)
        while not isinstance(start := next(self._events), StreamEndEvent):
            if isinstance(start, DocumentStartEvent) and (start.tags or start.version):
                self._refuse(start, "has directives")
            yield self._value(next(self._events), self._deepest)
            next(self._events)

    def _value(self, event: Event, depth: int) -> Any:
        self._values += 1
        if self._values > self._most:
            self._refuse(event, f"holds more than {self._most} values; JSON may hold more")
        if isinstance(event, AliasEvent) or event.anchor is not None:
            self._refuse(event, "has an anchor or an alias")
        if event.tag is not None:
            self._refuse(event, "has a tag")
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if not depth:
            self._refuse(event, f"nests deeper than {self._deepest} levels")
        if isinstance(event, SequenceStartEvent):
            return list(self._items(depth - 1))
        if not isinstance(event, MappingStartEvent):
            self._refuse(event, "is no value")
        return self._mapping(depth - 1)

    def _items(self, depth: int) -> Iterator[Any]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._value(event, depth)

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event)
            if key in found:
                self._refuse(event, f"has the key {key[:40]!r} twice")
            found[key] = self._value(next(self._events), depth)
        return found

    def _key(self, event: Event) -> str:
        """A number is a key as it is written: `1:` is the first line."""
        if not isinstance(event, ScalarEvent):
            self._refuse(event, "has a key that is no text")
        value = self._value(event, 0)
        if value is None or isinstance(value, bool):
            self._refuse(event, f"has the key {event.value[:40]!r}: quote it")
        return str(event.value)

    def _scalar(self, event: ScalarEvent) -> Any:
        text: str = event.value
        if event.style:
            return text
        if text in _NULL:
            return None
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if _NUMBER.fullmatch(text):
            value = float(text) if "." in text else int(text)
            if math.isfinite(value):
                return value
        if text in WORDS or _UNSURE.fullmatch(text):
            self._refuse(event, f"{text[:40]!r} is read in several ways: quote it, or spell it out")
        return text

    def _refuse(self, event: Event, why: str) -> NoReturn:
        raise MalformedYaml(event.start_mark.line + 1, why)


def _told(error: Exception) -> MalformedYaml:
    """What the parser says is wrong, with its line where it knows it."""
    mark = getattr(error, "problem_mark", None)
    why = getattr(error, "problem", None) or str(error)[:200]
    return MalformedYaml(mark.line + 1 if mark is not None else 0, f"not YAML: {why}")
