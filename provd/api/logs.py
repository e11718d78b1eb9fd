"""`/api/v1/logs`: the last lines of the log."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._errors import MalformedRequest
from provd.api._query import number
from provd.api._reply import Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import COUNT, Parameter, Says
from provd.application.journal import LEVELS, Journal, Wanted

LATEST = 100
"""Lines that are listed where no limit is given."""

MOST = 1000
"""Lines that are listed at most."""

LISTS = Says(
    answers="LogLine",
    listed=True,
    parameters=(
        Parameter("call", "the name of the call that they are of (`X-Request-Id`)"),
        Parameter("token", "the word that its caller gave it (`X-Log-Token`)"),
        Parameter("inquiry", "the id of the inquiry that they are of"),
        Parameter("device", "the id of the device that they are about"),
        Parameter("level", "at least as grave as this", {"enum": list(LEVELS)}),
        Parameter("after", "the number of a line: those that follow on it", COUNT),
        Parameter(
            "limit",
            f"how many at most; {LATEST} where it is not given",
            {"type": "integer", "minimum": 0, "maximum": MOST},
        ),
    ),
)


class LogRoutes(Noun):
    """What was written to the log last, as long as it is kept in memory."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/logs"

    def __init__(self, door: Door, journal: Journal) -> None:
        super().__init__(door)
        self._journal = journal

    @route(app, "GET", "/", scope="logs", action="list", says=LISTS)
    async def list(self, call: Call) -> Rows:
        """In order of time: the last ones, or after a line that is named the first."""
        given = call.parameters([each.name for each in LISTS.parameters])
        limit = number(given, "limit") or LATEST
        if limit > MOST:
            raise MalformedRequest("limit", f"is {limit}", f"{MOST} at most")
        level = given.get("level", "")
        if level and level not in LEVELS:
            raise MalformedRequest("level", f"is {level[:40]!r}", ", ".join(LEVELS))
        words = {name: given.get(name, "") for name in ("call", "token", "inquiry", "device")}
        wanted = Wanted(level=level, after=number(given, "after"), **words)
        found = self._journal.last(limit, wanted)
        return Rows(total=len(found), items=found)
