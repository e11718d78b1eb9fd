"""`/api/v1/events`: what happens, told as it happens, over a WebSocket."""

from __future__ import annotations

from typing import ClassVar

from provd.access import Gate, Principal
from provd.api._call import Call
from provd.api._listener import EventListener
from provd.api._permission import presented_by
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import Says
from provd.api._views import Showing, Views
from provd.api._websocket import Upgrade, key_of
from provd.application.events import Events
from provd.application.listening import LISTEN

WATCHES = Says(
    status=101,
    hears=("Subscribe", "Unsubscribe"),
    tells=(
        "Welcome",
        "Subscribed",
        "Unsubscribed",
        "Refused",
        "EventTold",
        "Missed",
        "Dropped",
    ),
    refuses=("upgrade-needed", "http-one-only", "too-many-listen", "not-ready"),
)


class EventRoutes(Noun):
    """Events, over a WebSocket."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/events"

    def __init__(self, door: Door, events: Events, gate: Gate, views: Views) -> None:
        super().__init__(door)
        self._events = events
        self._gate = gate
        self._showing = Showing(views)

    def seen_by(self, principal: Principal) -> Noun:
        """It: each event is held against whose it is."""
        return self

    @route(app, "GET", "/", scope=LISTEN[0], action=LISTEN[1], says=WATCHES)
    async def watch(self, call: Call) -> Upgrade:
        """Make a WebSocket (RFC 6455) of the connection; on it a client subscribes to what it wants to be told."""
        call.no_parameters()
        key = key_of(call)
        principal = call.principal
        self._events.require_room(principal.user)
        prove = None
        if not principal.anonymous:
            shown = presented_by(call, call.header("authorization"), LISTEN)
            prove = lambda: self._gate.authenticate(shown)  # noqa: E731 - kept as long as the client listens
        listener = EventListener(self._events, principal, self._gate.renewed, prove, self._showing)
        return Upgrade(key, listener, self._events.clock)
