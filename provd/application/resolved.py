"""What a device or config comes to: its raw config over its parents, for whoever searches by it.

Nothing is kept but the decoded raw configs of parents: a search flattens what it looks at.
"""

from __future__ import annotations

from typing import Any

from provd.application.readiness import BaseRawConfig
from provd.contracts import IDocumentStore
from provd.documents import Config, DecodedConfigs, Device, Document, flatten, linearize

RESOLVED = "resolved"
"""The key under which a search finds it: `resolved.sip_lines.1.proxy_ip`."""

AT_MOST = 20_000
"""Documents that one search may resolve: about two seconds of work, in turns."""


class Resolver:
    """Flattens the configs of devices, and configs themselves."""

    def __init__(self, store: IDocumentStore, base: BaseRawConfig) -> None:
        self._store = store
        self._base = base()
        self._decoded = DecodedConfigs()

    def of_device(self, device: Document) -> dict[str, Any] | None:
        """The raw config that a device gets; None when it has none."""
        config = device.config if isinstance(device, Device) else None
        return self._flattened(config) if config else None

    def of_config(self, config: Document) -> dict[str, Any] | None:
        """What a config comes to."""
        return self._flattened(config.id) if isinstance(config, Config) else None

    def _flattened(self, config_id: str) -> dict[str, Any] | None:
        lineage = linearize(config_id, lambda each: self._store.get("configs", each))
        if lineage is None:
            return None
        return flatten(lineage, self._base, self._decoded)
