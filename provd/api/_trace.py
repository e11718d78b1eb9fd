"""Calls that their callers want to find again in the log: a line for each, whatever the level of the log."""

from __future__ import annotations

import re
from collections.abc import Awaitable

from twisted.logger import Logger

from provd.api._call import Call
from provd.api._errors import MalformedRequest, told

LOG_WORD = "X-Log-Token"

_TOKEN = re.compile("[!-~]{1,100}")

log = Logger("provd.api")


def token_of(call: Call) -> str:
    """What the caller wants the call's line to have in it; empty: there is to be none.

    @raise MalformedRequest: it would not be one word in the log.
    """
    given = call.header(LOG_WORD).strip()
    if given and not _TOKEN.fullmatch(given):
        expected = "1 to 100 visible characters of ASCII, without spaces"
        raise MalformedRequest(LOG_WORD, "cannot be found again", expected)
    return given


async def traced(call: Call, token: str, going: Awaitable[bytes]) -> bytes:
    """Write down what comes of a call, with its token; never its query, which may hold a secret."""
    try:
        answer = await going
    except Exception as error:
        _write(call, token, told(error).status, type(error).__name__)
        raise
    _write(call, token, call.request.code, "")
    return answer


def _write(call: Call, token: str, status: int, error: str) -> None:
    log.info(
        "{call}: {token}: {method} {path}: {status} {error}",
        call=call.cause,
        token=token,
        method=call.request.method.decode("ascii"),
        path=call.request.path.decode("utf-8", "replace"),
        status=status,
        error=error,
        asked_for=True,
    )
