"""What every document has, and how a kind of document is described to a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Raw, Struct

EMPTY_OBJECT = Raw(b"{}")
"""The JSON text of an empty object, shared by every document that has nothing to put there."""


class Document(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A stored JSON document: immutable, free of garbage-collector bookkeeping.

    100,000 of these load in a fraction of a second and add nothing to a full collection;
    whatever is large inside stays JSON text (`msgspec.Raw`) until somebody asks.
    """

    id: str
    revision: int = 0
    """The feed position of the change that wrote it; 0 while it is only proposed."""
    tenant: str = ""
    endpoint: str = ""
    """The site that owns it; empty for this one."""
    extra: Raw = EMPTY_OBJECT
    """Keys that this version of provd does not know, kept verbatim as a JSON object."""


Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of document: its type, its indexes, its schema ladder."""

    name: str
    """The collection's name: `devices`, `configs`, …"""
    type: type[Document]
    unique: tuple[str, ...] = ()
    """Fields that no two documents may share (absent and empty values are not indexed)."""
    indexes: tuple[str, ...] = ()
    """Fields with a plain index; a field holding a tuple is indexed under each element."""
    schema: int = 1
    upgrades: Mapping[int, Upgrade] = MappingProxyType({})
    """schema number → pure function from that schema's JSON object to the next one's."""

    def encode(self, document: Document) -> bytes:
        """The JSON text that is kept."""
        return msgspec.json.encode(document)
