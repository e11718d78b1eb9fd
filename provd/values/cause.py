"""The cause of a change, as text: the id of a call or an inquiry, and who made the call."""

from __future__ import annotations

import re

from msgspec import Struct

_CAUSE = re.compile(r"(?P<id>\S+) by (?P<who>\S+)(?: from (?P<where>\S+))?")


class Caused(Struct, frozen=True, gc=False):
    """A cause that names somebody."""

    id: str
    who: str
    where: str = ""

    def __str__(self) -> str:
        where = f" from {self.where}" if self.where else ""
        return f"{self.id} by {self.who}{where}"


def read_cause(cause: str) -> Caused | None:
    """Who is behind a cause; None when it is an inquiry's, the server's own, or nobody had to say."""
    found = _CAUSE.fullmatch(cause)
    return Caused(found["id"], found["who"], found["where"] or "") if found else None
