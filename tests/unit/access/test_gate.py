"""The gate: providers in order, rights of the moment."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from provd.access import Gate, NotAuthenticated, Principal
from provd.access.gate import REMEMBERED
from provd.documents import Claim, Role, Token
from provd.testing.access import keep, outcome, presented, store_of, user
from provd.values import Identity

RIGHTS = frozenset({("devices", "read"), ("devices", "update"), ("self", "read")})
READ, UPDATE, WHO = ("devices", "read"), ("devices", "update"), ("self", "read")


class Says:
    """A provider with one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, 0

    def identify(self, _presented: Any) -> Any:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


ANN = Identity(user="ann", provider="test")


def gate(*answers: Any, **documents: Any) -> Gate:
    """A gate whose providers answer these."""
    documents.setdefault("users", [user("ann", "reader", password="")])
    documents.setdefault(
        "roles", [Role(id="reader", claims=(Claim(scope="devices", actions=("read",)),))]
    )
    return Gate(store_of(Clock(), **documents), [Says(each) for each in answers], RIGHTS, float)


def enter(made: Gate) -> Any:
    """What comes of asking to be let in."""
    return outcome(lambda: made.authenticate(presented()))


def test_nobody() -> None:
    """Who presents nothing that any provider knows is nobody."""
    assert isinstance(enter(gate()), NotAuthenticated)
    assert isinstance(enter(gate(None, None)), NotAuthenticated)


def test_the_first_who_recognises_decides() -> None:
    """Whoever is behind is not asked, also when the answer is no."""
    made = gate(None, ANN, Identity(user="other", provider="x"))
    assert enter(made).user == "ann"
    assert [each.asked for each in made._providers] == [1, 1, 0]  # type: ignore[attr-defined]  # Says
    made = gate(NotAuthenticated("no"), ANN)
    assert isinstance(enter(made), NotAuthenticated)


def test_a_provider_may_take_its_time() -> None:
    """And leave it to the next one then."""
    waiting: Deferred[Any] = Deferred()
    made = gate(waiting, ANN)
    entered: list[Any] = []
    found = made.authenticate(presented())
    assert isinstance(found, Deferred)
    found.addBoth(entered.append)
    assert not entered
    waiting.callback(None)
    assert entered[0].user == "ann"


@pytest.mark.parametrize("users", [[], [user("ann", "reader", disabled=True)]])
def test_proof_without_a_user_is_nobody(users: list[Any]) -> None:
    """Who was taken out of the users is out, whatever proves them."""
    assert isinstance(enter(gate(ANN, users=users)), NotAuthenticated)


def test_rights_are_those_of_the_moment() -> None:
    """A role that changes, or a user who loses one, changes what the next request may do."""
    made = gate(ANN)
    assert enter(made).permits(READ)
    assert not enter(made).permits(UPDATE)
    store = made._store
    keep(store, roles=[Role(id="reader", revision=store.get("roles", "reader").revision)])
    assert not enter(made).permits(READ)
    present = store.get("users", "ann")
    draft = store.draft("test")
    draft.delete("users", present.id)
    store.commit(draft)
    assert isinstance(enter(made), NotAuthenticated)


def test_everybody_sees_themselves() -> None:
    """Whatever their roles."""
    made = gate(ANN, roles=[])
    assert enter(made).permits(WHO)
    assert not enter(made).permits(READ)


def test_a_role_document_cannot_stand_for_a_built_in_one() -> None:
    """A viewer is a viewer."""
    made = gate(
        ANN,
        users=[user("ann", "viewer", password="")],
        roles=[Role(id="viewer", claims=(Claim(scope="*", actions=("*",)),))],
    )
    assert enter(made).permits(READ)
    assert not enter(made).permits(UPDATE)


def shown(claims: Any) -> Principal:
    """A superuser who shows a token with these claims."""
    made = gate(
        Identity(user="ann", provider="token", token="t"),
        users=[user("ann", "superuser", password="")],
        tokens=[Token(id="t", subject="ann", claims=claims)],
    )
    found = enter(made)
    assert isinstance(found, Principal)
    return found


def test_a_token_only_takes_away() -> None:
    """Without claims it takes nothing, with an empty list everything but one's own."""
    assert shown(None).permits(UPDATE)
    assert not shown(()).permits(READ)
    assert shown(()).permits(WHO)
    limited = shown((Claim(scope="devices", actions=("read",), specific=("d1",)),))
    assert limited.permits(READ, "d1")
    assert not limited.permits(READ, "d2")
    assert not limited.permits(UPDATE, "d1")
    assert limited.only(READ) == {"d1"}
    assert limited.covers([Claim(scope="devices", actions=("read",), specific=("d1",))])
    assert not limited.covers([Claim(scope="devices", actions=("read",))])


def test_a_token_gives_nothing_its_user_has_not() -> None:
    """Whatever its claims say."""
    made = gate(
        Identity(user="ann", provider="token", token="t"),
        tokens=[Token(id="t", subject="ann", claims=(Claim(scope="*", actions=("*",)),))],
    )
    assert enter(made).permits(READ)
    assert not enter(made).permits(UPDATE)


def test_everybody_while_nothing_is_required() -> None:
    """Everything there is, and nothing there is not."""
    anybody = gate().everybody()
    assert anybody.anonymous
    assert all(anybody.permits(right) for right in RIGHTS)
    assert not anybody.permits(("devices", "fly"))


def test_compiled_claims_are_bounded() -> None:
    """Many users make us compile again, not grow."""
    made = gate(ANN)
    made._known = {("u", number, "", 0, 0): None for number in range(REMEMBERED)}  # type: ignore[misc]  # full
    enter(made)
    assert len(made._known) == 1
    first = enter(made)
    assert enter(made) is first


def test_other_providers_while_somebody_is_judged() -> None:
    """Who is being judged is judged by those who began with it; the next one by the new ones."""
    waiting: Deferred[Any] = Deferred()
    made = gate(waiting, ANN)
    entered: list[Any] = []
    found = made.authenticate(presented())
    assert isinstance(found, Deferred)
    found.addBoth(entered.append)
    made.adopt([Says(NotAuthenticated("no"))], required=True)  # type: ignore[list-item]  # Says
    waiting.callback(None)
    assert entered[0].user == "ann"
    assert isinstance(enter(made), NotAuthenticated)
    assert made.required
