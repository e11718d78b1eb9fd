"""On whose behalf something is done: the call or the inquiry that is served, known in every room it passes.

Context variables hold them.  Each coroutine runs in a context of its own, which it comes back to after
every wait, so what one call sets no other sees; what a timer begins belongs to nobody.
"""

from __future__ import annotations

from contextvars import ContextVar

from msgspec import Struct


class Served(Struct, frozen=True, gc=False):
    """A call that is served."""

    id: str
    token: str = ""
    """A word of the caller's own, to find the call's lines by."""
    level: str = ""
    """The least grave lines that are written of this call whatever the log's own level; empty: that one's."""


_SERVED: ContextVar[Served | None] = ContextVar("provd.served", default=None)

served = _SERVED.get
"""The call that is served; None outside of one."""


def serve(call: Served) -> None:
    """Do what follows in this coroutine, and in what it begins, on behalf of a call."""
    _SERVED.set(call)


class _Log:
    """What the log of this process writes of any service."""

    in_detail = False


def want_detail(*, wanted: bool) -> None:
    """Have lines of detail made from now on, whoever is served, or of calls that ask for them alone."""
    _Log.in_detail = wanted


def in_detail() -> bool:
    """Whether somebody wants to read everything about what is done now.

    Asked before a line of detail is made (40 ns), so that it costs nothing where nobody reads it.
    """
    call = _SERVED.get()
    return _Log.in_detail or (call is not None and call.level == "debug")


_INQUIRY: ContextVar[str] = ContextVar("provd.inquiry", default="")

inquiry_served = _INQUIRY.get
"""The id of the inquiry that is answered, or of a what-if; empty outside of one."""

answer_for = _INQUIRY.set
"""Do what follows on behalf of an inquiry, until `answered` is called with what this returns (0.1 µs together)."""

answered = _INQUIRY.reset
"""What follows is on behalf of whatever it was before."""
