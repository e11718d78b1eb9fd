"""A collection with documents that are always there, as part of provd: seen with the others, changed by nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import ClassVar, TypeVar, cast

from msgspec.structs import replace

from provd.application.collection import Editable
from provd.application.errors import BuiltIn
from provd.application.listing import Listing, show
from provd.application.precondition import Precondition
from provd.contracts import IDraft
from provd.documents import Document, Place, Query, compile_selector

D = TypeVar("D", bound=Document)


class WithBuiltIn(Editable[D]):
    """Documents of operators, and those that are built in."""

    built_in: ClassVar[Mapping[str, Document]]
    """By id."""

    async def list(self, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The built-in ones, then the others a query is about.

        @raise MalformedSelector: its selector is none.
        """
        selector = compile_selector(query.selector)
        built_in = [each for each in self.built_in.values() if selector.matches(self.shown(each))]
        begin = _passed(query.after, len(built_in)) + query.skip
        window = built_in[begin : begin + query.limit if query.limit else None]
        left = query.limit - len(window) if query.limit else 0
        # A limit of none is no limit: where the built-in ones fill the page, one is found for the count.
        rest = replace(
            query,
            skip=max(begin - len(built_in), 0),
            limit=left or (1 if query.limit else 0),
            after=query.after if query.after is not None and query.after.id else None,
        )
        found = await super().list(rest, fields)
        total = found.total + len(built_in)
        if left or not query.limit:
            return Listing(total, chain(show(window, self.shown, fields), found.items), found.more)
        consumed = begin + len(window)
        more = Place("", consumed) if consumed < total else None
        return Listing(total, show(window, self.shown, fields), more)

    async def find(self, document_id: str) -> D:
        """One, built in or not. @raise NoSuchDocument: there is none."""
        built_in = self.built_in.get(document_id)
        return cast("D", built_in) if built_in is not None else await super().find(document_id)

    def present(self, draft: IDraft, document_id: str, precondition: Precondition) -> D | None:
        """@raise BuiltIn: it cannot be changed."""
        if document_id in self.built_in:
            raise BuiltIn(self.kind.name, document_id)
        return super().present(draft, document_id, precondition)


def _passed(after: Place | None, count: int) -> int:
    """How many of the built-in ones, of which there are `count`, stand on the pages before."""
    if after is None:
        return 0
    return after.value if not after.id and isinstance(after.value, int) else count
