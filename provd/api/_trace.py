"""Calls that their callers want to follow: one line of what came of it, or every line of what was done.

Which call something is done for is known in every room (`provd.values.served`): whatever they write to
the log carries its name, and the caller's own word.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable

from twisted.logger import Logger

from provd.access import Forbidden, Right
from provd.api._call import Call
from provd.api._errors import MalformedRequest, told
from provd.application.journal import LEVELS
from provd.values import Served, in_detail, serve

LOG_WORD = "X-Log-Token"
LOG_LEVEL = "X-Log-Level"

_WORD, _LEVEL_HEADER = LOG_WORD.lower().encode("ascii"), LOG_LEVEL.lower().encode("ascii")

DETAIL: Right = ("logs", "detail")
"""Having more written of a call than the settings say: it takes room in the log."""

_TOKEN = re.compile("[!-~]{1,100}")
_LEVELS = LEVELS[:-1]
_LEVEL = re.compile("|".join(_LEVELS))

log = Logger("provd.api")


def begin(name: str) -> None:
    """Whatever is written from now on in this call has its name."""
    serve(Served(name))


def wish_of(call: Call, name: str) -> Served | None:
    """How the caller wants the call followed; None: not beyond its name. Called once it is permitted.

    @raise MalformedRequest: in no way that there is.
    @raise Forbidden: that is not for them.
    """
    headers = call.request.requestHeaders
    if not (headers.hasHeader(_WORD) or headers.hasHeader(_LEVEL_HEADER)):
        return None
    token = _one_of(call, LOG_WORD, _TOKEN, "1 to 100 visible characters of ASCII, without spaces")
    level = _one_of(call, LOG_LEVEL, _LEVEL, ", ".join(_LEVELS))
    if level and not call.principal.permits(DETAIL):
        raise Forbidden(call.principal.user, *DETAIL)
    return Served(name, token, level) if token or level else None


def _one_of(call: Call, header: str, pattern: re.Pattern[str], expected: str) -> str:
    given = call.header(header).strip()
    if given and not pattern.fullmatch(given):
        raise MalformedRequest(header, f"is {given[:40]!r}", expected)
    return given


async def traced(call: Call, wish: Served, going: Awaitable[bytes]) -> bytes:
    """Follow a call, and write down what comes of it; never its query, which may hold a secret."""
    serve(wish)
    began = time.perf_counter()
    if in_detail():
        _begun(call)
    try:
        answer = await going
    except Exception as error:
        _ended(call, told(error).status, f" {type(error).__name__}", began)
        raise
    _ended(call, call.request.code, "", began)
    return answer


def _begun(call: Call) -> None:
    principal = call.principal
    limits = [
        f"{name} {len(each)}"
        for name, each in (("tenants", principal.tenants), ("ids", call.only))
        if each
    ]
    log.debug(
        "{user} by {proof} from {peer}: {method} {path}, parameters: {names}{limits}",
        user=principal.user,
        proof=principal.provider or "nothing",
        peer=call.peer,
        method=call.method,
        path=call.path,
        names=", ".join(sorted(name.decode("latin-1") for name in call.request.args or ()))
        or "none",
        limits="".join(f", limited to {each}" for each in limits),
    )


def _ended(call: Call, status: int, error: str, began: float) -> None:
    log.info(
        "{method} {path}: {status}{error} in {ms} ms",
        method=call.method,
        path=call.path,
        status=status,
        error=error,
        ms=round((time.perf_counter() - began) * 1000, 1),
        asked_for=True,
    )
