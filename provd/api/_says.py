"""What a route reads, answers and refuses, said beside the route; the description of the API is made from it.

A schema is named by the name it has among the components (`provd.api._openapi`); what every route
may refuse (a wrong Host, an unknown parameter, …) is not said again for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from provd.api._call import JSON_TYPES, PATCH_TYPES

TEXT: Mapping[str, Any] = {"type": "string"}
FLAG: Mapping[str, Any] = {"type": "boolean"}
BARE_FLAG: Mapping[str, Any] = {"anyOf": [FLAG, {"type": "string", "maxLength": 0}]}
COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": 10**9}


class Parameter(Struct, frozen=True):
    """One parameter of a query."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: TEXT)


class Says(Struct, frozen=True, kw_only=True):
    """What one route says of itself."""

    answers: str = ""
    """The schema of what it answers; empty where an answer has no body."""
    listed: bool = False
    """It answers a list of those: `{"total": …, "items": […]}`."""
    status: int = 200
    also: tuple[int, ...] = ()
    """Other statuses of success, with the same body."""
    media: str = "application/json"
    """Of what it answers."""
    page: bool = False
    """It is answered in that form and in no other."""
    reads: str = ""
    """The schema of the body it reads; empty where it reads none."""
    types: frozenset[str] = JSON_TYPES
    """What the body may be declared as."""
    parameters: tuple[Parameter, ...] = ()
    conditional: bool = False
    """It obeys If-Match and If-None-Match."""
    rehearses: bool = False
    """It is a change that may be rehearsed (`dryrun`), or be made once (`Idempotency-Key`)."""
    waits: bool = False
    """A client that has what there is may wait for something else (`Prefer: wait`)."""
    hears: tuple[str, ...] = ()
    """The schemas of what a client says over its WebSocket."""
    tells: tuple[str, ...] = ()
    """The schemas of what it is told there."""
    refuses: tuple[str, ...] = ()
    """The last parts of the types of problems that are its own."""


DRYRUN = Parameter("dryrun", "only tell what would change; nothing does", BARE_FLAG)

WINDOW = (
    Parameter("q", "a selector in JSON"),
    Parameter("sort", "a dotted key; with `-` in front, descending"),
    Parameter("reverse", "the other way round; may stand without a value", BARE_FLAG),
    Parameter("skip", "how many of those that match are left out", COUNT),
    Parameter("limit", "how many are answered at most; 0 is no limit", COUNT),
    Parameter("cursor", "`next` of the page before: what follows on it"),
    Parameter("fields", "dotted keys, separated by commas: nothing else is shown of each"),
    Parameter("slim", "dotted keys, separated by commas: these are left out of each"),
)
"""Parameters that every list has."""


def filtered(filters: Mapping[str, Any], *others: Parameter) -> tuple[Parameter, ...]:
    """The parameters of a list with these filters."""
    equal = (
        Parameter(
            name, f"those whose `{name}` is this, or `Ne(…)`, `Gte(…)`, `In(…,…)`, `Re(…)`, …"
        )
        for name in filters
    )
    return (*equal, *others, *WINDOW)


def lists(schema: str, filters: Mapping[str, Any], *others: Parameter) -> Says:
    """A list of documents."""
    parameters = filtered(filters, *others)
    return Says(
        answers=schema,
        listed=True,
        parameters=parameters,
        refuses=("malformed-selector", "too-broad"),
    )


def creates(schema: str, reads: str, *refuses: str) -> Says:
    """A new document."""
    return Says(
        answers=schema,
        status=201,
        reads=reads,
        refuses=("already-there", "invalid", *KEEPING, *refuses),
    )


def shows(schema: str, *refuses: str) -> Says:
    """One thing that may not be there."""
    return Says(answers=schema, refuses=("no-such-document", *refuses))


def replaces(schema: str, reads: str, *refuses: str) -> Says:
    """A document put in the place of another, or where there is none."""
    return Says(
        answers=schema,
        also=(201,),
        reads=reads,
        conditional=True,
        refuses=("no-such-document", "already-there", "invalid", *CHANGING, *refuses),
    )


def patches(schema: str, reads: str, *refuses: str) -> Says:
    """A document changed in part."""
    return Says(
        answers=schema,
        reads=reads,
        types=PATCH_TYPES,
        conditional=True,
        refuses=(
            "no-such-document",
            "already-there",
            "invalid",
            "malformed-patch",
            "patch-failed",
            *CHANGING,
            *refuses,
        ),
    )


def bulk_of(schema: str, *refuses: str) -> Says:
    """Many changes of one kind of document."""
    return rehearsed(
        Says(
            answers=f"{schema}Results",
            reads="Bulk",
            refuses=(
                "bulk-refused",
                "no-such-document",
                "already-there",
                "not-deletable",
                "invalid",
                "malformed-patch",
                "patch-failed",
                "key-claimed",
                *CHANGING,
                *refuses,
            ),
        )
    )


def rehearsed(says: Says) -> Says:
    """A change that may be rehearsed, and be made once however often it is sent."""
    return replace(
        says,
        rehearses=True,
        parameters=(*says.parameters, DRYRUN),
        refuses=(*says.refuses, "invalid", "key-reused"),
    )


def waited(says: Says) -> Says:
    """What a client may wait for that has what there is."""
    return replace(says, waits=True, refuses=(*says.refuses, "too-many-wait"))


def deletes(*refuses: str) -> Says:
    """A document gone."""
    return Says(
        status=204,
        conditional=True,
        refuses=("no-such-document", "not-deletable", "already-there", *CHANGING, *refuses),
    )


KEEPING = ("revision-conflict", "draft-refused", "store-unavailable")
"""What may keep any change from being kept."""

CHANGING = ("precondition-failed", "read-only", *KEEPING)
"""What may keep a change of a document from being made."""

EVERYWHERE = (
    "malformed-request",
    "not-authenticated",
    "forbidden",
    "foreign-origin",
    "no-such-route",
    "method-not-allowed",
    "not-acceptable",
    "misdirected",
    "too-many-attempts",
    "defect",
)
"""What every route may refuse."""

WITH_A_BODY = ("too-large", "unsupported-media")
"""What every route that reads a body may refuse besides."""
