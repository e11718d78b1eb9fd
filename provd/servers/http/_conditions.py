"""Which part of a representation a request is to be sent, if any (RFC 9110 sections 13 and 14). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_tz

from msgspec import Struct

_TAG = re.compile(r'\s*(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')
_RANGE = re.compile(r"bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})", re.IGNORECASE)

CONDITIONAL = ("if-none-match", "range", "if-modified-since")
"""The headers that can change which part is sent; without them it is the whole."""


class Part(Struct, frozen=True, gc=False):
    """What is sent: a status and the bytes from `start` up to `stop`."""

    status: int
    start: int
    stop: int


def choose(
    method: str, headers: Mapping[str, str], size: int, etag: str, modified: int | None = None
) -> Part:
    """The part of a representation of `size` bytes that a request asks for.

    `etag` is a strong validator, empty if there is none; `modified` whole seconds since the epoch,
    None if there is no telling.  Status is 200, 206, 304 or 416; 304 and 416 send nothing.
    A list of ranges is answered with the whole, which RFC 9110 section 14.2 allows.
    """
    if _is_current(headers, etag, modified):
        return Part(304, 0, 0)
    # RFC 9110 section 14.2: a range means something for GET only.
    wanted = headers.get("range") if method == "GET" else None
    if wanted is None or not _range_holds(headers.get("if-range"), etag, modified):
        return Part(200, 0, size)
    return _range_of(wanted, size)


def _is_current(headers: Mapping[str, str], etag: str, modified: int | None) -> bool:
    """Whether what the device has is still right: sections 13.1.2, 13.1.3 and 13.2.2."""
    known = headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or (bool(etag) and etag in tags_of(known))
    since = headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    moment = parse_date(since)
    return moment is not None and modified <= moment


def tags_of(text: str) -> list[str]:
    """The opaque tags of a list, compared weakly: a leading `W/` is dropped. Stops at nonsense."""
    tags, at = [], 0
    while at < len(text) and (tag := _TAG.match(text, at)) is not None:
        tags.append(tag[1])
        at = tag.end()
    return tags


def _range_holds(condition: str | None, etag: str, modified: int | None) -> bool:
    """Whether the range is of what is here now: section 13.1.5, a strong comparison."""
    if condition is None:
        return True
    condition = condition.strip()
    if condition.startswith('"'):
        return bool(etag) and condition == f'"{etag}"'
    return modified is not None and parse_date(condition) == modified


def _range_of(wanted: str, size: int) -> Part:
    """One range, from a position or counted from the end; anything else is ignored."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or found[1] == found[2] == "":
        return Part(200, 0, size)
    if not found[1]:
        length = min(int(found[2]), size)
        return Part(206, size - length, size) if length else Part(416, 0, 0)
    start = int(found[1])
    last = int(found[2]) if found[2] else max(start, size - 1)
    if last < start:
        return Part(200, 0, size)
    return Part(206, start, min(last + 1, size)) if start < size else Part(416, 0, 0)


def parse_date(text: str) -> int | None:
    """An HTTP date as whole seconds since the epoch; None for anything else."""
    parsed = parsedate_tz(text)
    if parsed is None:
        return None
    try:
        moment = datetime(*parsed[:6], tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) - (parsed[9] or 0)


def format_date(seconds: float) -> str:
    """Seconds since the epoch as an HTTP date (RFC 9110 section 5.6.7)."""
    return formatdate(seconds, usegmt=True)
