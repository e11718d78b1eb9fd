"""YAML for people: the part of it that every reader reads alike, and that costs what JSON costs.

Read are mappings, sequences and scalars.  Tags, anchors and aliases are refused (a few lines of
those make a billion), and so are plain scalars that YAML 1.1 and 1.2 read differently: `no`,
`012`, `1:30`, `2001-01-01`, `+33`.  Whoever means a text quotes it.

Written are block mappings whose texts are quoted as JSON quotes them, unless no reader could take
them for anything else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml
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

from provd.api._body import DEPTH_LIMIT
from provd.api._errors import MalformedRequest

BYTES_LIMIT = 128 << 10
"""Bytes of a YAML body."""

VALUES_LIMIT = 2000
"""Values of a YAML body: reading one costs five times what it costs in JSON."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_WORDS = frozenset(
    word
    for each in ("y", "yes", "n", "no", "on", "off")
    for word in (each, each.capitalize(), each.upper())
) | {"=", "<<"}
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
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*(?: [A-Za-z0-9_./@-]+)*")


def read_yaml(body: bytes, part: str = "body") -> Any:
    """The value that `body` spells. @raise MalformedRequest: it is no YAML that we read."""
    if len(body) > BYTES_LIMIT:
        expected = f"{BYTES_LIMIT} bytes at most; JSON may have more"
        raise MalformedRequest(part, "is too long for YAML", expected)
    try:
        text = body.decode("utf-8")
        return _Reader(part, text).read()
    except (yaml.YAMLError, ValueError) as error:
        raise MalformedRequest(part, f"not YAML: {_words(error)}", "one YAML document") from error


class _Reader:
    """One pass over the events of one document."""

    def __init__(self, part: str, text: str) -> None:
        self._part = part
        self._events: Iterator[Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._values = 0

    def read(self) -> Any:
        next(self._events)
        start = next(self._events)
        if isinstance(start, StreamEndEvent):
            return None
        if isinstance(start, DocumentStartEvent) and (start.tags or start.version):
            self._refuse(start, "has directives")
        value = self._value(next(self._events), DEPTH_LIMIT)
        next(self._events)
        end = next(self._events)
        if not isinstance(end, StreamEndEvent):
            self._refuse(end, "has a second document")
        return value

    def _value(self, event: Event, depth: int) -> Any:
        self._values += 1
        if self._values > VALUES_LIMIT:
            self._refuse(event, f"holds more than {VALUES_LIMIT} values; JSON may hold more")
        if isinstance(event, AliasEvent) or event.anchor is not None:
            self._refuse(event, "has an anchor or an alias")
        if event.tag is not None:
            self._refuse(event, "has a tag")
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if not depth:
            self._refuse(event, f"nests deeper than {DEPTH_LIMIT} levels")
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
        if text in _WORDS or _UNSURE.fullmatch(text):
            self._refuse(event, f"{text[:40]!r} is read in several ways: quote it, or spell it out")
        return text

    def _refuse(self, event: Event, why: str) -> NoReturn:
        line = event.start_mark.line + 1
        raise MalformedRequest(self._part, f"line {line}: {why}", "YAML that all read alike")


def _words(error: Exception) -> str:
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if problem is None:
        return str(error)[:200]
    return f"line {mark.line + 1}: {problem}" if mark is not None else str(problem)


def write_yaml(value: Any) -> bytes:
    """A JSON value as a YAML document."""
    lines: list[str] = []
    if isinstance(value, dict | list) and value:
        _block(value, "", lines)
    else:
        lines.append(_inline(value))
    return ("\n".join(lines) + "\n").encode("utf-8")


def write_item(value: Any) -> bytes:
    """A JSON value as one item of a block sequence."""
    lines: list[str] = []
    _block([value], "", lines)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _block(value: Any, indent: str, lines: list[str]) -> None:
    entries = (
        ((f"{_text(key)}:", each) for key, each in value.items())
        if isinstance(value, dict)
        else (("-", each) for each in value)
    )
    for lead, each in entries:
        if not (isinstance(each, dict | list) and each):
            lines.append(f"{indent}{lead} {_inline(each)}")
        elif lead == "-":
            # The first line of what is inside stands beside the dash.
            at = len(lines)
            _block(each, indent + "  ", lines)
            lines[at] = f"{indent}- {lines[at].removeprefix(indent + '  ')}"
        else:
            lines.append(f"{indent}{lead}")
            _block(each, indent + "  ", lines)


def _inline(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    return json.dumps(value)


def _text(text: str) -> str:
    """A text that nobody takes for anything else; in quotes, if need be."""
    unquoted = (
        len(text) < 80
        and _PLAIN.fullmatch(text)
        and text not in _WORDS
        and text.lower() not in {"null", "true", "false"}
    )
    if unquoted:
        return text
    # JSON leaves alone what YAML must not see as it is: DEL, C1 controls, separators, a BOM.
    return _NOT_PRINTED.sub(
        lambda each: f"\\u{ord(each[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


_NOT_PRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _float(value: float) -> str:
    """With a point and a signed exponent, as both versions read it."""
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    return text
