"""The first start: a token that lets a first superuser in, once."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.access import (
    ONCE,
    AccessSettings,
    NotAuthenticated,
    Principal,
)
from provd.application.tokens import FIRST_LIFE
from provd.testing.access import (
    PASSWORD,
    administration,
    keep,
    outcome,
    presented,
    settle,
    store_of,
    user,
)
from provd.values import Identity, Invalid

RIGHTS = frozenset(
    {(scope, action) for scope in ("devices", "users", "roles") for action in ("read", "update")}
    | {("self", "read"), ("users", "password")}
)
CAUSE = "api-1 by ann from 192.0.2.7"
READ_DEVICES = {"scope": "devices", "actions": ["read"]}


class FirstStart(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.store = store_of(self.clock)
        self.made = administration(self.store, self.clock, RIGHTS)

    def exchange(self, text: str) -> Any:
        """A token for a token."""
        found = outcome(
            lambda: self.made.gate.authenticate(presented(f"Bearer {text}", exchange=True))
        )
        if not isinstance(found, Principal):
            return found
        return settle(self.made.tokens.issue({}, found, CAUSE))

    def test_the_token_of_the_first_start_is_exchanged_once(self) -> None:
        """For one of a superuser; then it is worth nothing."""
        self.assertTrue(self.made.tokens.needs_first())
        text = settle(self.made.tokens.issue_first())
        self.assertTrue(text.startswith(ONCE))
        self.assertGreater(len(text), len(ONCE) + 40)
        issued = self.exchange(text)
        self.assertEqual("admin", issued["subject"])
        self.assertIsInstance(self.exchange(text), NotAuthenticated)
        entered = outcome(
            lambda: self.made.gate.authenticate(presented(f"Bearer {issued['token']}"))
        )
        self.assertTrue(entered.permits(("users", "update")))

    def test_it_is_kept_nowhere_in_clear(self) -> None:
        """Whoever reads the store cannot use it."""
        text = settle(self.made.tokens.issue_first())
        [kept] = self.store.collection("tokens")
        self.assertNotIn(text.removeprefix(ONCE), repr(kept))

    def test_it_expires(self) -> None:
        """And then the next start makes another."""
        text = settle(self.made.tokens.issue_first())
        self.assertFalse(self.made.tokens.needs_first())
        self.clock.advance(FIRST_LIFE)
        self.assertIsInstance(self.exchange(text), NotAuthenticated)
        self.assertTrue(self.made.tokens.needs_first())

    def test_it_is_not_needed_where_a_superuser_is_known_otherwise(self) -> None:
        """By a certificate, an address, an issuer: else every start would write a key to the house."""
        keep(self.store, users=[user("root", "superuser", password="")])
        for settings, needed in (
            (AccessSettings(), True),
            (AccessSettings(client_ca="/etc/ca.pem"), False),
            (AccessSettings(whitelist={"192.0.2.1": "root"}), False),
        ):
            made = administration(self.store, self.clock, RIGHTS, settings)
            self.assertEqual(needed, made.tokens.needs_first())
        root = self.store.get("users", "root")
        draft = self.store.draft("test")
        draft.delete("users", root.id)
        self.store.commit(draft)
        made = administration(
            self.store, self.clock, RIGHTS, AccessSettings(ident=("192.0.2.0/24",))
        )
        self.assertTrue(made.tokens.needs_first())

    def test_a_token_of_nobody_lets_nobody_in(self) -> None:
        """Its user has gone, or is disabled: else no start would write another until it is over."""
        self.exchange(settle(self.made.tokens.issue_first()))
        self.assertFalse(self.made.tokens.needs_first())
        admin = self.store.get("users", "admin")
        keep(self.store, users=[replace(admin, disabled=True)])
        self.assertTrue(self.made.tokens.needs_first())
        draft = self.store.draft("test")
        draft.delete("users", "admin")
        self.store.commit(draft)
        self.assertTrue(self.made.tokens.needs_first())

    def test_it_is_needed_no_more_once_somebody_has_a_password(self) -> None:
        """There is no second way in."""
        settle(self.made.tokens.issue_first())
        everybody = self.made.gate.everybody()
        settle(self.made.users.set_password("admin", {"password": PASSWORD}, everybody, CAUSE))
        self.clock.advance(FIRST_LIFE)
        self.assertFalse(self.made.tokens.needs_first())


@pytest.mark.parametrize("seconds", [59, 601])
def test_a_life_out_of_bounds_is_refused(seconds: int) -> None:
    """The longest is what the settings say."""
    clock = Clock()
    store = store_of(clock, users=[user("ann", password="")])
    made = administration(store, clock, RIGHTS, AccessSettings(longest_token_seconds=600))
    by = made.gate.principal(Identity(user="ann", provider="password"))
    assert isinstance(settle(made.tokens.issue({"seconds": seconds}, by, CAUSE)), Invalid)
