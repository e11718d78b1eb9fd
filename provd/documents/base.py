"""What every document has, and how a kind of document is described to a store."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar

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
    """Its name in its collection."""
    revision: int = 0
    """The feed position of the change that wrote it; 0 while it is only proposed."""
    tenant: str = ""
    """Whose it is; empty for the installation's own."""
    endpoint: str = ""
    """The site that owns it; empty for this one."""
    extra: Raw = EMPTY_OBJECT
    """Keys that this version of provd does not know, kept verbatim as a JSON object."""

    shown_empty: ClassVar[frozenset[str]] = frozenset()
    """Keys that clients expect to find even where there is nothing in them."""
    never_shown: ClassVar[frozenset[str]] = frozenset()
    """Keys that leave the server for nobody."""


Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

Parse = Callable[..., Document]
"""From a client's JSON object, and its id where that is known (`document_id`), to a document.

@raise Invalid: with every problem there is, and its path.
"""


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of document: its type, its indexes, its schema ladder."""

    name: str
    """The collection's name: `devices`, `configs`, …"""
    type: type[Document]
    unique: tuple[str, ...] = ()
    """Fields that no two documents may share (absent and empty values are not indexed)."""
    indexes: tuple[str, ...] = ()
    """Fields with a plain index; a field holding a tuple is indexed under each element."""
    secret: bool = False
    """Its documents may hold secrets: where the operator gave a key, they are kept sealed."""
    parse: Parse | None = None
    """What reads one that a client sent; None: clients send none."""
    refers: Mapping[str, str] = MappingProxyType({})
    """field → collection that it names an id of, or several; `plugins` are named as well."""
    schema: int = 1
    upgrades: Mapping[int, Upgrade] = MappingProxyType({})
    """schema number → pure function from that schema's JSON object to the next one's."""

    def encode(self, document: Document) -> bytes:
        """The JSON text that is kept."""
        return msgspec.json.encode(document)


_PLAIN = frozenset((str, int, bool, float))


def to_show(document: Document) -> dict[str, Any]:
    """What `to_dict` gives, without what leaves the server for nobody."""
    told = to_dict(document)
    for key in document.never_shown:
        told.pop(key, None)
    return told


def to_dict(document: Document, only: Container[str] | None = None) -> dict[str, Any]:
    """The JSON object that a document is: what selectors, projections and clients see.

    Keys unknown to provd (`extra`) stand beside the known ones, JSON text kept undecoded is
    decoded, and what is absent (null, empty text, empty list or object) is left out, but for
    what the type names in `shown_empty`; false and 0 are values and stay.  With `only`, just those top-level keys: a selector on `mac` does not pay
    for decoding a raw config.  The result is the caller's own, nothing in it is shared.
    """
    found: dict[str, Any] = {}
    if document.extra is not EMPTY_OBJECT:
        extra = msgspec.json.decode(document.extra)
        found = extra if only is None else {key: extra[key] for key in extra if key in only}
    for name, key in _fields(type(document)):
        if only is not None and key not in only:
            continue
        value = getattr(document, name)
        if value is None or (value is EMPTY_OBJECT and name not in document.shown_empty):
            continue
        if type(value) not in _PLAIN:
            value = msgspec.json.decode(msgspec.json.encode(value))
        if value not in ("", [], {}) or name in document.shown_empty:
            found[key] = value
    return found


def glance(kept: type[Document], keys: Container[str]) -> Callable[[Document], dict[str, Any]]:
    """A function that gives what `to_dict(document, keys)` gives, compiled for one type.

    A search looks at a hundred thousand documents: texts and numbers are read off without a
    detour through JSON.
    """
    fields = [(name, key) for name, key in _fields(kept) if key in keys]
    known = {key for _name, key in _fields(kept)}
    extras = not isinstance(keys, frozenset) or not keys <= known
    if extras or any(name in kept.shown_empty for name, _key in fields):
        return lambda document: to_dict(document, keys)

    def look(document: Document) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, key in fields:
            value = getattr(document, name)
            if value is None or value is EMPTY_OBJECT:
                continue
            if type(value) not in _PLAIN:
                value = msgspec.json.decode(msgspec.json.encode(value))
                if value in ([], {}):
                    continue
            if value != "":
                found[key] = value
        return found

    return look


@cache
def _fields(kept: type[Document]) -> tuple[tuple[str, str], ...]:
    """Attribute and JSON key of everything but `extra`."""
    fields = msgspec.structs.fields(kept)
    return tuple((field.name, field.encode_name) for field in fields if field.name != "extra")
