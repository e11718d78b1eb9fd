"""What administrators may do with roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from msgspec.structs import replace

from provd.access import BUILT_IN, Forbidden, Gate, Principal
from provd.application.changing import Patch, Proposal, patched
from provd.application.errors import BuiltIn
from provd.application.listing import Listing, list_documents, show
from provd.application.precondition import UNCONDITIONAL, Precondition
from provd.application.slices import Slices
from provd.application.writing import settled
from provd.contracts import IDocumentStore, IDraft
from provd.documents import (
    EVERY,
    Claim,
    Document,
    Place,
    Query,
    Role,
    check_id,
    compile_selector,
    parse_role,
    to_dict,
)
from provd.values import Invalid, NoSuchDocument, Problem

COLLECTION = "roles"


class Roles:
    """Roles; nobody makes or changes one that allows more than they may themselves."""

    def __init__(self, store: IDocumentStore, gate: Gate, slices: Slices) -> None:
        self._store = store
        self._gate = gate
        self._slices = slices

    async def list(self, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The built-in roles, then the others a query is about.

        @raise MalformedSelector: its selector is none.
        """
        selector = compile_selector(query.selector)
        built_in = [role for role in BUILT_IN.values() if selector.matches(shown(role))]
        begin = _passed(query.after, len(built_in)) + query.skip
        window = built_in[begin : begin + query.limit if query.limit else None]
        left = query.limit - len(window) if query.limit else 0
        # A limit of none is no limit: where the built-in ones fill the page, one is found for the count.
        rest = replace(
            query,
            skip=max(begin - len(built_in), 0),
            limit=left or (1 if query.limit else 0),
            after=query.after if query.after is not None and query.after.id else None,
        )
        found = await list_documents(self._store, COLLECTION, rest, shown, self._slices, fields)
        total = found.total + len(built_in)
        if left or not query.limit:
            return Listing(total, chain(show(window, shown, fields), found.items), found.more)
        consumed = begin + len(window)
        more = Place("", consumed) if consumed < total else None
        return Listing(total, show(window, shown, fields), more)

    async def get(self, role_id: str) -> dict[str, Any]:
        """One role. @raise NoSuchDocument: there is none."""
        role = BUILT_IN.get(role_id) or await settled(self._store, COLLECTION, role_id)
        if role is None:
            raise NoSuchDocument(COLLECTION, role_id)
        return shown(role)

    def replacing(
        self,
        role_id: str,
        given: Mapping[str, Any],
        by: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> Proposal:
        """A role in the place of the present one.

        Proposing it raises `NoSuchDocument`, `Invalid`, `AlreadyThere`, `PreconditionFailed`, `Forbidden`.

        @raise Invalid: that can be no id. @raise BuiltIn: it cannot be changed.
        """
        check_id(role_id, "role")
        op = "create" if precondition.absent else "replace"
        return self._changing(role_id, op, lambda _present: given, by, precondition)

    def patching(
        self,
        role_id: str,
        patch: Patch,
        by: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> Proposal:
        """A patch of a role. Proposing it raises as replacing does, and `PatchFailed`."""
        return self._changing(
            role_id, "patch", lambda present: patched(present, patch), by, precondition
        )

    def deleting(
        self, role_id: str, by: Principal, precondition: Precondition = UNCONDITIONAL
    ) -> Proposal:
        """Deleting a role; its users have it no more. Proposing it raises as replacing does."""
        _require_changeable(role_id)

        def propose(draft: IDraft) -> None:
            role: Role = precondition.present_in(draft, COLLECTION, role_id)
            _require_covered(by, role.claims, "delete")
            draft.delete(COLLECTION, role_id)

        return Proposal(
            collection=COLLECTION,
            document_id=role_id,
            op="delete",
            propose=propose,
            insists=precondition.conditional,
        )

    def _changing(
        self,
        role_id: str,
        op: str,
        wanted: Callable[[dict[str, Any]], Mapping[str, Any]],
        by: Principal,
        precondition: Precondition,
    ) -> Proposal:
        _require_changeable(role_id)

        def propose(draft: IDraft) -> None:
            before: Role | None = precondition.before_in(draft, COLLECTION, role_id)
            role = parse_role(wanted(shown(before) if before else {}), document_id=role_id)
            require_known(role.claims, self._gate.rights)
            _require_covered(by, (*role.claims, *(before.claims if before else ())), "update")
            kept = before or Role(id=role_id)
            draft.put(COLLECTION, replace(role, revision=kept.revision, endpoint=kept.endpoint))

        return Proposal(
            collection=COLLECTION,
            document_id=role_id,
            op=op,
            propose=propose,
            insists=precondition.conditional,
        )


def _passed(after: Place | None, count: int) -> int:
    """How many of the built-in roles, of which there are `count`, stand on the pages before."""
    if after is None:
        return 0
    return after.value if not after.id and isinstance(after.value, int) else count


def shown(role: Document) -> dict[str, Any]:
    """A role as clients see it."""
    return to_dict(role)


def require_known(
    claims: Sequence[Claim], rights: frozenset[tuple[str, str]], subject: str = "role"
) -> None:
    """@raise Invalid: a claim speaks of a scope or an action that the API does not have."""
    scopes = {scope for scope, _action in rights}
    problems = [
        problem
        for at, claim in enumerate(claims)
        for problem in _unknown(claim, f"claims.{at}", rights, scopes)
    ]
    if problems:
        raise Invalid(subject, problems)


def _unknown(
    claim: Claim, path: str, rights: frozenset[tuple[str, str]], scopes: set[str]
) -> list[Problem]:
    if claim.scope != EVERY and claim.scope not in scopes:
        known = ", ".join(sorted(scopes))
        return [Problem(f"{path}.scope", f"is {claim.scope!r}, which there is not", known)]
    actions = {action for scope, action in rights if claim.scope in {EVERY, scope}}
    return [
        Problem(
            f"{path}.actions.{at}", f"is {action!r}, which there is not", ", ".join(sorted(actions))
        )
        for at, action in enumerate(claim.actions)
        if action != EVERY and action not in actions
    ]


def _require_changeable(role_id: str) -> None:
    if role_id in BUILT_IN:
        raise BuiltIn(role_id)


def _require_covered(by: Principal, claims: Sequence[Claim], action: str) -> None:
    if not by.covers(claims):
        raise Forbidden(by.user, COLLECTION, action, "it allows more than you may do yourself")
