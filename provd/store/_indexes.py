"""Indexes: from the value of a field to the documents that have it.

Most values belong to one document (a MAC, a serial number): such an entry is the id itself; only
from the second document on are they a set, in order of id.  100,000 entries of one field cost a dictionary of
100,000 references and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, get_origin

import msgspec

from provd.documents.base import Document, Kind
from provd.store._narrow import Source, Union
from provd.store._order import Ids


class Index:
    """One indexed field of one collection.

    Absent and empty values are not indexed; a tuple is indexed under each of its elements.
    """

    __slots__ = ("_ids", "field", "key", "many", "of", "unique")

    def __init__(self, kept: type[Document], field: str, *, unique: bool) -> None:
        described = {each.name: each for each in msgspec.structs.fields(kept)}[field]
        self.field = field
        self.key: str = described.encode_name
        """The field's name in the JSON object."""
        self.unique = unique
        self.of = attrgetter(field)
        self.many = get_origin(described.type) is tuple
        """Whether the field holds a tuple, indexed element by element."""
        self._ids: dict[str, str | Ids] = {}

    def values(self, document: Document) -> Sequence[str]:
        """What a document is found under."""
        value = self.of(document)
        if not value:
            return ()
        return value if self.many else (value,)

    def ids(self, value: str) -> Ids | Sequence[str]:
        """The ids of the documents that have a value, in order."""
        found = self._ids.get(value)
        if found is None:
            return ()
        return (found,) if isinstance(found, str) else found

    def ids_of_any(self, values: Iterable[str]) -> Source:
        """The ids of the documents that have one of these values."""
        found = [ids for value in dict.fromkeys(values) if (ids := self._ids.get(value))]
        if len(found) == 1 and isinstance(found[0], Ids):
            return found[0]
        single = [each for each in found if isinstance(each, str)]
        several = [each for each in found if isinstance(each, Ids)]
        few = Ids.of(sorted(single))
        return Union([few, *several]) if several else few

    def load(self, documents: Iterable[Document]) -> None:
        """Take in many documents at once, at start; quickest in order of id."""
        ids, of, many = self._ids, self.of, self.many
        for document in documents:
            value = of(document)
            if not value:
                continue
            for each in value if many else (value,):
                held = ids.setdefault(each, document.id)
                if type(held) is Ids:
                    held.add(document.id)
                elif held is not document.id:
                    self._add(each, document.id)

    def move(self, before: Document | None, after: Document | None) -> None:
        """Follow one change of one document: mostly its value is the same, or it has one for the first time."""
        was: Any = self.of(before) if before is not None else None
        now: Any = self.of(after) if after is not None else None
        if was == now or not (was or now):
            return
        if before is not None and was:
            for value in was if self.many else (was,):
                self._remove(value, before.id)
        if after is not None and now:
            for value in now if self.many else (now,):
                self._add(value, after.id)

    def _add(self, value: str, document_id: str) -> None:
        held = self._ids.setdefault(value, document_id)
        if held is document_id or held == document_id:
            return
        if isinstance(held, str):
            self._ids[value] = several = Ids()
            several.add(held)
            several.add(document_id)
        else:
            held.add(document_id)

    def _remove(self, value: str, document_id: str) -> None:
        held = self._ids.get(value)
        if held == document_id:
            del self._ids[value]
        elif isinstance(held, Ids):
            held.discard(document_id)
            if len(held) == 1:
                self._ids[value] = held.only()


def make_indexes(kind: Kind) -> dict[str, Index]:
    """The indexes a kind of document asks for, by field."""
    unique = {field: Index(kind.type, field, unique=True) for field in kind.unique}
    plain = {field: Index(kind.type, field, unique=False) for field in kind.indexes}
    return {**plain, **unique}
