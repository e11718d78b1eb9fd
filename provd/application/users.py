"""What administrators may do with users, and users with themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from provd.access import BUILT_IN, Forbidden, Gate, Passwords, Principal
from provd.application.collection import Editable
from provd.application.grades import Grades
from provd.application.lifecycle import drop_tokens
from provd.application.precondition import UNCONDITIONAL
from provd.application.slices import Slices
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import USERS, Kind, User, parse_password
from provd.values import Invalid, NoSuchDocument, Problem


class Users(Editable[User]):
    """Users; nobody makes, changes or becomes one who may do more than they may themselves."""

    kind: ClassVar[Kind] = USERS
    told: ClassVar[frozenset[str]] = frozenset({"has_password"})

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        gate: Gate,
        passwords: Passwords,
        grades: Grades | None = None,
    ) -> None:
        super().__init__(store, slices, grades=grades)
        self._gate = gate
        self._passwords = passwords

    async def set_password(
        self, user_id: str, given: Mapping[str, Any], by: Principal, cause: str
    ) -> None:
        """Give a user another password; every token of the user is void from then on.

        @raise NoSuchDocument, Invalid, Forbidden, TooManyAttempts: nothing was changed.
        """
        password = parse_password(given)
        if self._store.get(self.kind.name, user_id) is None:
            raise NoSuchDocument(self.kind.name, user_id)
        encoded = await self._passwords.hash(password)

        def propose(draft: IDraft) -> None:
            user: User = UNCONDITIONAL.present_in(draft, self.kind.name, user_id)
            self._require_covered(by, user, user, "password")
            drop_tokens(draft, user_id)
            draft.put(self.kind.name, replace(user, password_hash=encoded))

        await write(self._store, cause, propose)

    def beside(self, document: User) -> dict[str, Any]:
        """Whether there is a password, and nothing else of it."""
        return {"has_password": bool(document.password_hash)}

    def keep(self, wanted: User, before: User | None) -> User:
        """The password, too."""
        hashed = before.password_hash if before is not None else None
        return replace(super().keep(wanted, before), password_hash=hashed)

    def check(self, draft: IDraft, by: Principal, before: User | None, after: User | None) -> None:
        """@raise Invalid, Forbidden: a role is not there, or not the caller's to give or take over."""
        if after is not None:
            _require_roles(draft, after.roles, before.roles if before else ())
        self._require_covered(by, before, after, "update" if after is not None else "delete")

    def drop(self, draft: IDraft, document: User) -> None:
        """With its tokens."""
        drop_tokens(draft, document.id)
        super().drop(draft, document)

    def _require_covered(
        self, by: Principal, before: User | None, after: User | None, action: str
    ) -> None:
        roles = {*(before.roles if before else ()), *(after.roles if after else ())}
        held = self._gate.claims_held(before.id) if before else ()
        if not (by.covers(self._gate.claims_of(roles), lasting=True) and by.covers(held)):
            detail = "the user may do more than you may yourself"
            raise Forbidden(by.user, self.kind.name, action, detail)
        if before is not None and before.id == by.user and _loses(before, after):
            raise Forbidden(by.user, self.kind.name, action, "not yourself")


def _loses(before: User, after: User | None) -> bool:
    """Whether a change takes something from a user: who did that to themselves could not undo it."""
    if after is None or after.disabled:
        return True
    return after.tenants != before.tenants or not set(after.roles) >= set(before.roles)


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
