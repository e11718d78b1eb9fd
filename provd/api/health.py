"""`/healthz`, `/readyz` and `/api/v1/counters`: how the server is."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._reply import Reply
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import Says
from provd.application.counters import Tally
from provd.application.health import Health
from provd.values import NotReady

READY = Says(answers="Ready", refuses=("not-ready",))


class LiveRoutes(Noun):
    """Whether it lives."""

    app = Routes()
    prefix: ClassVar[str] = "/healthz"

    @route(app, "GET", "/", scope="health", action="live", says=Says(answers="Live"))
    async def live(self, call: Call) -> Reply:
        """An answer is the answer."""
        call.no_parameters()
        return Reply(body={"live": True})


class ReadyRoutes(Noun):
    """Whether it can do its work."""

    app = Routes()
    prefix: ClassVar[str] = "/readyz"

    def __init__(self, door: Door, health: Health) -> None:
        super().__init__(door)
        self._health = health

    @route(app, "GET", "/", scope="health", action="read", says=READY)
    async def ready(self, call: Call) -> Reply:
        """200 with what should be looked at, or 503 with the reasons."""
        call.no_parameters()
        if reasons := self._health.reasons():
            raise NotReady("provd", "; ".join(reasons))
        return Reply(body=self._health.tell())


class CounterRoutes(Noun):
    """What was counted since the start."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/counters"

    def __init__(self, door: Door, tally: Tally) -> None:
        super().__init__(door)
        self._tally = tally

    @route(app, "GET", "/", scope="counters", action="read", says=Says(answers="Counters"))
    async def show(self, call: Call) -> Reply:
        """Every part's counts; refusals among them."""
        call.no_parameters()
        return Reply(body=self._tally.tell())
