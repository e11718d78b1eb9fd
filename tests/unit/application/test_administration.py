"""Users, roles and tokens: nobody hands out, or takes over, more than they have."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.access import (
    Forbidden,
    NotAuthenticated,
    Principal,
)
from provd.application.errors import AlreadyThere, BuiltIn, PreconditionFailed, TooManyTokens
from provd.application.precondition import ABSENT, Precondition
from provd.application.tokens import MOST
from provd.documents import Claim, Query, Role
from provd.testing.access import (
    PASSWORD,
    administration,
    basic,
    outcome,
    presented,
    settle,
    store_of,
    user,
)
from provd.testing.at_once import AtOnce
from provd.values import Identity, Invalid, NoSuchDocument

RIGHTS = frozenset(
    {(scope, action) for scope in ("devices", "users", "roles") for action in ("read", "update")}
    | {("self", "read"), ("users", "password")}
)
CAUSE = "api-1 by ann from 192.0.2.7"
READ_DEVICES = {"scope": "devices", "actions": ["read"]}


class AdministrationTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.store = store_of(
            self.clock,
            users=[
                user("root", "superuser"),
                user("clerk", "clerk"),
                user("eve", "reader"),
                user("none", password=""),
            ],
            roles=[
                Role(id="clerk", claims=(Claim(scope="users", actions=("*",)),)),
                Role(id="reader", claims=(Claim(scope="devices", actions=("read",)),)),
            ],
        )
        self.made = administration(self.store, self.clock, RIGHTS)
        self.users = AtOnce(self.made.users, self.made.store)
        self.roles = AtOnce(self.made.roles, self.made.store)

    def by(self, name: str, provider: str = "password", token: str = "") -> Principal:
        """A user as the gate has it."""
        return self.made.gate.principal(Identity(user=name, provider=provider, token=token))

    def items(self, listed: Any) -> list[Any]:
        """What is in a listing."""
        return list(settle(listed).items)

    # Users.

    def test_a_user_is_created_shown_and_changed(self) -> None:
        """Without a password, and never with the hash of one."""
        users, root = self.users, self.by("root")
        made = settle(users.by(root).replace("bob", {"roles": ["reader"]}, CAUSE, ABSENT))
        self.assertEqual((["reader"], False), (made["roles"], made["has_password"]))
        self.assertIsNone(settle(users.set_password("bob", {"password": PASSWORD}, root, CAUSE)))
        changed = settle(users.by(root).patch("bob", {"description": "7th floor"}, CAUSE))
        self.assertTrue(changed["has_password"])
        self.assertNotIn("password_hash", changed)
        found = outcome(lambda: self.made.gate.authenticate(presented(basic("bob"))))
        self.assertEqual("bob", found.user)
        [listed] = self.items(users.list(Query(selector={"id": "bob"})))
        self.assertEqual(changed, listed)

    def test_what_was_shown_can_be_sent_back(self) -> None:
        """It changes nothing, the password least of all."""
        users, root = self.users, self.by("root")
        shown = settle(users.get("eve"))
        self.assertEqual(shown, settle(users.by(root).replace("eve", shown, CAUSE)))
        self.assertIsInstance(
            outcome(lambda: self.made.gate.authenticate(presented(basic("eve")))), Principal
        )

    def test_refusals_of_users(self) -> None:
        """Each by its name."""
        users, root = self.users, self.by("root")
        stale = Precondition(revisions=frozenset({99}))
        for asked, error in (
            (users.get("nobody"), NoSuchDocument),
            (users.by(root).replace("nobody", {"roles": []}, CAUSE), NoSuchDocument),
            (users.by(root).replace("eve", {"roles": []}, CAUSE, ABSENT), AlreadyThere),
            (users.by(root).patch("eve", {"disabled": "x"}, CAUSE), Invalid),
            (users.by(root).patch("eve", {}, CAUSE, stale), PreconditionFailed),
            (users.by(root).delete("nobody", CAUSE), NoSuchDocument),
            (users.set_password("nobody", {"password": PASSWORD}, root, CAUSE), NoSuchDocument),
            (users.set_password("eve", {"password": "short"}, root, CAUSE), Invalid),
        ):
            self.assertIsInstance(settle(asked), error)

    def test_a_user_has_roles_that_there_are(self) -> None:
        """Another would be given to the user by whoever makes one of that name, unawares."""
        users, root = self.users, self.by("root")
        refused = settle(users.by(root).patch("eve", {"roles": ["viewer", "later"]}, CAUSE))
        self.assertEqual([each.path for each in refused.problems], ["roles.1"])
        self.assertNotIn("later", settle(users.get("eve"))["roles"])
        settle(self.roles.by(root).replace("later", {"claims": []}, CAUSE, ABSENT))
        settle(users.by(root).patch("eve", {"roles": ["later"]}, CAUSE))
        settle(self.roles.by(root).delete("later", CAUSE))
        kept = settle(users.by(root).patch("eve", {"disabled": True}, CAUSE))
        self.assertEqual(kept["roles"], ["later"])

    def test_nobody_gives_roles_that_allow_more(self) -> None:
        """Not to others and not to themselves."""
        users, clerk = self.users, self.by("clerk")
        for asked in (
            users.by(clerk).replace("bob", {"roles": ["superuser"]}, CAUSE, ABSENT),
            users.by(clerk).replace("bob", {"roles": ["reader"]}, CAUSE, ABSENT),
            users.by(clerk).patch("clerk", {"roles": ["clerk", "superuser"]}, CAUSE),
        ):
            self.assertIsInstance(settle(asked), Forbidden)
        self.assertIsNone(self.store.get("users", "bob"))
        made = settle(users.by(clerk).replace("bob", {"roles": ["clerk"]}, CAUSE, ABSENT))
        self.assertEqual(["clerk"], made["roles"])

    def test_nobody_takes_over_a_mightier_user(self) -> None:
        """By a new password, by taking its roles, or by deleting it."""
        users, clerk = self.users, self.by("clerk")
        for asked in (
            users.set_password("root", {"password": PASSWORD}, clerk, CAUSE),
            users.by(clerk).patch("root", {"roles": []}, CAUSE),
            users.by(clerk).patch("root", {"disabled": True}, CAUSE),
            users.by(clerk).delete("root", CAUSE),
        ):
            self.assertIsInstance(settle(asked), Forbidden)

    def test_nobody_locks_themselves_out(self) -> None:
        """The last superuser stays."""
        users, root = self.users, self.by("root")
        self.assertIsInstance(settle(users.by(root).delete("root", CAUSE)), Forbidden)
        for loss in ({"disabled": True}, {"roles": []}, {"tenants": ["a"]}):
            self.assertIsInstance(
                settle(users.by(root).patch("root", loss, CAUSE)), Forbidden, loss
            )
        for other in ({"description": "x"}, {"roles": ["viewer", "superuser"]}):
            self.assertIsInstance(settle(users.by(root).patch("root", other, CAUSE)), dict, other)

    def test_tokens_go_with_their_user_and_with_the_password(self) -> None:
        """Whoever has the name next has not the tokens of before."""
        users, root = self.users, self.by("root")
        for change in (
            lambda: users.set_password("eve", {"password": PASSWORD}, root, CAUSE),
            lambda: users.by(root).delete("eve", CAUSE),
        ):
            text = settle(self.made.tokens.issue({}, self.by("eve"), CAUSE))["token"]
            self.assertIsInstance(self.enter(text), Principal)
            settle(change())
            self.assertIsInstance(self.enter(text), NotAuthenticated)

    # Roles.

    def test_a_role_is_created_listed_and_deleted(self) -> None:
        """Beside the built-in ones, which come first."""
        roles, root = self.roles, self.by("root")
        made = settle(roles.by(root).replace("r", {"claims": [READ_DEVICES]}, CAUSE, ABSENT))
        self.assertEqual("devices", made["claims"][0]["scope"])
        ids = [role["id"] for role in self.items(roles.list(Query()))]
        self.assertEqual(["superuser", "operator", "viewer"], ids[:3])
        self.assertEqual({"clerk", "reader", "r"}, set(ids[3:]))
        settle(roles.by(root).delete("r", CAUSE))
        self.assertIsInstance(settle(roles.get("r")), NoSuchDocument)

    def test_a_list_of_roles_has_pages(self) -> None:
        """As if the built-in ones were documents; the total is that of all."""
        roles = self.roles
        everything = [role["id"] for role in self.items(roles.list(Query(sort="id")))]
        for skip in range(6):
            for limit in range(1, 7):
                listing = settle(roles.list(Query(sort="id", skip=skip, limit=limit)))
                self.assertEqual(5, listing.total)
                ids = [role["id"] for role in listing.items]
                self.assertEqual(everything[skip : skip + limit], ids, (skip, limit))

    def test_built_in_roles_stay(self) -> None:
        """Whoever asks."""
        roles, root = self.roles, self.by("root")
        for asked in (
            roles.by(root).replace("viewer", {"claims": []}, CAUSE),
            roles.by(root).patch("viewer", {"claims": []}, CAUSE),
            roles.by(root).replace("superuser", {"claims": []}, CAUSE, ABSENT),
            roles.by(root).delete("viewer", CAUSE),
        ):
            self.assertIsInstance(settle(asked), BuiltIn)
        self.assertEqual("viewer", settle(roles.get("viewer"))["id"])

    def test_a_role_names_what_there_is(self) -> None:
        """A mistyped scope would grant nothing, and nobody would know why."""
        claims = [
            {"scope": "device", "actions": ["read"]},
            {"scope": "devices", "actions": ["fly"]},
        ]
        refused = settle(
            self.roles.by(self.by("root")).replace("r", {"claims": claims}, CAUSE, ABSENT)
        )
        self.assertEqual(
            ["claims.0.scope", "claims.1.actions.0"], [each.path for each in refused.problems]
        )

    def test_nobody_makes_or_changes_a_mightier_role(self) -> None:
        """One's own among them."""
        roles, clerk = self.roles, self.by("clerk")
        everything = {"claims": [{"scope": "*", "actions": ["*"]}]}
        for asked in (
            roles.by(clerk).replace("r", everything, CAUSE, ABSENT),
            roles.by(clerk).replace("clerk", everything, CAUSE),
            roles.by(clerk).patch("reader", {"claims": []}, CAUSE),
            roles.by(clerk).delete("reader", CAUSE),
        ):
            self.assertIsInstance(settle(asked), Forbidden)

    # Tokens.

    def enter(self, text: str, *, exchange: bool = False) -> Any:
        """What a token lets one be."""
        shown = presented(f"Bearer {text}", exchange=exchange)
        return outcome(lambda: self.made.gate.authenticate(shown))

    def issue(self, by: Principal, **wish: Any) -> Any:
        """A token, or why there is none."""
        return settle(self.made.tokens.issue(wish, by, CAUSE))

    def test_a_token_is_issued_used_and_revoked(self) -> None:
        """Its text is told once; what is kept and shown has none of it."""
        issued = self.issue(self.by("eve"), seconds=600, description="laptop")
        entered = self.enter(issued["token"])
        self.assertEqual(("eve", issued["id"]), (entered.user, entered.token))
        self.assertTrue(entered.permits(("devices", "read")))
        self.assertEqual(1600.0, issued["expiry"])
        [listed] = self.items(self.made.tokens.of("eve", Query()))
        self.assertNotIn("token", listed)
        settle(self.made.tokens.revoke(issued["id"], CAUSE))
        self.assertIsInstance(self.enter(issued["token"]), NotAuthenticated)
        self.assertTrue(settle(self.made.tokens.get(issued["id"]))["revoked"])

    def test_a_token_is_scoped_down(self) -> None:
        """It does what its claims say, and asking for more than one has is refused."""
        text = self.issue(self.by("root"), claims=[READ_DEVICES])["token"]
        entered = self.enter(text)
        self.assertTrue(entered.permits(("devices", "read")))
        self.assertFalse(entered.permits(("users", "read")))
        more = [{"scope": "users", "actions": ["read"]}]
        self.assertIsInstance(self.issue(self.by("eve"), claims=more), Forbidden)
        wrong = [{"scope": "planes", "actions": ["*"]}]
        self.assertIsInstance(self.issue(self.by("eve"), claims=wrong), Invalid)

    def test_a_token_begets_no_mightier_or_longer_one(self) -> None:
        """Its claims and its end go over to what is issued with it."""
        parent = self.issue(self.by("root"), claims=[READ_DEVICES], seconds=600)
        holder = self.enter(parent["token"])
        child = self.issue(holder, seconds=86400)
        self.assertEqual(parent["expiry"], child["expiry"])
        self.assertFalse(self.enter(child["token"]).permits(("users", "read")))
        more = [{"scope": "users", "actions": ["read"]}]
        self.assertIsInstance(self.issue(holder, claims=more), Forbidden)
        settle(self.made.tokens.revoke(parent["id"], CAUSE))
        self.assertIsInstance(self.issue(holder), NotAuthenticated)

    def test_one_revokes_ones_own_only(self) -> None:
        """Of others' one does not even learn that they exist."""
        theirs = self.issue(self.by("root"))
        refused = settle(self.made.tokens.revoke(theirs["id"], CAUSE, subject="eve"))
        self.assertIsInstance(refused, NoSuchDocument)
        self.assertIsInstance(self.enter(theirs["token"]), Principal)

    def test_revoking_a_users_and_everybodys(self) -> None:
        """At once, and it tells how many there were."""
        texts = [self.issue(self.by(name))["token"] for name in ("eve", "eve", "root")]
        self.assertEqual(2, settle(self.made.tokens.revoke_all(CAUSE, subject="eve")))
        self.assertIsInstance(self.enter(texts[0]), NotAuthenticated)
        self.assertIsInstance(self.enter(texts[2]), Principal)
        self.assertEqual(1, settle(self.made.tokens.revoke_all(CAUSE)))
        self.assertIsInstance(self.enter(texts[2]), NotAuthenticated)

    def test_tokens_of_one_user_are_bounded(self) -> None:
        """Those that are over make room."""
        eve = self.by("eve")
        for _each in range(MOST):
            self.issue(eve, seconds=60)
        self.assertIsInstance(self.issue(eve), TooManyTokens)
        self.clock.advance(61)
        self.assertIn("token", self.issue(eve))
        self.assertEqual(1, len(self.store.collection("tokens")))

    def test_nobody_in_particular_gets_none(self) -> None:
        """A token is somebody's."""
        self.assertIsInstance(self.issue(self.made.gate.everybody()), NotAuthenticated)

    def test_a_change_of_access_is_audited(self) -> None:
        """Who made the user, and who issued the token."""
        settle(self.users.by(self.by("root")).replace("bob", {"roles": []}, CAUSE, ABSENT))
        self.issue(self.by("eve"))
        lines: Any = self.store.collection("audit")
        self.assertEqual(
            {("users", "ann"), ("tokens", "ann")}, {(e.collection, e.who) for e in lines}
        )
