"""What administrators may do with users, and users with themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from provd.access import BUILT_IN, Forbidden, Gate, Passwords, Principal
from provd.application.changing import Patch, Proposal, patched
from provd.application.listing import Listing, list_documents
from provd.application.precondition import UNCONDITIONAL, Precondition
from provd.application.slices import Slices
from provd.application.writing import settled, write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import (
    NEVER_SHOWN,
    Document,
    Query,
    User,
    check_id,
    parse_password,
    parse_user,
    to_dict,
)
from provd.values import Invalid, NoSuchDocument, Problem

COLLECTION = "users"


class Users:
    """Users; nobody makes, changes or becomes one who may do more than they may themselves."""

    def __init__(
        self, store: IDocumentStore, gate: Gate, passwords: Passwords, slices: Slices
    ) -> None:
        self._store = store
        self._gate = gate
        self._passwords = passwords
        self._slices = slices

    async def list(self, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The users a query is about. @raise MalformedSelector: its selector is none."""
        return await list_documents(self._store, COLLECTION, query, shown, self._slices, fields)

    async def get(self, user_id: str) -> dict[str, Any]:
        """One user. @raise NoSuchDocument: there is none."""
        user = await settled(self._store, COLLECTION, user_id)
        if user is None:
            raise NoSuchDocument(COLLECTION, user_id)
        return shown(user)

    def replacing(
        self,
        user_id: str,
        given: Mapping[str, Any],
        by: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> Proposal:
        """A user in the place of the present one; the password stays.

        Proposing it raises `NoSuchDocument`, `Invalid`, `AlreadyThere`, `PreconditionFailed`, `Forbidden`.

        @raise Invalid: that can be no id.
        """
        check_id(user_id, "user")
        op = "create" if precondition.absent else "replace"
        return self._changing(user_id, op, lambda _present: given, by, precondition)

    def patching(
        self,
        user_id: str,
        patch: Patch,
        by: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> Proposal:
        """A patch of a user. Proposing it raises as replacing does, and `PatchFailed`."""
        return self._changing(
            user_id, "patch", lambda present: patched(present, patch), by, precondition
        )

    def deleting(
        self, user_id: str, by: Principal, precondition: Precondition = UNCONDITIONAL
    ) -> Proposal:
        """Deleting a user and the user's tokens. Proposing it raises as replacing does."""

        def propose(draft: IDraft) -> None:
            user: User = precondition.present_in(draft, COLLECTION, user_id)
            self._require_covered(by, user, None, "delete")
            _drop_tokens(draft, user_id)
            draft.delete(COLLECTION, user_id)

        return Proposal(
            collection=COLLECTION,
            document_id=user_id,
            op="delete",
            propose=propose,
            insists=precondition.conditional,
        )

    async def set_password(
        self, user_id: str, given: Mapping[str, Any], by: Principal, cause: str
    ) -> None:
        """Give a user another password; every token of the user is void from then on.

        @raise NoSuchDocument, Invalid, Forbidden, TooManyAttempts: nothing was changed.
        """
        password = parse_password(given)
        if self._store.get(COLLECTION, user_id) is None:
            raise NoSuchDocument(COLLECTION, user_id)
        encoded = await self._passwords.hash(password)

        def propose(draft: IDraft) -> None:
            user: User = UNCONDITIONAL.present_in(draft, COLLECTION, user_id)
            self._require_covered(by, user, user, "password")
            _drop_tokens(draft, user_id)
            draft.put(COLLECTION, replace(user, password_hash=encoded))

        await write(self._store, cause, propose)

    def _changing(
        self,
        user_id: str,
        op: str,
        wanted: Callable[[dict[str, Any]], Mapping[str, Any]],
        by: Principal,
        precondition: Precondition,
    ) -> Proposal:
        def propose(draft: IDraft) -> None:
            before: User | None = precondition.before_in(draft, COLLECTION, user_id)
            user = parse_user(wanted(shown(before) if before else {}), document_id=user_id)
            _require_roles(draft, user.roles, before.roles if before else ())
            self._require_covered(by, before, user, "update")
            kept = before or User(id=user_id)
            user = replace(
                user,
                revision=kept.revision,
                endpoint=kept.endpoint,
                password_hash=kept.password_hash,
            )
            draft.put(COLLECTION, user)

        return Proposal(
            collection=COLLECTION,
            document_id=user_id,
            op=op,
            propose=propose,
            insists=precondition.conditional,
        )

    def _require_covered(
        self, by: Principal, before: User | None, after: User | None, action: str
    ) -> None:
        roles = {*(before.roles if before else ()), *(after.roles if after else ())}
        if not by.covers(self._gate.claims_of(roles)):
            detail = "the user may do more than you may yourself"
            raise Forbidden(by.user, COLLECTION, action, detail)
        if before is not None and before.id == by.user and (after is None or after.disabled):
            raise Forbidden(by.user, COLLECTION, action, "not yourself")


def shown(user: Document) -> dict[str, Any]:
    """A user as clients see it: whether there is a password, and nothing else of it."""
    told = {key: each for key, each in to_dict(user).items() if key not in NEVER_SHOWN}
    return told | {"has_password": bool(getattr(user, "password_hash", None))}


def _require_roles(draft: IDraft, roles: Sequence[str], had: Sequence[str]) -> None:
    """A role that there is not yet would be given to the user by whoever makes one of that name.

    @raise Invalid: a user is to be given one.
    """
    problems = [
        Problem(f"roles.{at}", f"is {role!r}, which there is not", "a role that there is")
        for at, role in enumerate(roles)
        if role not in BUILT_IN and role not in had and draft.read("roles", role) is None
    ]
    if problems:
        raise Invalid("user", problems)


def _drop_tokens(draft: IDraft, user_id: str) -> None:
    """Whoever has the name next must not have the tokens of whoever had it before."""
    for token in draft.by("tokens", "subject", user_id):
        draft.delete("tokens", token.id)
