"""From the parameters of a list route to a query."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct

from provd.api._body import read_object
from provd.api._call import Call
from provd.api._errors import MalformedRequest
from provd.documents import NEVER_SHOWN, Query, holds_secrets, orders_secrets
from provd.values import parse_ip, parse_mac

WINDOW = ("q", "sort", "skip", "limit", "fields")
"""Parameters that every list route has."""

MOST = 10**9

Spell = Callable[[str], Any]
"""From how a filter's value may be spelled to how documents spell it. @raise ValueError: it is none."""


class Listed(Struct, frozen=True):
    """What a list route was asked for."""

    query: Query
    fields: tuple[str, ...]
    others: Mapping[str, str]
    """Parameters of this route alone."""


def flag(text: str) -> bool:
    """`true` or `false`. @raise ValueError: neither."""
    if text not in {"true", "false"}:
        raise ValueError("neither true nor false")
    return text == "true"


DEVICE_FILTERS: Mapping[str, Spell] = {
    "id": str,
    "mac": parse_mac,
    "ip": parse_ip,
    "sn": str,
    "uuid": str.lower,
    "vendor": str,
    "model": str,
    "version": str,
    "plugin": str,
    "config": str,
    "added": str,
    "tenant": str,
}
CONFIG_FILTERS: Mapping[str, Spell] = {"id": str, "role": str, "transient": flag, "tenant": str}
USER_FILTERS: Mapping[str, Spell] = {"id": str, "disabled": flag}
ROLE_FILTERS: Mapping[str, Spell] = {"id": str}
TOKEN_FILTERS: Mapping[str, Spell] = {"id": str, "subject": str, "revoked": flag}
AUDIT_FILTERS: Mapping[str, Spell] = {
    "id": str,
    "who": str,
    "where": str,
    "action": str,
    "collection": str,
    "document_id": str,
}
OPERATION_FILTERS: Mapping[str, Spell] = {"id": str, "kind": str, "state": str, "label": str}


def read_query(call: Call, filters: Mapping[str, Spell], others: tuple[str, ...] = ()) -> Listed:
    """The query that a call's parameters spell.

    @raise MalformedRequest: a parameter is unknown, repeated, or not what it should be.
    """
    given = call.parameters((*filters, *WINDOW, *others))
    sort = given.get("sort", "")
    selector = _selector(given, filters)
    _require_no_secret(call, selector, sort.removeprefix("-"))
    query = Query(
        selector=selector if call.only is None else _narrowed(selector, call.only),
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        skip=number(given, "skip"),
        limit=number(given, "limit"),
    )
    fields = tuple(field for field in given.get("fields", "").split(",") if field)
    return Listed(query, fields, {name: given[name] for name in others if name in given})


def number(given: Mapping[str, str], name: str) -> int:
    """A count; 0 when it is not given. @raise MalformedRequest: it is none."""
    text = given.get(name, "0")
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > MOST:
        raise MalformedRequest(name, f"is {text[:40]!r}", f"a number from 0 to {MOST}")
    return int(text)


def _selector(given: Mapping[str, str], filters: Mapping[str, Spell]) -> dict[str, Any]:
    selector: dict[str, Any] = read_object(given["q"].encode("utf-8"), "q") if "q" in given else {}
    for name, spell in filters.items():
        if name not in given:
            continue
        if name in selector:
            raise MalformedRequest(name, "stands in q as well", "one of the two")
        try:
            selector[name] = spell(given[name])
        except ValueError as error:
            raise MalformedRequest(name, str(error)) from error
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
