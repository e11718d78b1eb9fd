"""Routes, denied by default: what is not in an app's census cannot be served.

`route` is the one way to add a route.  It records method, path, scope and action; access control
asks for those.  A route that gets into klein's URL map by any other way has no record, and
`Routes.execute_endpoint` refuses it, whoever asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar, cast

from attrs import define
from klein import Klein
from msgspec import Struct
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.server import Request
from zope.interface import Interface

from provd.access import Forbidden, Principal
from provd.api._call import Call
from provd.api._errors import refuse
from provd.api._reply import Page, Reply, Rows, hiding_secrets, send, show, stream
from provd.api._says import Says
from provd.api._trace import begin, traced, wish_of
from provd.api._websocket import Upgrade, take_over
from provd.application.auditing import Auditing
from provd.application.changing import BulkRefused, Changes
from provd.application.slices import Slices
from provd.application.waiting import Waiting
from provd.values import KeyClaimed, ProvdError

log = Logger("provd.api")


NOTHING_SAID = Says()


class Route(Struct, frozen=True, kw_only=True):
    """One thing that may be asked of the API, and what right it will need."""

    method: str
    path: str
    """Below its noun, in werkzeug's notation: `/<document_id>/raw`."""
    scope: str
    action: str
    endpoint: str
    about: str = ""
    """What it does: the first words of its handler."""
    says: Says = NOTHING_SAID
    """What it reads and answers."""
    narrows: bool = False
    """It is a list that shows only what `Call.only` allows."""


@define
class Unregistered(ProvdError):
    """A route was reached that nobody registered with a scope and an action; a defect."""

    endpoint: str

    def __str__(self) -> str:
        return f"the route {self.endpoint!r} has no scope and no action; register it with `route`"


class IPermission(Interface):
    """Says whether a call may be made at all."""

    def permit(route: Route, call: Call) -> Deferred[None] | None:
        """Let the call go on; called for every route before anything of it is read.

        Sets the call's principal and what limits it.  A Deferred where that takes a while.

        @raise ProvdError: (or the Deferred fails with it) it may not; the error has its row in the
        table of refusals.
        """


class Door(Struct, frozen=True, kw_only=True):
    """What every noun needs to serve a call."""

    permission: Any
    """An `IPermission`."""
    slices: Slices
    next_cause: Callable[[], str]
    """A fresh name for a call; unique over restarts."""
    changes: Changes
    waiting: Waiting
    auditing: Auditing
    over: Callable[[frozenset[str]], Any]
    """The use cases (`provd.application.operators.Limited`, and their `auditing`) of some tenants' people."""


class Noun:
    """The base of every resource class: holds the door, and nothing else."""

    app: ClassVar[Routes]
    prefix: ClassVar[str]
    """Where it is served, without a slash at the end: `/api/v1/info`."""
    everybodys: ClassVar[bool] = False
    """It shows nothing that belongs to a tenant."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def seen_by(self, principal: Principal) -> Noun:
        """It, as a tenant's people see it. @raise Forbidden: it is not for them."""
        if not self.everybodys:
            detail = "it shows what is not your tenant's"
            raise Forbidden(principal.user, self.prefix, "ask", detail)
        return self


class Routes(Klein):
    """A klein app with a census of its routes."""

    def __init__(self) -> None:
        super().__init__()
        self.census: dict[str, Route] = {}
        self._url_map.merge_slashes = False
        self.handle_errors(Exception)(cast("Any", _refuse))

    def __get__(self, instance: Any, owner: object) -> Routes:
        """Bind to an instance, as klein does, and take the census along."""
        bound = cast("Routes", super().__get__(instance, owner))
        bound.census = self.census
        return bound

    def execute_endpoint(self, endpoint: str, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Serve a registered route. @raise Unregistered: it is none."""
        if endpoint not in self.census:
            raise Unregistered(endpoint)
        return super().execute_endpoint(endpoint, request, *args, **kwargs)


Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Reply | Rows | Page | Upgrade]])


def route(  # noqa: PLR0913 - everything there is to say of a route
    app: Routes,
    method: str,
    path: str,
    *,
    scope: str,
    action: str,
    says: Says = NOTHING_SAID,
    narrows: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a handler: `async def name(self, call, **segments) -> Reply | Rows | Page | Upgrade`.

    GET answers HEAD too.  `says` tells what it reads and answers; a test finds a route that says nothing.
    """

    def register(handler: Handler) -> Handler:
        name = handler.__name__
        record = Route(
            method=method,
            path=path,
            scope=scope,
            action=action,
            endpoint=name,
            about=(handler.__doc__ or "").strip(),
            says=says,
            narrows=narrows,
        )

        async def serve(noun: Noun, request: Request, **segments: str) -> bytes:
            return await _serve(noun, request, record, handler, segments)

        app.census[name] = record
        app.route(path, methods=[method], endpoint=name)(serve)
        return handler

    return register


async def _serve(
    noun: Noun,
    request: Request,
    record: Route,
    handler: Callable[..., Awaitable[Reply | Rows | Page | Upgrade]],
    segments: dict[str, str],
) -> bytes:
    name = noun.door.next_cause()
    begin(name)
    call = Call(request, name, segments)
    request.setHeader(b"x-request-id", name.encode("ascii"))
    waiting = noun.door.permission.permit(record, call)
    if waiting is not None:
        await waiting
    wish = wish_of(call, name)
    going = _answer(noun, call, record, handler, segments)
    return await (traced(call, wish, going) if wish is not None else going)


async def _answer(
    noun: Noun,
    call: Call,
    record: Route,
    handler: Callable[..., Awaitable[Reply | Rows | Page | Upgrade]],
    segments: dict[str, str],
) -> bytes:
    # What is one's own shows nothing of any tenant's, wherever it is served.
    if call.principal.tenants is not None and record.scope != "self":
        noun = noun.seen_by(call.principal)
    says = record.says
    call.choose_form(listed=says.listed, page=says.media if says.page else "")
    try:
        reply = await handler(noun, call, **segments)
    except (KeyClaimed, BulkRefused) as error:
        raise call.telling(error) from error
    if record.method != "GET":
        log.info(
            "{method} {path} by {user} from {peer}",
            method=record.method,
            path=call.path,
            user=call.principal.user,
            peer=call.peer,
            scope=record.scope,
            action=record.action,
        )
    if isinstance(reply, Upgrade):
        return await take_over(call, reply)
    if call.hides:
        reply = hiding_secrets(reply)
    if isinstance(reply, Rows):
        return await stream(call, reply, noun.door.slices)
    if isinstance(reply, Page):
        return show(call, reply)
    return send(call, reply)


def _refuse(_noun: Any, request: Any, failure: Failure) -> bytes:
    return refuse(request, failure)


def template(path: str) -> str:
    """A path in the notation of RFC 6570: `/api/v1/devices/{document_id}`."""
    return path.rstrip("/").replace("/:", ":").replace("<", "{").replace(">", "}")
