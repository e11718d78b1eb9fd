"""Users, roles and tokens: what is accepted, and every problem of what is not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import (
    AUDIT,
    ROLES,
    TOKENS,
    USERS,
    AuditLine,
    Claim,
    Document,
    Kind,
    Role,
    Token,
    User,
    parse_password,
    parse_role,
    parse_token_wish,
    parse_user,
    to_dict,
)
from provd.values import Invalid

CLAIM = {"scope": "devices", "actions": ["read"], "specific": ["d1"], "fields": ["options.a"]}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "roles", "claims", "scope", "actions", "specific", "fields", "seconds", "b"]
            ),
            inside,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def problems(parse: Callable[[], object]) -> list[str]:
    """The paths of everything that is wrong."""
    with pytest.raises(Invalid) as caught:
        parse()
    return [problem.path for problem in caught.value.problems]


def test_a_user() -> None:
    """Roles and a flag; unknown keys are kept."""
    user = parse_user({"id": "ann", "roles": ["viewer"], "disabled": True, "X_phone": "7"})
    assert (user.roles, user.disabled, user.password_hash) == (("viewer",), True, None)
    assert to_dict(user)["X_phone"] == "7"


def test_the_tenants_of_a_user() -> None:
    """None is everybody's; an empty one, or one twice, is a mistake that would show too much."""
    assert parse_user({"id": "a", "roles": []}).tenants == ()
    assert parse_user({"id": "a", "roles": [], "tenants": ["x", "y"]}).tenants == ("x", "y")
    for wrong in ([""], ["x", "x"], "x", [1]):
        found = problems(lambda: parse_user({"id": "a", "roles": [], "tenants": wrong}))  # noqa: B023
        assert found[0].startswith("tenants")


def test_a_password_is_no_part_of_a_user() -> None:
    """Nobody can slip in a hash of their own making."""
    assert problems(
        lambda: parse_user({"id": "a", "roles": [], "password_hash": "$argon2id$x"})
    ) == ["password"]
    assert problems(lambda: parse_user({"id": "a", "roles": [], "password": "x" * 20})) == [
        "password"
    ]


def test_every_problem_of_a_user() -> None:
    """All at once."""
    wrong = {"id": "a b", "roles": ["x/y", 1, "r", "r"], "disabled": "no", "description": 7}
    assert problems(lambda: parse_user(wrong)) == [
        "id",
        "roles.1",
        "roles.0",
        "roles",
        "disabled",
        "description",
    ]


def test_a_role() -> None:
    """What a claim does not say is everything."""
    role = parse_role({"id": "r", "claims": [CLAIM, {"scope": "*", "actions": ["*"]}]})
    assert role.claims == (
        Claim(scope="devices", actions=("read",), specific=("d1",), fields=("options.a",)),
        Claim(scope="*", actions=("*",), specific=("*",), fields=("*",)),
    )
    assert to_dict(role)["claims"][0] == CLAIM


def test_every_problem_of_claims() -> None:
    """Each with its path."""
    claims = [
        7,
        {"scope": "De vices", "actions": ["read"]},
        {"scope": "devices", "actions": []},
        {"scope": "devices", "actions": ["*", "read"], "specific": ["../x"], "fields": ["a..b"]},
        {"scope": "devices", "actions": "read", "deny": True},
    ]
    assert problems(lambda: parse_role({"id": "r", "claims": claims})) == [
        "claims.0",
        "claims.1.scope",
        "claims.2.actions",
        "claims.3.actions",
        "claims.3.specific.0",
        "claims.3.fields.0",
        "claims.4.deny",
        "claims.4.actions",
    ]


def test_a_role_has_a_bound() -> None:
    """Nobody can make deciding slow."""
    assert problems(lambda: parse_role({"id": "r", "claims": [CLAIM] * 257})) == ["claims"]
    many = {**CLAIM, "specific": ["d"] * 1025}
    assert problems(lambda: parse_role({"id": "r", "claims": [many]})) == ["claims.0.specific"]


def test_a_token_wish() -> None:
    """Empty is the usual; no claims and an empty list of claims are not the same."""
    assert parse_token_wish({}, 3600).claims is None
    wish = parse_token_wish({"seconds": 60, "claims": [], "description": "ci"}, 3600)
    assert (wish.seconds, wish.claims, wish.description) == (60, (), "ci")


def test_every_problem_of_a_token_wish() -> None:
    """A life out of bounds, and keys that mean nothing: a client believes they do."""
    wrong = {"seconds": 3601, "claims": [1], "subject": "root"}
    assert problems(lambda: parse_token_wish(wrong, 3600)) == ["seconds", "claims.0", "subject"]
    assert problems(lambda: parse_token_wish({"seconds": True}, 3600)) == ["seconds"]


@pytest.mark.parametrize("password", ["short", "", "x" * 1025, None, 7])
def test_passwords_that_are_refused(password: Any) -> None:
    """Too short, too long, no text; the message never repeats it."""
    with pytest.raises(Invalid) as caught:
        parse_password({"password": password})
    assert "short" not in str(caught.value).replace("too short", "")


def test_a_password() -> None:
    """Length is the only rule."""
    assert parse_password({"password": "          "}) == " " * 10


@given(json_values)
def test_whatever_is_sent_is_a_document_or_invalid(value: Any) -> None:
    """No JSON object makes a parser raise anything else."""
    if not isinstance(value, dict):
        return
    for parse in (
        parse_user,
        parse_role,
        lambda each: parse_token_wish(each, 3600),
        parse_password,
    ):
        with contextlib.suppress(Invalid):
            parse(value)


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (USERS, User(id="a", roles=("r",), password_hash="$argon2id$", disabled=True)),
        (ROLES, Role(id="r", claims=(Claim(scope="s", actions=("a",)),))),
        (TOKENS, Token(id="t", subject="a", claims=(), expiry=1.5, once=True, digest="ab")),
        (TOKENS, Token(id="t", subject="a", claims=(Claim(scope="s", actions=("a",)),))),
        (
            AUDIT,
            AuditLine(id="1", at=1.0, action="update", collection="c", document_id="d", who="a"),
        ),
    ],
)
def test_what_is_kept_is_read_again(kind: Kind, document: Document) -> None:
    """The JSON text of each kind is the document, the empty and the absent list of claims told apart."""
    assert msgspec.json.decode(kind.encode(document), type=kind.type) == document
