"""Deciding by claims: what is not granted is denied, and nobody grants more than they have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.access import BUILT_IN, OWN, Permits, covers, for_device, for_plugin, permits
from provd.documents import Claim

RIGHTS = frozenset(
    {
        ("devices", "read"),
        ("devices", "update"),
        ("configs", "read"),
        ("configs", "reveal"),
        ("users", "update"),
        ("self", "read"),
    }
)
READ, UPDATE = ("devices", "read"), ("devices", "update")


def claim(scope: str = "devices", *actions: str, **more: tuple[str, ...]) -> Claim:
    """One claim, on everything unless said otherwise."""
    return Claim(scope=scope, actions=actions or ("*",), **more)


names = st.sampled_from(["*", "d1", "d2"])
lists = st.one_of(
    st.just(("*",)), st.lists(st.sampled_from(["d1", "d2"]), min_size=1, max_size=2).map(tuple)
)
field_lists = st.one_of(
    st.just(("*",)), st.lists(st.sampled_from(["a", "a.b", "c"]), min_size=1, max_size=2).map(tuple)
)
claims = st.builds(
    Claim,
    scope=st.sampled_from(["*", "devices", "configs", "users", "nonsense"]),
    actions=st.one_of(
        st.just(("*",)),
        st.lists(st.sampled_from(["read", "update", "fly"]), min_size=1, max_size=2).map(tuple),
    ),
    specific=lists,
    fields=field_lists,
)
some_claims = st.lists(claims, max_size=4)


@pytest.mark.parametrize(
    "right", [("devices", "fly"), ("planes", "read"), ("", ""), ("*", "*"), ("devices", "*")]
)
def test_what_the_api_has_not_is_denied(right: tuple[str, str]) -> None:
    """Even to whoever may do everything."""
    assert not permits([claim("*")], RIGHTS, right)


def test_without_claims_everything_is_denied() -> None:
    """There is no right by default."""
    assert not any(permits([], RIGHTS, right) for right in RIGHTS)


def test_a_claim_grants_its_own_actions_only() -> None:
    """Reading is not changing, a device is not a config."""
    granted = [right for right in RIGHTS if permits([claim("devices", "read")], RIGHTS, right)]
    assert granted == [READ]


def test_a_claim_on_some_documents() -> None:
    """It says nothing of the others, and lists are limited to them."""
    compiled = Permits([claim("devices", "read", specific=("d1",))], RIGHTS)
    assert compiled.permits(READ, "d1")
    assert not compiled.permits(READ, "d2")
    assert compiled.permits(READ)
    assert compiled.only(READ) == {"d1"}
    assert not compiled.permits_everything(READ)


def test_claims_add_up() -> None:
    """One grants one document, another one more, a third all."""
    two = [claim("devices", "read", specific=(each,)) for each in ("d1", "d2")]
    assert Permits(two, RIGHTS).only(READ) == {"d1", "d2"}
    assert Permits([*two, claim()], RIGHTS).only(READ) is None


def test_a_claim_on_some_fields() -> None:
    """A field includes what is below it, and a name that begins like it is another."""
    compiled = Permits([claim("devices", "update", fields=("options.a", "description"))], RIGHTS)
    assert compiled.permits(UPDATE, "d1", ["options.a", "options.a.b", "description"])
    assert not compiled.permits(UPDATE, "d1", ["options"])
    assert not compiled.permits(UPDATE, "d1", ["options.ab"])
    assert not compiled.permits(UPDATE, "d1", ["description", "mac"])
    assert not compiled.permits_everything(UPDATE, "d1")


def test_fields_are_those_of_the_document() -> None:
    """A field that may change on one device may not on another."""
    compiled = Permits(
        [
            claim("devices", "update", specific=("d1",), fields=("a",)),
            claim("devices", "update", specific=("d2",), fields=("b",)),
        ],
        RIGHTS,
    )
    assert compiled.permits(UPDATE, "d1", ["a"])
    assert not compiled.permits(UPDATE, "d1", ["b"])
    assert not compiled.permits(UPDATE, "d2", ["a"])


@given(some_claims, some_claims, st.sampled_from(sorted(RIGHTS)), st.sampled_from(["", "d1", "d3"]))
def test_more_claims_never_take_away(
    some: list[Claim], more: list[Claim], right: tuple[str, str], document_id: str
) -> None:
    """Nothing forbids."""
    if permits(some, RIGHTS, right, document_id, ["a.b"]):
        assert permits([*some, *more], RIGHTS, right, document_id, ["a.b"])


@given(
    some_claims,
    some_claims,
    st.sampled_from(sorted(RIGHTS)),
    st.sampled_from(["", "d1", "d2", "d3"]),
    st.sampled_from([(), ("a",), ("a.b", "c"), ("z",)]),
)
def test_whoever_covers_claims_can_do_what_they_allow(
    held: list[Claim],
    wanted: list[Claim],
    right: tuple[str, str],
    document_id: str,
    fields: tuple[str, ...],
) -> None:
    """Handing out claims that are covered never makes anybody mightier than the giver."""
    if covers([Permits(held, RIGHTS)], wanted, RIGHTS) and permits(
        wanted, RIGHTS, right, document_id, fields
    ):
        assert permits(held, RIGHTS, right, document_id, fields)


@given(some_claims)
def test_everybody_covers_less_than_everything(wanted: list[Claim]) -> None:
    """A superuser may hand out whatever there is; who has nothing, only what grants nothing."""
    superuser = Permits(BUILT_IN["superuser"].claims, RIGHTS)
    assert covers([superuser], wanted, RIGHTS)
    if covers([Permits([], RIGHTS)], wanted, RIGHTS):
        assert not Permits(wanted, RIGHTS).rights()


def test_a_token_covers_no_more_than_its_claims() -> None:
    """Each layer must cover: a limited token of a superuser hands out what the token may."""
    user = Permits(BUILT_IN["superuser"].claims, RIGHTS)
    token = Permits([claim("devices", "read")], RIGHTS)
    assert covers([user, token], [claim("devices", "read")], RIGHTS)
    assert not covers([user, token], [claim("devices", "update")], RIGHTS)


def test_built_in_roles() -> None:
    """What a viewer may an operator may, and what an operator may a superuser may; secrets are for neither."""
    viewer, operator, superuser = (
        Permits(BUILT_IN[each].claims, RIGHTS).rights()
        for each in ("viewer", "operator", "superuser")
    )
    assert viewer < operator < superuser == RIGHTS
    assert ("configs", "reveal") not in operator
    assert ("users", "update") not in operator
    assert Permits(OWN, RIGHTS).rights() == {("self", "read")}


def test_least_privilege() -> None:
    """A device sees itself and nothing else; so does software around a plugin see its plugin."""
    device = Permits(for_device("d1"), RIGHTS)
    assert device.rights() == {READ}
    assert device.only(READ) == {"d1"}
    plugin = Permits(for_plugin("p"), RIGHTS | {("plugins", "read"), ("plugins", "reload")})
    assert plugin.rights() == {("plugins", "read")}
