"""What this server is, and what can be asked of its collections."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from provd.application.health import Health
from provd.contracts import IDocumentStore, IPlugins
from provd.documents import Kind
from provd.values import NoSuchDocument

FEATURES = (
    "bulk",
    "cursor",
    "dryrun",
    "idempotency-key",
    "json-patch",
    "long-poll",
    "merge-patch",
    "openapi-3.1",
    "preferences",
    "resolved-filters",
    "rights",
    "yaml",
)
"""What a client may rely on by name."""

HIDDEN = frozenset({"receipts", "synchronizations"})
"""Collections that are nobody's to ask."""


class Info:
    """Answers what a client asks before anything else."""

    def __init__(
        self,
        store: IDocumentStore,
        plugins: IPlugins,
        health: Health,
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._plugins = plugins
        self._health = health
        self._now = now
        self._since = now()

    def tell(self) -> dict[str, Any]:
        """Version, place in the feed, counts, what may be relied on, and what is wrong."""
        position = self._store.feed.applied()
        return {
            "version": version("provd"),
            "python": platform.python_version(),
            "os": platform.system().lower(),
            "arch": platform.machine(),
            "id": position.owner,
            "epoch": position.epoch,
            "position": position.n,
            "started": self._since,
            "now": self._now(),
            "features": list(FEATURES),
            "stats": {
                "plugins": len(self._plugins.loaded()),
                **{name: len(self._store.collection(name)) for name in self._kinds()},
            },
            "errors": [*self._health.reasons(), *self._health.warnings()],
        }

    def indexes(self) -> dict[str, Any]:
        """Of each collection, what is found without looking at every document."""
        return {name: self._indexes_of(kind) for name, kind in self._kinds().items()}

    def indexes_of(self, collection: str) -> dict[str, Any]:
        """Of one collection. @raise NoSuchDocument: there is none of that name."""
        kind = self._kinds().get(collection)
        if kind is None:
            raise NoSuchDocument("indexes", collection)
        return self._indexes_of(kind)

    def _kinds(self) -> Mapping[str, Kind]:
        return {name: kind for name, kind in self._store.kinds.items() if name not in HIDDEN}

    @staticmethod
    def _indexes_of(kind: Kind) -> dict[str, Any]:
        indexed = {field: field in kind.unique for field in (*kind.unique, *kind.indexes)}
        return {"id": {"unique": True}} | {
            field: {"unique": unique} for field, unique in sorted(indexed.items())
        }
