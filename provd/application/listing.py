"""Lists of documents: what is asked, and what is answered one item at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from twisted.logger import Logger

from provd.application.resolved import AT_MOST, RESOLVED
from provd.application.slices import Slices
from provd.contracts import IDocumentStore
from provd.documents import Document, Place, Query, project
from provd.documents.query import Derived
from provd.values import in_detail

log = Logger("provd.application")

Present = Callable[[Document], dict[str, Any]]


class Listing(Struct, frozen=True):
    """How many documents match in all, and those that were asked for, made as they are taken."""

    total: int
    items: Iterable[dict[str, Any]]
    more: Place | None = None
    """Where the next page begins, if there is one."""


async def list_documents(
    store: IDocumentStore,
    collection: str,
    query: Query,
    present: Present,
    slices: Slices,
    fields: Sequence[str] = (),
) -> Listing:
    """Find, wait until what was found is durable, and show it.

    @raise MalformedSelector: the query's selector is none.
    @raise TooBroad: more would have to be computed than anybody may wait for.
    """
    page = await store.collection(collection).find(query)
    if in_detail():
        log.debug(
            "{found} of {collection} match, {shown} are shown, {looked} were looked at",
            found=page.total,
            collection=collection,
            shown=len(page.documents),
            looked=page.looked,
        )
    await wait_until_kept(store, collection, page.documents, slices)
    return Listing(page.total, show(page.documents, present, fields), page.more)


async def wait_until_kept(
    store: IDocumentStore, collection: str, documents: Sequence[Document], slices: Slices
) -> None:
    """Nothing that a crash could take back is told."""
    async for document in slices.over(documents):
        waiting = store.awaited(collection, document.id)
        if waiting is not None:
            await waiting


def show(
    documents: Sequence[Document], present: Present, fields: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Each document as clients see it, made when it is taken.

    Of `fields`, dotted paths, those with a `-` in front are left out; where there are others, only
    those are shown.
    """
    wanted = [field for field in fields if not field.startswith("-")]
    unwanted = [field[1:] for field in fields if field.startswith("-")]
    for document in documents:
        shown = present(document)
        if wanted:
            shown = project(shown, wanted)
        for path in unwanted:
            drop(shown, path)
        yield shown


def drop(shown: dict[str, Any], path: str) -> None:
    """Leave out what is at a dotted path, but for the id."""
    *way, last = path.split(".")
    place: Any = shown
    for name in way:
        place = place.get(name) if isinstance(place, dict) else None
    if isinstance(place, dict) and path != "id":
        place.pop(last, None)


def resolving(query: Query, derived: Mapping[str, Derived]) -> Query:
    """The query, with what can be computed of documents; bounded where it resolves raw configs."""
    named = (*query.selector, query.sort)
    resolves = any(name.partition(".")[0] == RESOLVED for name in named)
    return replace(query, derived=derived, at_most=AT_MOST if resolves else 0)
