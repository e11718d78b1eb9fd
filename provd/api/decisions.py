"""`/api/v1/decisions` and `/api/v1/whatif`: why a device got what it got, or would get."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._errors import MalformedRequest
from provd.api._query import number
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import Parameter, Says, shows
from provd.application.remembered import Remembered
from provd.application.whatif import WhatIf

LATEST = 50
"""Decisions that are listed where no limit is given."""

MOST = 1000
"""Decisions that are listed at most."""

LIMIT = {"type": "integer", "minimum": 0, "maximum": MOST}

LISTS = Says(
    answers="Decision",
    listed=True,
    parameters=(
        Parameter("device", "the id of the device they are about"),
        Parameter("limit", f"how many at most; {LATEST} where it is not given", LIMIT),
    ),
)
ASKS = Says(answers="Decision", reads="Description", refuses=("invalid",))


class DecisionRoutes(Noun):
    """The last decisions, as long as they are remembered."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/decisions"

    def __init__(self, door: Door, decisions: Remembered) -> None:
        super().__init__(door)
        self._decisions = decisions

    @route(app, "GET", "/", scope="decisions", action="list", says=LISTS)
    async def list(self, call: Call) -> Rows:
        """The latest first, of one device where it is named."""
        given = call.parameters(("device", "limit"))
        limit = number(given, "limit") or LATEST
        if limit > MOST:
            raise MalformedRequest("limit", f"is {limit}", f"{MOST} at most")
        found = self._decisions.latest(limit, given.get("device"))
        return Rows(total=len(found), items=found)

    @route(app, "GET", "/<inquiry_id>", scope="decisions", action="read", says=shows("Decision"))
    async def show(self, call: Call, inquiry_id: str) -> Reply:
        """How one inquiry was decided."""
        call.no_parameters()
        return Reply(body=await self._decisions.get(inquiry_id))


class WhatIfRoutes(Noun):
    """What a described request would be answered."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/whatif"

    def __init__(self, door: Door, what_if: WhatIf) -> None:
        super().__init__(door)
        self._what_if = what_if

    @route(app, "POST", "/", scope="decisions", action="whatif", says=ASKS)
    async def ask(self, call: Call) -> Reply:
        """Decide it, answer it, and keep nothing."""
        call.no_parameters()
        return Reply(body=await self._what_if.tell(call.object()))
