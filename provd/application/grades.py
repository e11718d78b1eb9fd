"""What every shown document says of itself: whether it can be used, why not, and who may change it.

Whatever is written here was well formed when it was written; what was written by another version of
provd, or came with an import or from another site, need not be.  And what a document refers to may
have gone since.  So both are looked at when a document is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define

from provd.access import BUILT_IN
from provd.contracts import IDocumentStore, IPlugins
from provd.documents import Document, Kind, is_secret
from provd.values import Invalid, Problem, ProvdError

GRADES = frozenset({"validated", "available", "errors", "read_only", "owner"})
"""Shown with documents and ignored when a client sends them back."""

ASKED_OF_GRADES = ("validated", "available")
"""Those that a list can be asked for."""

REMEMBERED = 200_000
"""Documents of one kind that are known to be well formed, by their revision; some 10 MiB."""


@define
class ReadOnly(ProvdError):
    """The document belongs to another site, and is changed there."""

    collection: str
    document_id: str
    owner: str

    def __str__(self) -> str:
        return (
            f"{self.collection}/{self.document_id} belongs to the site {self.owner!r};"
            " change it there"
        )


class Grades:
    """Grades documents of every kind by what there is now, whoever may see it."""

    def __init__(self, store: IDocumentStore, plugins: IPlugins | None = None) -> None:
        """`plugins` None: nobody knows which there are, so none is missed."""
        self._store = store
        self._plugins = plugins
        self._well_formed: dict[str, dict[str, int]] = {}

    def of(
        self, kind: Kind, document: Document, shown: Mapping[str, Any], errors: Sequence[str]
    ) -> dict[str, Any]:
        """The grades of one, which is `shown` so; `errors` are sentences about what keeps it from being used."""
        faults = self._faults(kind, document, shown)
        return {
            "validated": not faults,
            "available": not (faults or errors),
            "errors": [*faults, *errors],
            "read_only": bool(document.endpoint),
            "owner": document.endpoint,
        }

    def missing(self, kind: Kind, document: Document) -> list[str]:
        """What a document refers to that is not there, as sentences."""
        return [
            self._gone(collection, name, path.partition(".")[0])
            for path, collection, name in references(kind, document)
            if not self.is_there(collection, name)
        ]

    def is_there(self, collection: str, document_id: str) -> bool:
        """Whether there is a document, a plugin or a built-in role of that id."""
        if collection == "plugins":
            return self._plugins is None or self._plugins.get(document_id) is not None
        if collection == "roles" and document_id in BUILT_IN:
            return True
        return self._store.get(collection, document_id) is not None

    @staticmethod
    def _gone(collection: str, name: str, field: str) -> str:
        if collection == "plugins":
            return f"its plugin {name!r} is not loaded; see `provd plugins list`"
        one = collection.removesuffix("s")
        return f"its {one} {name!r} does not exist; create it, or take it out of `{field}`"

    def _faults(self, kind: Kind, document: Document, shown: Mapping[str, Any]) -> list[str]:
        """What is not well formed, as sentences; looked for once for each revision."""
        known = self._well_formed.setdefault(kind.name, {})
        if kind.parse is None or known.get(document.id) == document.revision:
            return []
        try:
            kind.parse(shown, document_id=document.id)
        except Invalid as error:
            return [_told(problem) for problem in error.problems]
        if len(known) >= REMEMBERED:
            known.clear()
        known[document.id] = document.revision
        return []


def require_own(collection: str, document: Document) -> None:
    """@raise ReadOnly: the document belongs to another site."""
    if document.endpoint:
        raise ReadOnly(collection, document.id, document.endpoint)


def references(kind: Kind, document: Document) -> Iterator[tuple[str, str, str]]:
    """What a document refers to: where in it, the collection, and the id."""
    for field, collection in kind.refers.items():
        value = getattr(document, field)
        if isinstance(value, str):
            if value:
                yield field, collection, value
            continue
        for at, name in enumerate(value or ()):
            yield f"{field}.{at}", collection, name


def _told(problem: Problem) -> str:
    """A problem as a sentence that repeats no secret."""
    if any(is_secret(name) for name in problem.path.split(".")):
        return f"`{problem.path}` is not what it must be; write it again"
    expected = f"; expected: {problem.expected}" if problem.expected else ""
    return f"`{problem.path}` {problem.message}{expected}"
