"""Refusals of the API: one table from named conditions to problem details (RFC 9457).

Nothing else decides what an error looks like: a handler raises, the table answers.  What is not
in the table is a defect of ours: it is logged with its traceback, and told as no more than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from attrs import define
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from provd.access import (
    Forbidden,
    NotAuthenticated,
    NotToBeHad,
    TooManyAttempts,
    TooManyClaims,
)
from provd.application.changing import BulkRefused
from provd.application.errors import (
    AlreadyThere,
    BuiltIn,
    InUse,
    NotCancellable,
    NotDeletable,
    OperationCancelled,
    PackageBusy,
    PreconditionFailed,
    RestoreUnderWay,
    TooManyTokens,
)
from provd.application.events import TooManyListen
from provd.application.grades import ReadOnly
from provd.application.json_patch import MalformedPatch, PatchFailed
from provd.application.receipts import KeyReused
from provd.application.system import RestartNeeded
from provd.application.waiting import TooManyWait
from provd.files import NoRoom, NotInstalled, PlaceTaken, UploadOutOfPlace, WrongFile
from provd.files.releases import NothingToDo
from provd.store import CopyUnusable, PieceOutOfPlace
from provd.values import (
    DraftRefused,
    Invalid,
    KeyClaimed,
    MalformedSelector,
    NoSuchDocument,
    NotReady,
    PluginFailed,
    ProvdError,
    RevisionConflict,
    StoreUnavailable,
    TooBroad,
)
from provd.wire.websocket import VERSION

log = Logger("provd.api")

PROBLEM_TYPE = b"application/problem+json"


@define
class MalformedRequest(ProvdError):
    """The request itself cannot be understood: its body, a parameter or a header."""

    part: str
    detail: str
    expected: str = ""

    def __str__(self) -> str:
        wanted = f"; expected {self.expected}" if self.expected else ""
        return f"{self.part}: {self.detail}{wanted}"


@define
class TooLarge(ProvdError):
    """The body is longer than the API reads."""

    limit: int

    def __str__(self) -> str:
        return f"a body may have {self.limit} bytes at most; send less at once"


@define
class UnsupportedMedia(ProvdError):
    """The body is not in a form this route reads."""

    given: str
    wanted: str

    def __str__(self) -> str:
        return f"the body is {self.given or 'of no declared type'}; send it as {self.wanted}"


@define
class NotAcceptable(ProvdError):
    """The client accepts nothing that the API can send."""

    accept: str

    def __str__(self) -> str:
        return (
            f"{self.accept!r} accepts nothing of what can be sent: application/json,"
            " application/yaml, and lists as text/csv"
        )


@define
class Misdirected(ProvdError):
    """The request names a host that this server is not."""

    host: str

    def __str__(self) -> str:
        return (
            f"this server is not {self.host!r}; use a loopback name, or add the name to the"
            " API's configured hosts"
        )


@define
class ForeignOrigin(ProvdError):
    """A page of another site asks in a browser's name."""

    origin: str

    def __str__(self) -> str:
        return f"requests from pages of {self.origin!r} are not answered"


@define
class NoSuchRoute(ProvdError):
    """Nothing is served there."""

    path: str

    def __str__(self) -> str:
        return f"there is nothing at {self.path}; GET /api/v1 lists what there is"


@define
class UpgradeNeeded(ProvdError):
    """What is served there is served over a WebSocket, and the request does not ask for one."""

    def __str__(self) -> str:
        return (
            "events are told over a WebSocket (RFC 6455, version 13): ask with `Connection: Upgrade`,"
            " `Upgrade: websocket`, `Sec-WebSocket-Version: 13` and a `Sec-WebSocket-Key`"
        )


@define
class HttpOneOnly(ProvdError):
    """A WebSocket was asked for over another version of HTTP than 1.1."""

    version: str

    def __str__(self) -> str:
        return (
            f"a WebSocket begins with HTTP/1.1, not with {self.version[:20]}: open a connection of its own"
            " that offers `http/1.1` alone (ALPN)"
        )


class Told(NamedTuple):
    """How one condition is told: HTTP status, the last part of its type, its title."""

    status: int
    slug: str
    title: str


_CLAIMED = Told(409, "key-claimed", "A value that only one may hold is not to be had")

_UNDER_WAY = Told(409, "under-way", "Such an operation is under way")
_OUT_OF_PLACE = Told(409, "out-of-place", "The piece does not follow on those that are there")

TABLE: dict[type[ProvdError], Told] = {
    MalformedRequest: Told(400, "malformed-request", "The request cannot be understood"),
    MalformedSelector: Told(400, "malformed-selector", "The selector cannot be understood"),
    NotAuthenticated: Told(401, "not-authenticated", "Nothing proves who asks"),
    Forbidden: Told(403, "forbidden", "The caller has not got the right"),
    MalformedPatch: Told(400, "malformed-patch", "The JSON patch cannot be understood"),
    TooBroad: Told(400, "too-broad", "The search would resolve too many documents"),
    ForeignOrigin: Told(403, "foreign-origin", "The request comes from another site's page"),
    NoSuchRoute: Told(404, "no-such-route", "Nothing is served there"),
    NoSuchDocument: Told(404, "no-such-document", "There is no such document"),
    NotAcceptable: Told(406, "not-acceptable", "The client accepts nothing that can be sent"),
    AlreadyThere: Told(409, "already-there", "There is a document of that id already"),
    KeyClaimed: _CLAIMED,
    NotToBeHad: _CLAIMED,
    TooManyClaims: Told(429, "too-many-claims", "Too many values were asked for that are taken"),
    NotDeletable: Told(409, "not-deletable", "The document may not be deleted"),
    InUse: Told(409, "in-use", "Others need the document"),
    BuiltIn: Told(409, "built-in", "The document is built in and stays as it is"),
    TooManyTokens: Told(409, "too-many-tokens", "The user has as many tokens as one may have"),
    PieceOutOfPlace: _OUT_OF_PLACE,
    UploadOutOfPlace: _OUT_OF_PLACE,
    CopyUnusable: Told(422, "unusable-copy", "The copy could not be restored"),
    RestoreUnderWay: _UNDER_WAY,
    PackageBusy: _UNDER_WAY,
    NotInstalled: Told(409, "not-installed", "That version of the package is not installed"),
    NothingToDo: Told(409, "nothing-to-do", "There is nothing to be done with the plugin"),
    PlaceTaken: Told(409, "place-taken", "A package would put a file where another is"),
    WrongFile: Told(422, "wrong-file", "The file is not what the definition tells of"),
    NoRoom: Told(422, "no-room", "The file does not fit into the cache"),
    NotCancellable: Told(409, "not-cancellable", "The operation can no longer be cancelled"),
    OperationCancelled: Told(409, "operation-cancelled", "What was asked for was stopped"),
    RevisionConflict: Told(409, "revision-conflict", "The document keeps changing"),
    DraftRefused: Told(409, "draft-refused", "The change was refused"),
    ReadOnly: Told(409, "read-only", "The document belongs to another site"),
    PatchFailed: Told(409, "patch-failed", "The patch does not fit the document"),
    PreconditionFailed: Told(412, "precondition-failed", "The document has another revision"),
    TooLarge: Told(413, "too-large", "The body is too large"),
    UnsupportedMedia: Told(415, "unsupported-media", "The body is in a form that is not read"),
    Misdirected: Told(421, "misdirected", "The request was meant for another server"),
    Invalid: Told(422, "invalid", "What was sent is not valid"),
    UpgradeNeeded: Told(426, "upgrade-needed", "This is served over a WebSocket"),
    TooManyAttempts: Told(429, "too-many-attempts", "Too many attempts to log in"),
    KeyReused: Told(422, "key-reused", "The Idempotency-Key was used for another call"),
    BulkRefused: Told(422, "bulk-refused", "Operations that belong together cannot all be made"),
    PluginFailed: Told(502, "plugin-failed", "A plugin failed"),
    StoreUnavailable: Told(503, "store-unavailable", "Changes cannot be kept at present"),
    RestartNeeded: Told(409, "restart-needed", "Settings were changed that need a restart"),
    TooManyListen: Told(503, "too-many-listen", "Too many clients listen to events"),
    HttpOneOnly: Told(505, "http-one-only", "A WebSocket begins with HTTP/1.1"),
    TooManyWait: Told(503, "too-many-wait", "Too many clients wait for changes"),
    NotReady: Told(503, "not-ready", "A part of the server is not ready"),
}
"""Every condition that may reach a client; a test holds each to the documentation."""

METHOD_NOT_ALLOWED = Told(405, "method-not-allowed", "That cannot be done there")
DEFECT = Told(500, "defect", "provd met a defect of its own")

BESIDE: Mapping[int, Mapping[bytes, bytes]] = {
    413: {b"connection": b"close"},
    426: {
        b"upgrade": b"websocket",
        b"connection": b"upgrade",
        b"sec-websocket-version": VERSION.encode("ascii"),
    },
    503: {b"retry-after": b"5"},
}
"""Headers that belong to a refusal, by its status."""

CHALLENGES = (b'Bearer realm="provd"', b'Basic realm="provd", charset="UTF-8"')
"""How a caller may prove who they are (RFC 9110 section 11.6.1)."""


def told(error: BaseException | None) -> Told:
    """The row of the table for an error: its own class first, then what it derives from."""
    for kind in type(error).__mro__:
        if row := TABLE.get(kind):
            return row
    return DEFECT


def problem_details(row: Told, detail: str, problems: list[dict[str, str]]) -> dict[str, Any]:
    """The object of RFC 9457 section 3.1, with `problems` as its extension."""
    return {
        "type": f"urn:provd:problem:{row.slug}",
        "title": row.title,
        "status": row.status,
        "detail": detail,
        "problems": problems,
    }


def problem_of(error: ProvdError) -> dict[str, Any]:
    """What is told of one of many errors in an answer."""
    return problem_details(told(error), str(error), problems_of(error))


def problems_of(error: BaseException | None) -> list[dict[str, str]]:
    """Everything that is wrong, each with its place and what would have been right."""
    if isinstance(error, Invalid | RestartNeeded):
        return [
            {"path": p.path, "message": p.message, "expected": p.expected} for p in error.problems
        ]
    if isinstance(error, MalformedRequest):
        return [{"path": error.part, "message": error.detail, "expected": error.expected}]
    if isinstance(error, MalformedPatch | PatchFailed):
        return [{"path": str(max(error.at, 0)), "message": error.detail, "expected": ""}]
    if isinstance(error, BulkRefused):
        return [each for at, refusal in error.refusals for each in _of_one(at, refusal)]
    return []


def _of_one(at: int, error: ProvdError) -> list[dict[str, str]]:
    """The problems of one operation of many, with its place among them."""
    where = f"operations.{at}"
    found = [{**each, "path": f"{where}.{each['path']}".rstrip(".")} for each in problems_of(error)]
    return found or [{"path": where, "message": str(error), "expected": ""}]


def refuse(request: IRequest, failure: Failure) -> bytes:
    """Answer a failed request: sets status and headers, returns the body."""
    error = failure.value
    if isinstance(error, MethodNotAllowed):
        return _not_allowed(request, error)
    if isinstance(error, NotFound | RequestRedirect):
        error = NoSuchRoute(request.path.decode("utf-8", "replace"))
    row = told(error)
    if row is DEFECT and not isinstance(error, HTTPException):
        # By now the call's own context is left.
        names = request.responseHeaders.getRawHeaders(b"x-request-id", ())
        whose = {"call": names[0].decode("ascii")} if names else {}
        log.failure("a request to the API ended in a defect", failure, **whose)
    detail = str(error) if row is not DEFECT else "see the server's log for its traceback"
    for name, value in BESIDE.get(row.status, {}).items():
        request.setHeader(name, value)
    if isinstance(error, TooManyAttempts | TooManyClaims):
        request.setHeader(b"retry-after", b"%d" % error.seconds)
    if row.status == 401:
        request.responseHeaders.setRawHeaders(b"www-authenticate", CHALLENGES)
    return write_problem(request, row, detail, problems_of(error))


def _not_allowed(request: IRequest, error: MethodNotAllowed) -> bytes:
    allowed = ", ".join(sorted(error.valid_methods or ()))
    request.setHeader(b"allow", allowed.encode("ascii"))
    return write_problem(request, METHOD_NOT_ALLOWED, f"what can be done there: {allowed}", [])


def write_problem(
    request: IRequest, row: Told, detail: str, problems: list[dict[str, str]]
) -> bytes:
    """Set status and headers of a refusal and return its body."""
    body = msgspec.json.encode(problem_details(row, detail, problems))
    # Twisted does not know the words of 421 and 422.
    request.setResponseCode(row.status, HTTPStatus(row.status).phrase.encode("ascii"))
    request.setHeader(b"content-type", PROBLEM_TYPE)
    request.setHeader(b"content-length", b"%d" % len(body))
    return body
