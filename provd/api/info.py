"""`/api/v1/info` and `/api/v1/indexes`: what the server is, and what it finds quickly."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._reply import Reply
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import Says
from provd.application.info import Info

INFO = Says(answers="Info")
INDEXES = Says(answers="Indexes")
INDEXES_OF = Says(answers="IndexesOfOne", refuses=("no-such-document",))


class InfoRoutes(Noun):
    """What the server is."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/info"

    def __init__(self, door: Door, info: Info) -> None:
        super().__init__(door)
        self._info = info

    @route(app, "GET", "/", scope="info", action="read", says=INFO)
    async def show(self, call: Call) -> Reply:
        """Version, counts, what a client may rely on, and what is wrong."""
        call.no_parameters()
        return Reply(body=self._info.tell())


class IndexesRoutes(Noun):
    """What is found without looking at every document."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/indexes"

    def __init__(self, door: Door, info: Info) -> None:
        super().__init__(door)
        self._info = info

    @route(app, "GET", "/", scope="info", action="indexes", says=INDEXES)
    async def all(self, call: Call) -> Reply:
        """Of every collection."""
        call.no_parameters()
        found = self._info.indexes()
        return Reply(body=found, plain=frozenset(found))  # names of collections, `credentials` too

    @route(app, "GET", "/<collection>", scope="info", action="indexes", says=INDEXES_OF)
    async def one(self, call: Call, collection: str) -> Reply:
        """Of one collection."""
        call.no_parameters()
        return Reply(body=self._info.indexes_of(collection))
