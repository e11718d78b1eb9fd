"""The forms in which answers are sent: JSON, YAML, and for lists CSV; chosen by `Accept`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from provd.api._csv import row, write_row
from provd.api._errors import NotAcceptable
from provd.wire.yaml import write_item, write_yaml

YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
"""Under which names YAML is asked for, and sent."""

_QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


class Form(Protocol):
    """How values are written."""

    media: bytes
    tag: str
    """Goes into validators, so that no two forms share one."""

    def whole(self, value: Any) -> bytes:
        """One value."""

    def head(self, total: int, more: str) -> bytes:
        """What stands before the items of a list."""

    def item(self, value: Any, *, first: bool) -> bytes:
        """One item of a list."""

    def tail(self, *, empty: bool) -> bytes:
        """What stands after the items."""


class Json:
    """The form that is sent unless another is wanted."""

    media = b"application/json"
    tag = ""

    def __init__(self) -> None:
        self.whole = msgspec.json.Encoder().encode

    def head(self, total: int, more: str) -> bytes:
        return b'{"total":%d,"next":%b,"items":[' % (total, self.whole(more or None))

    def item(self, value: Any, *, first: bool) -> bytes:
        return self.whole(value) if first else b"," + self.whole(value)

    def tail(self, *, empty: bool) -> bytes:
        return b"]}"


class Yaml:
    """For people."""

    media = b"application/yaml"
    tag = "-yaml"

    def whole(self, value: Any) -> bytes:
        return write_yaml(value)

    def head(self, total: int, more: str) -> bytes:
        return write_yaml({"total": total, "next": more or None}) + b"items:"

    def item(self, value: Any, *, first: bool) -> bytes:
        return b"\n" + write_item(value) if first else write_item(value)

    def tail(self, *, empty: bool) -> bytes:
        return b" []\n" if empty else b""


class Csv:
    """For spreadsheets: these columns of each item; where there are none, those of the first."""

    media = b"text/csv; charset=utf-8; header=present"
    tag = "-csv"

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns

    def whole(self, value: Any) -> bytes:
        """@raise NotAcceptable: it is no list."""
        raise NotAcceptable("text/csv")

    def head(self, total: int, more: str) -> bytes:
        return write_row(self._columns) if self._columns else b""

    def item(self, value: Any, *, first: bool) -> bytes:
        if self._columns:
            return row(self._columns, value)
        self._columns = tuple(value)
        return write_row(self._columns) + row(self._columns, value)

    def tail(self, *, empty: bool) -> bytes:
        return b""


JSON, YAML = Json(), Yaml()


def wanted(accept: str, *, listed: bool) -> str:
    """`json`, `yaml` or `csv`: what a client that sends this `Accept` likes best of what there is.

    @raise NotAcceptable: it accepts none of them.
    """
    if not accept:
        return "json"
    ranges = [_range(item) for item in accept.lower().split(",")[:50]]
    offers = [("json", ("application/json",)), ("yaml", YAML_TYPES)]
    if listed:
        offers.append(("csv", ("text/csv",)))
    liked = [(max(_quality(ranges, name) for name in names), form) for form, names in offers]
    best = max(quality for quality, _form in liked)
    if not best:
        raise NotAcceptable(accept[:200])
    return next(form for quality, form in liked if quality == best)


def require_accepted(accept: str, media: str) -> None:
    """@raise NotAcceptable: a client that sends this `Accept` does not read the one form there is."""
    if accept and not _quality([_range(item) for item in accept.lower().split(",")[:50]], media):
        raise NotAcceptable(accept[:200])


def wants_gzip(accept_encoding: str) -> bool:
    """Whether a client reads gzip (RFC 9110 section 12.5.3)."""
    for item in accept_encoding.lower().split(",")[:50]:
        name, quality = _range(item)
        if name in {"gzip", "x-gzip"}:
            return quality > 0
    return False


def _range(item: str) -> tuple[str, float]:
    """A media range and how much it is liked; a quality that is none is 1, as if it were not there."""
    name, *parameters = (piece.strip() for piece in item.split(";"))
    for parameter in parameters:
        if found := _QUALITY.fullmatch(parameter):
            return name, float(found[1])
    return name, 1.0


def _quality(ranges: Sequence[tuple[str, float]], media: str) -> float:
    """The most specific range that a type is in decides."""
    for pattern in (media, media.partition("/")[0] + "/*", "*/*"):
        found = [quality for name, quality in ranges if name == pattern]
        if found:
            return max(found)
    return 0.0
