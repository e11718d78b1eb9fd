"""Lists of documents: what is asked, and what is answered one item at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from provd.application.slices import Slices
from provd.contracts import IDocumentStore
from provd.documents import Document, Query, project

Present = Callable[[Document], dict[str, Any]]


class Listing(Struct, frozen=True):
    """How many documents match in all, and those that were asked for, made as they are taken."""

    total: int
    items: Iterable[dict[str, Any]]


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
    """
    page = await store.collection(collection).find(query)
    await wait_until_kept(store, collection, page.documents, slices)
    return Listing(page.total, show(page.documents, present, fields))


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
    """Each document as clients see it, made when it is taken."""
    for document in documents:
        shown = present(document)
        yield project(shown, fields) if fields else shown
