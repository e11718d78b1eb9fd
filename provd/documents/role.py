"""Role: a named list of claims; what a user may do is the sum of the user's roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from provd.documents.base import Document, Kind
from provd.documents.claim import Claim, read_claims
from provd.documents.header import read_header
from provd.documents.reading import Reading


class Role(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What its holders may do."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"claims"})

    claims: tuple[Claim, ...] = ()
    """Each allows something; nothing forbids."""
    description: str | None = None
    """For people."""


def parse_role(given: Mapping[str, Any], *, document_id: str = "", subject: str = "role") -> Role:
    """The role that a JSON object describes; `document_id` as for `parse_device`.

    Whether its scopes and actions exist is not known here.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    role = Role(
        **read_header(read, document_id),
        claims=read_claims(read),
        description=read.filled("description"),
        extra=read.rest(),
    )
    read.finish()
    return role


ROLES = Kind(name="roles", type=Role, parse=parse_role)
