"""Deciding: whether claims allow an action. Pure.

A right is a scope and an action that the API really has.  The set of rights is given when claims are
compiled: what it does not hold is denied, whoever asks and whatever a claim says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from provd.documents import EVERY, Claim

Right = tuple[str, str]
"""Scope and action: `("devices", "update")`."""

_ALL: Final = frozenset({EVERY})


class Grant(Struct, frozen=True, gc=False):
    """On which documents a right holds, and which of their fields it may change."""

    specific: frozenset[str]
    fields: frozenset[str]

    @property
    def everywhere(self) -> bool:
        """Whether it holds on every document."""
        return EVERY in self.specific

    def on(self, document_id: str) -> bool:
        """Whether it holds on this document."""
        return EVERY in self.specific or document_id in self.specific

    def allows_field(self, path: str) -> bool:
        """Whether it may change what is at a dotted path: named itself, or something above it is."""
        if EVERY in self.fields or path in self.fields:
            return True
        return any(path.startswith(f"{field}.") for field in self.fields)


class Permits:
    """Compiled claims: from each right to what grants it."""

    __slots__ = ("_grants", "whole")

    def __init__(self, claims: Iterable[Claim], rights: Iterable[Right]) -> None:
        """Only `rights` can be granted; a claim on anything else is passed over."""
        known = tuple(rights)
        grants: dict[Right, tuple[Grant, ...]] = {}
        for claim in claims:
            grant = Grant(frozenset(claim.specific), frozenset(claim.fields))
            for right in known:
                if _speaks_of(claim, right):
                    grants[right] = (*grants.get(right, ()), grant)
        self._grants: Mapping[Right, tuple[Grant, ...]] = grants
        self.whole = frozenset(
            right
            for right, granted in grants.items()
            if any(grant.everywhere and EVERY in grant.fields for grant in granted)
        )
        """The rights that are granted on every document and for every field: the common case."""

    @property
    def lasting(self) -> Permits:
        """What of it is without an end: all that claims grant."""
        return self

    def grants(self, right: Right) -> tuple[Grant, ...]:
        """Everything that grants a right; empty: it is denied."""
        return self._grants.get(right, ())

    def rights(self) -> frozenset[Right]:
        """Every right that is granted on something."""
        return frozenset(self._grants)

    def permits(self, right: Right, document_id: str = "", fields: Iterable[str] = ()) -> bool:
        """Whether a right is granted.

        With `document_id`, on that document; without, on some.  With `fields`, for a change of all
        of those dotted paths; one grant need not allow them all.
        """
        if right in self.whole:
            return True
        grants = self._on(right, document_id)
        if not grants:
            return False
        return all(any(grant.allows_field(field) for grant in grants) for field in fields)

    def permits_everything(self, right: Right, document_id: str = "") -> bool:
        """Whether a right is granted on every document (or on this one), for every field."""
        if right in self.whole or not document_id:
            return right in self.whole
        return any(EVERY in grant.fields for grant in self._on(right, document_id))

    def only(self, right: Right) -> frozenset[str] | None:
        """The ids on which a right is granted; None: on every document."""
        grants = self.grants(right)
        if any(grant.everywhere for grant in grants):
            return None
        return frozenset().union(*(grant.specific for grant in grants))

    def _on(self, right: Right, document_id: str) -> tuple[Grant, ...]:
        grants = self.grants(right)
        if not document_id:
            return grants
        return tuple(grant for grant in grants if grant.on(document_id))


def permits(
    claims: Iterable[Claim],
    rights: Iterable[Right],
    right: Right,
    document_id: str = "",
    fields: Iterable[str] = (),
) -> bool:
    """Whether claims grant a right that is one of `rights`; see `Permits.permits`."""
    return Permits(claims, rights).permits(right, document_id, fields)


def covers(layers: Iterable[Permits], wanted: Iterable[Claim], rights: Iterable[Right]) -> bool:
    """Whether whoever has all these layers may already do everything that `wanted` would allow.

    Nobody can hand out what they have not got.
    """
    known = tuple(rights)
    return all(_covers(layer, claim, known) for layer in layers for claim in wanted)


def _covers(layer: Permits, claim: Claim, rights: Iterable[Right]) -> bool:
    fields = () if EVERY in claim.fields else claim.fields
    for right in rights:
        if not _speaks_of(claim, right):
            continue
        for document_id in ("",) if EVERY in claim.specific else claim.specific:
            if not fields and not layer.permits_everything(right, document_id):
                return False
            if fields and not _covers_fields(layer, right, document_id, fields):
                return False
    return True


def _covers_fields(layer: Permits, right: Right, document_id: str, fields: Iterable[str]) -> bool:
    if document_id:
        return layer.permits(right, document_id, fields)
    everywhere = [grant for grant in layer.grants(right) if grant.everywhere]
    return all(any(grant.allows_field(field) for grant in everywhere) for field in fields)


def _speaks_of(claim: Claim, right: Right) -> bool:
    scope, action = right
    return claim.scope in {EVERY, scope} and (EVERY in claim.actions or action in claim.actions)
