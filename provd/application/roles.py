"""What administrators may do with roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from provd.access import BUILT_IN, Forbidden, Gate, Principal
from provd.application.built_in import WithBuiltIn
from provd.application.grades import Grades
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IDraft
from provd.documents import EVERY, ROLES, Claim, Document, Kind, Role
from provd.values import Invalid, Problem


class Roles(WithBuiltIn[Role]):
    """Roles; nobody makes or changes one that allows more than they may themselves."""

    kind: ClassVar[Kind] = ROLES
    built_in: ClassVar[Mapping[str, Document]] = BUILT_IN

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        gate: Gate,
        grades: Grades | None = None,
    ) -> None:
        super().__init__(store, slices, grades=grades)
        self._gate = gate

    def errors(self, document: Role) -> Sequence[str]:
        """Scopes and actions that the API has not (any more), and plugins that are not there.

        Of documents nothing is told: whoever reads a role need not have a right to learn which there are.
        """
        unknown = _unknown_of(document.claims, self._gate.rights)
        return [
            *(f"`{each.path}` {each.message}, and allows nothing" for each in unknown),
            *(
                f"`claims.{at}` speaks of the plugin {name!r}, which is not loaded"
                for at, claim in enumerate(document.claims)
                if claim.scope == "plugins"
                for name in claim.specific
                if name != EVERY and not self._grades.is_there("plugins", name)
            ),
        ]

    def check(self, draft: IDraft, by: Principal, before: Role | None, after: Role | None) -> None:
        """@raise Invalid, Forbidden: it allows what there is not, or more than the caller may."""
        if after is not None:
            require_known(after.claims, self._gate.rights)
        claims = (*(after.claims if after else ()), *(before.claims if before else ()))
        if not by.covers(claims, lasting=True):
            action = "update" if after is not None else "delete"
            detail = "it allows more than you may do yourself"
            raise Forbidden(by.user, self.kind.name, action, detail)


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
