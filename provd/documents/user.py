"""User: somebody who may call the API, by whatever proof of identity; its id is the user's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from provd.documents.base import Document, Kind
from provd.documents.header import read_header
from provd.documents.ids import check_id
from provd.documents.reading import Reading
from provd.values import Invalid

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024


class User(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One person or program. Without a password it logs in by other means only."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"roles"})
    never_shown: ClassVar[frozenset[str]] = frozenset({"password_hash"})

    roles: tuple[str, ...] = ()
    """Ids of roles; one that does not exist gives nothing."""
    tenants: tuple[str, ...] = ()
    """Whose documents the user sees and changes; empty: everybody's."""
    disabled: bool = False
    """Nothing this user presents is accepted any more."""
    description: str | None = None
    """For people."""
    password_hash: str | None = None
    """Argon2id in its encoded form; never shown, and set by its own route only."""


def parse_user(given: Mapping[str, Any], *, document_id: str = "", subject: str = "user") -> User:
    """The user that a JSON object describes, without a password; `document_id` as for `parse_device`.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    read.drop("has_password")
    if read.has("password") or read.has("password_hash"):
        read.drop("password", "password_hash")
        read.note("password", "is not set here", "PUT …/users/ID/password")
    user = User(
        **read_header(read, document_id),
        roles=_roles(read),
        tenants=_tenants(read),
        disabled=read.flag("disabled", default=False),
        description=read.filled("description"),
        extra=read.rest(),
    )
    read.finish()
    return user


USERS = Kind(
    name="users",
    type=User,
    indexes=("roles",),
    secret=True,
    parse=parse_user,
    refers={"roles": "roles"},
)


def _roles(read: Reading) -> tuple[str, ...]:
    roles = read.texts("roles")
    for at, role in enumerate(roles):
        try:
            check_id(role)
        except Invalid:
            read.note(f"roles.{at}", f"is {role[:64]!r}", "the id of a role")
    if len(set(roles)) != len(roles):
        read.note("roles", "names a role twice", "each role once")
    return roles


def _tenants(read: Reading) -> tuple[str, ...]:
    if read.take("tenants") is None:
        return ()
    tenants = read.texts("tenants")
    if len(set(tenants)) != len(tenants) or not all(tenants):
        read.note("tenants", "names nobody, or one twice", "each tenant once")
    return tenants


def parse_password(given: Mapping[str, Any], *, subject: str = "password") -> str:
    """The new password in `{"password": …}`.

    Long enough is the only rule: rules on characters make passwords worse.

    @raise Invalid: it is none, or too short or too long; the message never repeats it.
    """
    read = Reading(given, subject)
    password = read.text("password") or ""
    for key in given:
        if key != "password":
            read.note(str(key)[:80], "means nothing here", "password, and nothing else")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        expected = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        read.note("password", f"has {len(password)} characters", expected)
    read.finish()
    return password
