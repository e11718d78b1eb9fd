"""What there is to say of one collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from provd.api._filters import FLAG, NUMBER, TEXT, Field
from provd.application.grades import ASKED_OF_GRADES
from provd.documents import Document, Kind

Schema = dict[str, Any]


GRADED: Mapping[str, Field] = dict.fromkeys(ASKED_OF_GRADES, FLAG)


class About(Struct, frozen=True, kw_only=True):
    """One collection."""

    kind: Kind
    filters: Mapping[str, Field]
    """What a list can be narrowed by, beside paths into documents."""
    watched: tuple[str, ...] = ()
    """Other collections that a list shows something of."""
    refuses: tuple[str, ...] = ()
    """What else a change of it may be refused for."""
    reveals: bool = False
    """It has secrets that those with a right to it may read in clear."""
    shown_of: type[Document] | None = None
    """Another document, kept beside each, of which the fields `beside` are shown."""
    beside: tuple[str, ...] = ()
    shown: Mapping[str, Schema] = {}
    """The schemas of keys that are shown with a document and not kept in it."""
    given: Mapping[str, Schema] = {}
    """Of keys of a document that a client may send, where the type of the field does not say enough."""
    required: tuple[str, ...] = ()
    """Keys that a client must send."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """Everything that a list can be narrowed by; what clients change can be by its grades, too."""
        return {**self.filters, **GRADED} if self.editable else self.filters

    @property
    def editable(self) -> bool:
        """Whether clients make and change its documents."""
        return self.kind.parse is not None

    @property
    def scope(self) -> str:
        """What claims call it."""
        return self.kind.name

    @property
    def prefix(self) -> str:
        """Where it is served."""
        return f"/api/v1/{self.kind.name}"

    @property
    def schema(self) -> str:
        """The name of the schema of one."""
        return self.kind.type.__name__


EVERY_ONE: Mapping[str, Field] = {
    "id": TEXT,
    "tenant": TEXT,
    "endpoint": TEXT,
    "revision": NUMBER,
}
"""What every document has."""
