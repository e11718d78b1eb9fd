"""What a call that changes something asks beside its body: only to rehearse, or to be made once."""

from __future__ import annotations

from msgspec import Struct

from provd.api._call import Call
from provd.api._errors import MalformedRequest
from provd.api._filters import flag
from provd.application.receipts import Once, once

LONGEST_KEY = 255
"""Characters of an Idempotency-Key."""


class Asked(Struct, frozen=True):
    """How a change is to be made."""

    rehearse: bool
    """It is only to be told what would change."""
    once: Once | None
    """It is to be made once, however often it is sent."""


def how(call: Call) -> Asked:
    """What the call asks. @raise MalformedRequest: it has other parameters, or a key that is none."""
    rehearse = only_rehearses(call)
    key = _once(call)
    return Asked(rehearse, None if rehearse else key)


def only_rehearses(call: Call) -> bool:
    """Whether it is only to be told what would change. @raise MalformedRequest: it has other parameters."""
    given = call.parameters(("dryrun",))
    try:
        return flag(given.get("dryrun", "false") or "true")
    except ValueError as error:
        raise MalformedRequest("dryrun", str(error), "true or false") from error


def _once(call: Call) -> Once | None:
    key = call.header("idempotency-key").strip().strip('"')
    if not key:
        return None
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        expected = f"{LONGEST_KEY} printable characters at most"
        raise MalformedRequest("Idempotency-Key", "cannot be one", expected)
    request = call.request
    described = (request.method, request.path, call.header("content-type").encode(), call.body())
    return once(call.principal.user, key, b"\n".join(described))
