"""The routes that every collection has: list, show and, where its documents are for clients to make, create,
bulk, replace, patch and delete.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any, ClassVar

from msgspec.structs import replace

from provd.access import Principal
from provd.access.tenancy import OWNED
from provd.api._about import About
from provd.api._asked import how
from provd.api._bulk import bulk
from provd.api._call import Call
from provd.api._changes import answer
from provd.api._documents import one
from provd.api._query import read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import (
    KEEPING,
    Says,
    bulk_of,
    creates,
    deletes,
    lists,
    patches,
    rehearsed,
    replaces,
    shows,
    waited,
)
from provd.api._watch import watched, watched_list
from provd.application.collection import Documents


class Collection(Noun):
    """Documents of one kind: a subclass says which by its `about`, and has the routes of `routes(about)`."""

    about: ClassVar[About]

    def __init_subclass__(cls) -> None:
        cls.prefix = cls.about.prefix

    def __init__(self, door: Door, documents: Documents[Any]) -> None:
        super().__init__(door)
        self.documents: Any = documents

    def seen_by(self, principal: Principal) -> Noun:
        """Those of the caller's tenants, and no others."""
        if self.about.scope not in OWNED:
            return super().seen_by(principal)
        seen = self.door.over(principal.tenants or frozenset())
        noun = copy(self)
        noun.door = replace(self.door, changes=seen.changes, auditing=seen.auditing)
        noun.documents = seen.collections[self.about.scope]
        return noun

    async def list(self, call: Call) -> Reply | Rows:
        """Those that the parameters choose."""
        asked = read_query(call, self.about.fields)

        async def read() -> Rows:
            return asked.rows(await self.documents.list(asked.query, asked.fields))

        shown = (self.about.scope, *self.about.watched)
        return await watched_list(call, self.door.waiting, shown, read)

    async def create(self, call: Call) -> Reply:
        """A new one, under its own id or, but for what people call by its name, one that is chosen."""
        asked = how(call)
        proposal = self.documents.creating(call.object(), call.principal)
        return await answer(call, asked, self.door.changes, self.documents, proposal)

    async def bulk(self, call: Call) -> Reply:
        """Many changes: all of them or, where `atomic` is false, those that can be made."""
        door = self.door
        return await bulk(call, door.changes, self.documents, self.about.scope, door.slices)

    async def show(self, call: Call, document_id: str) -> Reply:
        """One; with `Prefer: wait`, once it is another than If-None-Match names."""
        call.no_parameters()

        async def read() -> Reply:
            return one(await self.documents.get(document_id))

        return await watched(call, self.door.waiting, (self.about.scope, document_id), read)

    async def reveal(self, call: Call, document_id: str) -> Reply:
        """With its secrets in clear; that somebody asked for them is written down."""
        call.no_parameters()
        await self.door.auditing.reveal(self.about.scope, document_id, call.cause)
        return one(await self.documents.get(document_id))

    async def replace(self, call: Call, document_id: str) -> Reply:
        """Another in its place; with `If-None-Match: *`, a new one."""
        asked, given, wanted = how(call), call.object(), call.precondition()
        proposal = self.documents.replacing(document_id, given, call.principal, wanted)
        return await answer(call, asked, self.door.changes, self.documents, proposal)

    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396), or apply operations (RFC 6902)."""
        asked, patch, wanted = how(call), call.patch(), call.precondition()
        proposal = self.documents.patching(document_id, patch, call.principal, wanted)
        return await answer(call, asked, self.door.changes, self.documents, proposal)

    async def delete(self, call: Call, document_id: str) -> Reply:
        """Delete it, unless it says that it may not be."""
        asked, wanted = how(call), call.precondition()
        proposal = self.documents.deleting(document_id, call.principal, wanted)
        return await answer(call, asked, self.door.changes, self.documents, proposal)


def routes(about: About) -> Routes:
    """A census with the routes of a collection, to which its class may add its own."""
    app = Routes()
    for method, path, action, handler, says in _offered(about):
        lists_them = action == "list"
        add = route(
            app, method, path, scope=about.scope, action=action, says=says, narrows=lists_them
        )
        add(handler)
    return app


def _offered(about: About) -> Iterator[tuple[str, str, str, Any, Says]]:
    """Method, path, action and handler of each route, and what it says."""
    schema, given, refuses = about.schema, f"{about.schema}Given", about.refuses
    here, one_of_them = "/", "/<document_id>"
    yield "GET", here, "list", Collection.list, waited(lists(schema, about.fields))
    yield "GET", one_of_them, "read", Collection.show, waited(shows(schema))
    if about.reveals:
        clear = f"{one_of_them}/clear"
        yield "GET", clear, "reveal", Collection.reveal, shows(schema, *KEEPING)
    if not about.editable:
        return
    made = rehearsed(creates(schema, given, *refuses))
    yield "POST", here, "create", Collection.create, made
    yield "POST", "/:bulk", "bulk", Collection.bulk, bulk_of(schema, *refuses)
    replaced = rehearsed(replaces(schema, given, *refuses))
    yield "PUT", one_of_them, "update", Collection.replace, replaced
    patched = rehearsed(patches(schema, "Patch", *refuses))
    yield "PATCH", one_of_them, "update", Collection.patch, patched
    yield "DELETE", one_of_them, "delete", Collection.delete, rehearsed(deletes(*refuses))
