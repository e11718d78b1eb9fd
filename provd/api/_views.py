"""Documents of events as those who listen may see them: made once for all who see the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Raw

from provd.application.devices import SHOWN_OF_STATUS
from provd.application.event_kinds import DELETED
from provd.application.history import Event
from provd.documents import Document, redacted, to_dict, to_show

KEPT = 256
"""Documents that are ready to be sent again to somebody else."""

Shown = Callable[[Any], dict[str, Any]]
"""From a document to the object that clients see."""

Views = Callable[[frozenset[str] | None], Mapping[str, Shown]]
"""From somebody's tenants (None: everybody's documents are theirs) to how documents are shown, by collection."""


class Showing:
    """Shows documents, secrets hidden."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._ready: dict[tuple[int, frozenset[str] | None], Raw] = {}

    def document(self, event: Event, action: str, tenants: frozenset[str] | None) -> Raw | None:
        """The document of an event that is told as that action; None for one that is gone."""
        if action == DELETED or event.document is None:
            return None
        key = (event.n, tenants)
        ready = self._ready.get(key)
        if ready is None:
            if len(self._ready) >= KEPT:
                del self._ready[next(iter(self._ready))]
            ready = self._ready[key] = self._show(event, tenants)
        return ready

    def _show(self, event: Event, tenants: frozenset[str] | None) -> Raw:
        show = self._views(tenants).get(event.collection, to_show)
        return Raw(msgspec.json.encode(redacted(show(event.document))))


def observed(status: Document) -> dict[str, Any]:
    """What was seen of a device: what is shown with the device itself, and its id."""
    return {"id": status.id, "configured": False, **to_dict(status, SHOWN_OF_STATUS)}
