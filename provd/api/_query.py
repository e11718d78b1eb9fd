"""From the parameters of a list route to a query."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from provd.api._body import read_object
from provd.api._call import Call
from provd.api._cursor import make_cursor, read_cursor
from provd.api._errors import MalformedRequest
from provd.api._filters import (
    LOOSE,
    Field,
    condition,
    flag,
    is_free,
)
from provd.api._reply import Rows
from provd.application.listing import Listing
from provd.documents import NEVER_SHOWN, Query, holds_secrets, orders_secrets

__all__ = [
    "Listed",
    "number",
    "read_query",
]

WINDOW = ("q", "sort", "reverse", "skip", "limit", "cursor", "fields", "slim")
"""Parameters that every list route has."""

MOST = 10**9


class Listed(Struct, frozen=True):
    """What a list route was asked for."""

    query: Query
    fields: tuple[str, ...]
    """Those with a `-` in front are left out."""
    others: Mapping[str, str]
    """Parameters of this route alone."""
    columns: tuple[str, ...]
    """Of a table of what is listed."""
    of: bytes
    """What the list is of: a cursor is good for nothing else."""

    def rows(self, found: Listing) -> Rows:
        """The listing as it is sent, with the way to its next page."""
        more = make_cursor(found.more, self.of) if found.more is not None else ""
        return Rows(total=found.total, items=found.items, more=more, columns=self.columns)


def read_query(call: Call, filters: Mapping[str, Field], others: tuple[str, ...] = ()) -> Listed:
    """The query that a call's parameters spell.

    @raise MalformedRequest: a parameter is unknown, repeated where it may not be, or not what it should be.
    """
    given, wanted = _sorted_out(call, filters, others)
    sort = given.get("sort", "")
    selector = _selector(given, wanted, filters)
    key = sort.removeprefix("-")
    _require_no_secret(call, selector, key)
    backwards = sort.startswith("-") is not _flag(given, "reverse")
    # A cursor is of one list in one order, whoever asks for it.
    of = msgspec.json.encode([call.request.path.decode("latin-1"), selector, key, backwards])
    query = Query(
        selector=selector if call.only is None else _narrowed(selector, call.only),
        sort=key,
        natural=key in filters and filters[key].versions,
        descending=backwards,
        skip=number(given, "skip"),
        limit=number(given, "limit"),
        after=read_cursor(given["cursor"], of) if "cursor" in given else None,
    )
    fields = tuple(field for field in given.get("fields", "").split(",") if field)
    slim = tuple(field for field in given.get("slim", "").split(",") if field)
    rest = {name: given[name] for name in others if name in given}
    left = (field for field in fields or filters if field not in {"id", *slim} and field[0] != "-")
    left_out = tuple(f"-{field}" for field in slim)
    return Listed(query, fields + left_out, rest, ("id", *left), of)


def _sorted_out(
    call: Call, filters: Mapping[str, Field], others: tuple[str, ...]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What may be given once, and the filters, which may be given several times."""
    known = {*WINDOW, *others}
    given: dict[str, str] = {}
    wanted: dict[str, list[str]] = {}
    expected = ", ".join(sorted({*known, *filters}))
    for name, texts in call.repeated(
        lambda name: name in known or name in filters or is_free(name), expected
    ):
        if name not in known:
            wanted[name] = texts
        elif len(texts) != 1:
            raise MalformedRequest(name, f"is given {len(texts)} times", "one value")
        else:
            given[name] = texts[0]
    return given, wanted


def _flag(given: Mapping[str, str], name: str) -> bool:
    """A parameter that is `true`, or there without a value. @raise MalformedRequest: it is neither."""
    text = given.get(name, "false") or "true"
    try:
        return flag(text)
    except ValueError as error:
        raise MalformedRequest(name, str(error), "true or false") from error


def number(given: Mapping[str, str], name: str) -> int:
    """A count; 0 when it is not given. @raise MalformedRequest: it is none."""
    text = given.get(name, "0")
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > MOST:
        raise MalformedRequest(name, f"is {text[:40]!r}", f"a number from 0 to {MOST}")
    return int(text)


def _selector(
    given: Mapping[str, str], wanted: Mapping[str, list[str]], filters: Mapping[str, Field]
) -> dict[str, Any]:
    selector: dict[str, Any] = read_object(given["q"].encode("utf-8"), "q") if "q" in given else {}
    for name, texts in wanted.items():
        if name in selector:
            raise MalformedRequest(name, "stands in q as well", "one of the two")
        try:
            selector[name] = condition(filters.get(name, LOOSE), texts)
        except ValueError as error:
            raise MalformedRequest(name, str(error), "a filter such as Gte(3.2)") from error
    return selector


def _require_no_secret(call: Call, selector: Mapping[str, Any], sort: str) -> None:
    """Nobody asks for, or by, what is not shown to them: enough questions would tell it.

    @raise MalformedRequest: the selector or the order would.
    """
    for path, operand in selector.items():
        if _top(path) in NEVER_SHOWN or (call.hides and holds_secrets(path, operand)):
            raise MalformedRequest("q", f"{path[:200]!r} could tell a secret", "other keys")
    if _top(sort) in NEVER_SHOWN or (call.hides and orders_secrets(sort)):
        raise MalformedRequest("sort", f"{sort[:200]!r} could tell a secret", "another key")


def _top(path: str) -> str:
    return path.partition(".")[0]


def _narrowed(selector: Mapping[str, Any], only: Collection[str]) -> dict[str, Any]:
    """A selector of nothing but documents with one of these ids."""
    wanted = selector.get("id")
    if isinstance(wanted, Mapping):
        asked = wanted.get("$in")
        ids = [each for each in only if not isinstance(asked, list) or each in asked]
        return {**selector, "id": {**wanted, "$in": ids}}
    ids = sorted(only) if "id" not in selector else [each for each in only if each == wanted]
    return {**selector, "id": {"$in": ids}}
