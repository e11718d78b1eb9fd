"""Whether the server can do its work, and what an operator should look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from provd.contracts import IDocumentStore, IPlugins


class Health:
    """Readiness with its reasons."""

    def __init__(self, store: IDocumentStore, plugins: IPlugins) -> None:
        self._store = store
        self._plugins = plugins
        self._others: list[Callable[[], Sequence[str]]] = []
        self._drained_by = ""
        self._leaving: list[tuple[Callable[[str], None], Callable[[], None]]] = []

    def ask_too(self, warnings: Callable[[], Sequence[str]]) -> None:
        """Have one more part of the server tell what should be looked at."""
        self._others.append(warnings)

    def drain(self, cause: str) -> None:
        """Be ready for nothing new from now on: whoever asks is answered, whoever chooses a server is
        told to choose another.
        """
        self._drained_by = self._drained_by or cause
        for drained, _filled in self._leaving:
            drained("the server is being drained")

    @property
    def drained(self) -> bool:
        """Whether it is."""
        return bool(self._drained_by)

    def fill(self) -> None:
        """Be ready again."""
        self._drained_by = ""
        for _drained, filled in self._leaving:
            filled()

    def when_drained(self, drained: Callable[[str], None], filled: Callable[[], None]) -> None:
        """Have told, with the reason, who keeps clients that should go elsewhere; and when they may come again."""
        self._leaving.append((drained, filled))

    def reasons(self) -> list[str]:
        """What keeps the server from doing its work; nothing when it is ready."""
        unavailable = self._store.unavailable()
        found = [f"the store cannot keep changes: {unavailable}"] if unavailable else []
        if self._drained_by:
            found.append(f"it is being drained, as {self._drained_by} asked")
        return found

    def warnings(self) -> list[str]:
        """What is wrong and does not keep the server from working."""
        broken = [
            f"plugin {plugin_id} could not be loaded; `provd plugins show {plugin_id}` tells why"
            for plugin_id in sorted(self._plugins.broken())
        ]
        others = [text for warnings in self._others for text in warnings()]
        return [*self._store.quarantined(), *broken, *others]

    def tell(self) -> dict[str, Any]:
        """Both, as one JSON object."""
        reasons = self.reasons()
        return {"ready": not reasons, "reasons": reasons, "warnings": self.warnings()}
