"""Access control of the API: every call is somebody's, and is asked whether it is theirs to make.

What a caller may not even read, is not there for them: whether a document exists is told to nobody
without a right to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ISSLTransport
from zope.interface import implementer

from provd.access import (
    FailedLogins,
    Forbidden,
    Gate,
    NotAuthenticated,
    Principal,
    Right,
    TooManyAttempts,
)
from provd.api._call import Call
from provd.api._routes import IPermission, Route
from provd.application.changing import Patch
from provd.application.json_patch import touched
from provd.values import Caused, NoSuchDocument, Presented, ProvdError

PUBLIC: frozenset[Right] = frozenset({("health", "live")})
"""What anybody may ask: it tells nothing but that there is an answer."""

MOST_BETWEEN = 4
"""Certificates between a client's and its CA's that are looked at."""

EXCHANGE: Right = ("self", "issue")
"""Asking for a token, for which one that is good once may be spent."""


@implementer(IPermission)
class AccessPermission:
    """Permits what the caller's claims permit.

    Unless the gate requires it, whoever shows nothing may do everything: the listener is on loopback, and
    programs on this host could read the store as well.
    """

    def __init__(self, gate: Gate, failed_logins: FailedLogins) -> None:
        self._gate = gate
        self._failed_logins = failed_logins
        self._everybody = gate.everybody()
        self._refusals = {"unauthenticated": 0, "forbidden": 0, "locked": 0}

    def counters(self) -> Mapping[str, int]:
        """How many calls were refused, and why."""
        return dict(self._refusals)

    def permit(self, route: Route, call: Call) -> Deferred[None] | None:
        right = (route.scope, route.action)
        authorization = call.header("authorization")
        if right in PUBLIC or not (self._gate.required or authorization):
            call.principal = self._everybody
            return None
        presented = presented_by(call, authorization, right)
        try:
            found = self._gate.authenticate(presented)
            if isinstance(found, Deferred):
                found.addCallback(self._decide, route, call)
                return found.addErrback(self._count, presented)
            self._decide(found, route, call)
        except ProvdError as error:
            self._tally(error, presented)
            raise
        return None

    def _count(self, failure: Any, presented: Presented) -> Any:
        self._tally(failure.value, presented)
        return failure

    def _tally(self, error: BaseException, presented: Presented) -> None:
        if isinstance(error, NotAuthenticated):
            self._refusals["unauthenticated"] += 1
            self._failed_logins.told(presented)
        elif isinstance(error, TooManyAttempts):
            self._refusals["locked"] += 1
            self._failed_logins.told(presented)
        else:
            self._refusals["forbidden"] += 1

    def _decide(self, principal: Principal, route: Route, call: Call) -> None:
        """Let a known caller's call go on, with what limits it.

        @raise Forbidden: it may not be made.
        @raise NoSuchDocument: nor may its document be seen.
        """
        right = (route.scope, route.action)
        document_id = next(iter(call.segments.values()), "")
        if not principal.permits(right, document_id):
            if document_id and not principal.permits((route.scope, "read"), document_id):
                raise NoSuchDocument(route.scope, document_id)
            raise Forbidden(principal.user, route.scope, route.action)
        call.principal = principal
        call.hides = route.action != "reveal"
        call.cause = str(Caused(call.cause, principal.user, call.peer))
        if principal.tenants is not None:
            call.unnamed = route.action in {"create", "bulk"}
        if not document_id:
            _limit_documents(principal, route, call)
        if route.action == "update":
            _limit_changes(principal, route, call, document_id)


def _limit_documents(principal: Principal, route: Route, call: Call) -> None:
    """A right on some documents only is one to list those, and nothing else without naming one."""
    only = principal.only((route.scope, route.action))
    if only is None:
        return
    if not route.narrows:
        detail = "only on some of them, and this is about all"
        raise Forbidden(principal.user, route.scope, route.action, detail)
    call.only = only


def _limit_changes(principal: Principal, route: Route, call: Call, document_id: str) -> None:
    user, scope = principal.user, route.scope
    creates = principal.tenants is None and principal.permits((scope, "create"), document_id)
    if call.precondition().absent and not creates:
        raise Forbidden(user, scope, "create")
    if principal.permits_everything((scope, "update"), document_id):
        return
    if route.method != "PATCH":
        raise Forbidden(user, scope, "update", "only some fields of it: use PATCH")

    call.check_patch = lambda patch: _require_fields(principal, scope, document_id, patch)


def _require_fields(principal: Principal, scope: str, document_id: str, patch: Patch) -> None:
    paths = _leaves(patch) if isinstance(patch, Mapping) else _places(patch)
    for path in paths:
        if not principal.permits((scope, "update"), document_id, (path,)):
            raise Forbidden(principal.user, scope, "update", f"not its {path[:200]!r}")


def require_change(call: Call, right: Right, document_id: str, patch: Patch | None = None) -> None:
    """Let one of many changes in a call go on, as a call of its own would.

    @raise Forbidden: it may not be made.
    @raise NoSuchDocument: nor may its document be seen.
    """
    if patch is not None:
        call.require_tells_nothing(patch)
    principal, (scope, action) = call.principal, right
    if not principal.permits(right, document_id):
        if action != "create" and not principal.permits((scope, "read"), document_id):
            raise NoSuchDocument(scope, document_id)
        raise Forbidden(principal.user, scope, action)
    if action != "update" or principal.permits_everything(right, document_id):
        return
    if patch is None:
        raise Forbidden(principal.user, scope, action, "only some fields of it: patch it")
    _require_fields(principal, scope, document_id, patch)


def _places(patch: Sequence[Mapping[str, Any]]) -> list[str]:
    """The dotted paths that a JSON patch changes."""
    return [".".join(token.replace(".", "\0") for token in pointer) for pointer in touched(patch)]


def _leaves(patch: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The dotted paths that a merge patch sets or removes."""
    found: list[str] = []
    for key, value in patch.items():
        path = f"{prefix}{key}"
        # A key with a dot in it is no path of two names: it is named by nothing that a claim can say.
        if "." in key:
            found.append(path.replace(".", "\0"))
        elif isinstance(value, dict) and value:
            found += _leaves(value, f"{path}.")
        else:
            found.append(path)
    return found


def presented_by(call: Call, authorization: str, right: Right) -> Presented:
    """What a call shows of who makes it."""
    if authorization:
        return Presented(authorization=authorization, peer=call.peer, exchange=right == EXCHANGE)
    there, here = call.request.getClientAddress(), call.request.getHost()
    return Presented(
        peer=call.peer,
        peer_port=getattr(there, "port", 0),
        local=getattr(here, "host", ""),
        local_port=getattr(here, "port", 0),
        certificates=_certificates(call.request),
    )


def _certificates(request: Any) -> tuple[bytes, ...]:
    """What the client's end of TLS showed, its own certificate first; nothing without TLS."""
    channel = request.channel
    # Over HTTP/2 a channel is one of many of a connection, which has the transport.
    transport: Any = getattr(getattr(channel, "_conn", channel), "transport", None)
    if not ISSLTransport.providedBy(transport):
        return ()
    connection: SSL.Connection = cast("Any", transport).getHandle()
    own = connection.get_peer_certificate(as_cryptography=True)
    if own is None:
        return ()
    chain = connection.get_peer_cert_chain(as_cryptography=True) or []
    between = [each for each in chain if each != own][:MOST_BETWEEN]
    return tuple(each.public_bytes(Encoding.DER) for each in (own, *between))
