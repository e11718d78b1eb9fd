"""What becomes of documents when those that refer to them go."""

from __future__ import annotations

import msgspec

from provd.application.errors import NotDeletable
from provd.contracts import IDraft
from provd.documents import EMPTY_OBJECT, Device, Document, abandoned_config


def drop_abandoned(draft: IDraft, before: Device, after: Device | None) -> None:
    """Delete the transient config that a device was the last to leave; `after` None: it is deleted.

    One that another config inherits from stays: that config's devices have it still.
    """
    config_id = abandoned_config(
        before,
        after,
        lambda each: draft.get("configs", each),
        lambda each: draft.by("devices", "config", each),
    )
    if config_id is not None and not draft.by("configs", "parent_ids", config_id):
        draft.delete("configs", config_id)


def drop_tokens(draft: IDraft, user_id: str) -> None:
    """Whoever has the name next must not have the tokens of whoever had it before."""
    for token in draft.by("tokens", "subject", user_id):
        draft.delete("tokens", token.id)


def drop_secrets(draft: IDraft, device_id: str) -> None:
    """Whoever has a device's id next must not have what proved that it was the one before."""
    if draft.get("credentials", device_id) is not None:
        draft.delete("credentials", device_id)
    for token in draft.by("url-tokens", "device", device_id):
        draft.delete("url-tokens", token.id)


def require_deletable(collection: str, document: Document) -> None:
    """@raise NotDeletable: the document says `"deletable": false`."""
    deletable = getattr(document, "deletable", None)
    if deletable is None and document.extra is not EMPTY_OBJECT:
        deletable = msgspec.json.decode(document.extra).get("deletable")
    if deletable is False:
        raise NotDeletable(collection, document.id)
