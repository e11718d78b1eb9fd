"""Everything that is counted, in one place for operators: refusals are visible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from provd.contracts import IDocumentStore, IPlugins

Counts = Callable[[], Mapping[str, int]]


class Tally:
    """Gathers what each part counts; `sources` are named parts and how to ask them."""

    def __init__(
        self, store: IDocumentStore, plugins: IPlugins, sources: Mapping[str, Counts]
    ) -> None:
        self._store = store
        self._plugins = plugins
        self._sources = dict(sources)

    def count(self, name: str, counts: Counts) -> None:
        """Ask one more part."""
        self._sources[name] = counts

    def tell(self) -> dict[str, Any]:
        """Counts since the start, by part."""
        told: dict[str, Any] = {name: dict(counts()) for name, counts in self._sources.items()}
        told["documents"] = {name: len(self._store.collection(name)) for name in self._store.kinds}
        told["plugin_failures"] = {
            plugin.id: plugin.failures for plugin in self._plugins.loaded() if plugin.failures
        }
        return told
