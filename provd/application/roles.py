"""What administrators may do with roles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import ClassVar

from msgspec.structs import replace

from provd.access import BUILT_IN, Forbidden, Gate, Principal
from provd.application.collection import Editable
from provd.application.errors import BuiltIn
from provd.application.grades import Grades
from provd.application.listing import Listing, show
from provd.application.precondition import Precondition
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IDraft
from provd.documents import EVERY, ROLES, Claim, Kind, Place, Query, Role, compile_selector
from provd.values import Invalid, Problem


class Roles(Editable[Role]):
    """Roles; nobody makes or changes one that allows more than they may themselves."""

    kind: ClassVar[Kind] = ROLES

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        gate: Gate,
        grades: Grades | None = None,
    ) -> None:
        super().__init__(store, slices, grades=grades)
        self._gate = gate

    async def list(self, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The built-in roles, then the others a query is about.

        @raise MalformedSelector: its selector is none.
        """
        selector = compile_selector(query.selector)
        built_in = [role for role in BUILT_IN.values() if selector.matches(self.shown(role))]
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
        found = await super().list(rest, fields)
        total = found.total + len(built_in)
        if left or not query.limit:
            return Listing(total, chain(show(window, self.shown, fields), found.items), found.more)
        consumed = begin + len(window)
        more = Place("", consumed) if consumed < total else None
        return Listing(total, show(window, self.shown, fields), more)

    async def find(self, document_id: str) -> Role:
        """One, built in or not. @raise NoSuchDocument: there is none."""
        return BUILT_IN.get(document_id) or await super().find(document_id)

    def present(self, draft: IDraft, document_id: str, precondition: Precondition) -> Role | None:
        """@raise BuiltIn: it cannot be changed."""
        if document_id in BUILT_IN:
            raise BuiltIn(document_id)
        return super().present(draft, document_id, precondition)

    def errors(self, document: Role) -> Sequence[str]:
        """Scopes and actions that the API has not (any more), and documents that are not there."""
        unknown = _unknown_of(document.claims, self._gate.rights)
        return [
            *(f"`{each.path}` {each.message}, and allows nothing" for each in unknown),
            *(
                f"`claims.{at}` speaks of {claim.scope}/{name}, which is not there"
                for at, claim in enumerate(document.claims)
                for name in claim.specific
                if self._is_gone(claim.scope, name)
            ),
        ]

    def _is_gone(self, scope: str, document_id: str) -> bool:
        named = scope in self._store.kinds or scope == "plugins"
        return named and document_id != EVERY and not self._grades.is_there(scope, document_id)

    def check(self, draft: IDraft, by: Principal, before: Role | None, after: Role | None) -> None:
        """@raise Invalid, Forbidden: it allows what there is not, or more than the caller may."""
        if after is not None:
            require_known(after.claims, self._gate.rights)
        claims = (*(after.claims if after else ()), *(before.claims if before else ()))
        if not by.covers(claims):
            action = "update" if after is not None else "delete"
            detail = "it allows more than you may do yourself"
            raise Forbidden(by.user, self.kind.name, action, detail)


def _passed(after: Place | None, count: int) -> int:
    """How many of the built-in roles, of which there are `count`, stand on the pages before."""
    if after is None:
        return 0
    return after.value if not after.id and isinstance(after.value, int) else count


def require_known(
    claims: Sequence[Claim], rights: frozenset[tuple[str, str]], subject: str = "role"
) -> None:
    """@raise Invalid: a claim speaks of a scope or an action that the API does not have."""
    if problems := _unknown_of(claims, rights):
        raise Invalid(subject, problems)


def _unknown_of(claims: Sequence[Claim], rights: frozenset[tuple[str, str]]) -> list[Problem]:
    scopes = {scope for scope, _action in rights}
    return [
        problem
        for at, claim in enumerate(claims)
        for problem in _unknown(claim, f"claims.{at}", rights, scopes)
    ]


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
