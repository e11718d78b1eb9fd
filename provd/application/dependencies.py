"""What an answer depends on, and whether all of it would survive a crash."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, DeferredList

from provd.contracts import IDocumentStore
from provd.documents import linearize


def awaited(store: IDocumentStore, device: Any) -> Deferred[None] | None:
    """What an answer to `device` must wait for: None when its device, its credential and its configs are."""
    if not store.pending:
        return None
    waits = [store.awaited("devices", device.id), store.awaited("credentials", device.id)]
    if device.config:
        lineage = linearize(device.config, lambda config_id: store.get("configs", config_id))
        if lineage is not None:
            waits += [store.awaited("configs", config_id) for config_id, _revision in lineage.seen]
    pending = [wait for wait in waits if wait is not None]
    if len(pending) <= 1:
        return pending[0] if pending else None
    return DeferredList(pending, fireOnOneErrback=True, consumeErrors=True).addCallbacks(
        lambda _all: None, lambda first: first.value.subFailure
    )
