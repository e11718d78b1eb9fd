"""Subnets, reservations, leases and boot rules: what stands beside them decides, too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.application.changing import Changes
from provd.application.dhcp_documents import make_dhcp_documents
from provd.application.errors import BuiltIn, InUse
from provd.application.grades import Grades
from provd.application.receipts import Receipts
from provd.application.slices import Slices
from provd.documents import KINDS, Document, Query
from provd.documents.dhcp import (
    LEASES,
    SHIPPED_BOOT_RULES,
    TENURES,
    LeaseState,
    Tenure,
    client_key,
)
from provd.leases import Leases
from provd.store import MemoryStore
from provd.testing.access import settle
from provd.testing.at_once import ANYBODY, AtOnce
from provd.testing.dhcp import MAC, a_lease
from provd.values import Invalid, KeyClaimed, Link, NoSuchDocument, RevisionConflict

LAN = {"network": "192.0.2.0/24", "pools": [{"first": "192.0.2.10", "last": "192.0.2.99"}]}
PRINTER = {"address": "192.0.2.5", "strategy": "mac", "token": MAC}
OTHER = "00:00:5e:00:53:02"
NOW = 2000
USED = ("live", "over", "free", "short")


class DhcpDocumentsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(NOW)
        self.store = MemoryStore(KINDS, self.clock)
        self.slices = Slices(self.clock)
        ids = count(1)
        self.links: tuple[Link, ...] = ()
        self.made = make_dhcp_documents(
            self.store,
            self.slices,
            Grades(self.store),
            lambda: f"id{next(ids)}",
            self.clock.seconds,
            lambda: self.links,
        )
        self.subnets = AtOnce(self.made.subnets, self.store)
        self.reservations = AtOnce(self.made.reservations, self.store)
        self.leases = AtOnce(self.made.leases, self.store)
        self.boot_rules = AtOnce(self.made.boot_rules, self.store)

    def subnet(self, name: str, **given: Any) -> Any:
        """A subnet created, as it is shown."""
        return settle(self.subnets.create({"id": name, **LAN, **given}, "test"))

    def reservation(self, **given: Any) -> Any:
        """A reservation created, as it is shown."""
        return settle(self.reservations.create({**PRINTER, **given}, "test"))

    def keep(self, collection: str, *documents: Document) -> None:
        """Documents put into the store as a server does."""
        draft = self.store.draft("inquiry")
        for document in documents:
            draft.put(collection, document)
        self.successResultOf(self.store.commit(draft))

    def problems(self, outcome: Any) -> list[str]:
        """The paths of the problems of what was refused."""
        self.assertIsInstance(outcome, Invalid)
        return [problem.path for problem in outcome.problems]

    def ids(self, listed: Any) -> list[str]:
        """The ids in a list."""
        return [each["id"] for each in settle(listed).items]

    # Subnets.

    def test_a_subnet_is_created_shown_and_changed(self) -> None:
        """With all that it did not say, and with its grades."""
        made = self.subnet("lan")
        self.assertEqual(
            ("serve", 3600, True), (made["mode"], made["lease_time"], made["available"])
        )
        changed = settle(self.subnets.patch("lan", {"lease_time": 600}, "test"))
        self.assertEqual(600, changed["lease_time"])
        self.assertEqual(changed, settle(self.subnets.get("lan")))

    def test_what_was_shown_can_be_sent_back(self) -> None:
        """It changes nothing."""
        made = self.subnet("lan", options=[{"code": "router", "value": "192.0.2.1"}])
        again = settle(self.subnets.replace("lan", made, "test"))
        self.assertEqual(made, again)

    def test_no_two_subnets_overlap(self) -> None:
        """Neither inside another, nor around it, nor at the same place."""
        self.subnet("lan")
        for network in ("192.0.2.0/25", "192.0.0.0/16", "192.0.2.0/24"):
            refused = self.subnet("other", network=network, pools=[], mode="proxy")
            self.assertEqual(["network"], self.problems(refused), network)
        self.assertEqual(
            "next", self.subnet("next", network="192.0.3.0/24", pools=[], mode="off")["id"]
        )

    def test_no_two_subnets_of_one_call_overlap(self) -> None:
        """What is proposed on the same draft counts, and what it takes away does not."""
        self.subnet("old")
        changes = Changes(self.store, self.slices, Receipts(self.store, self.clock.seconds))
        both = [
            self.made.subnets.deleting("old", ANYBODY),
            self.made.subnets.creating({"id": "a", **LAN}, ANYBODY),
        ]
        self.assertIsNone(settle(changes.make_all(both, "test")))
        third = self.made.subnets.creating({"id": "b", **LAN}, ANYBODY)
        draft = self.store.draft("test")
        self.made.subnets.deleting("a", ANYBODY).propose(draft)
        third.propose(draft)
        with self.assertRaises(Invalid):
            self.made.subnets.creating({"id": "c", **LAN}, ANYBODY).propose(draft)

    def test_a_rule_holds_when_the_change_is_kept(self) -> None:
        """Who was found to overlap nothing is asked again if a subnet came in between."""
        draft = self.store.draft("test")
        self.made.subnets.creating({"id": "slow", **LAN}, ANYBODY).propose(draft)
        self.subnet("quick")
        self.failureResultOf(self.store.commit(draft), RevisionConflict)

    def test_network_and_strategies_never_change(self) -> None:
        """Addresses and tokens were given by them; each is refused by its name."""
        self.subnet("lan")
        patch = {"network": "192.0.2.0/25", "strategies": ["client-id"]}
        refused = settle(self.subnets.patch("lan", patch, "test"))
        self.assertEqual(["network", "strategies"], self.problems(refused))
        self.assertIn("is never changed", str(refused))

    def test_an_option_that_is_to_be_a_template_must_be_one(self) -> None:
        """Found out before it is kept, not when a client asks."""
        options = [{"code": 67, "value": "{{ x", "template": True}]
        self.assertEqual(["options.0.value"], self.problems(self.subnet("lan", options=options)))

    def test_a_subnet_with_reservations_or_live_leases_stays(self) -> None:
        """And whoever would delete it is told which they are."""
        self.subnet("lan")
        made = self.reservation(subnet="lan")
        self.keep(LEASES.name, a_lease(until=NOW + 1))
        refused = settle(self.subnets.delete("lan", "test"))
        self.assertIsInstance(refused, InUse)
        self.assertEqual((f"reservations/{made['id']}", "leases/192.0.2.10"), refused.users)
        self.assertIsNone(settle(self.reservations.delete(made["id"], "test")))
        self.assertIsInstance(settle(self.subnets.delete("lan", "test")), InUse)
        self.clock.advance(1)
        self.assertIsNone(settle(self.subnets.delete("lan", "test")))

    def test_of_many_that_hold_a_subnet_some_are_named(self) -> None:
        """However many there are, the answer is short."""
        self.subnet("lan")
        for last in range(20, 40):
            self.keep(LEASES.name, a_lease(f"192.0.2.{last}", until=NOW + 1))
        refused = settle(self.subnets.delete("lan", "test"))
        self.assertEqual((8, True), (len(refused.users), refused.more))
        self.assertIn("and others", str(refused))

    def test_no_subnet_makes_a_reservation_its_broadcast_address(self) -> None:
        """What was outside every subnet could not be a host's any more."""
        mask = [{"code": 1, "value": "255.255.255.0"}]
        self.reservation(address="192.0.2.127", options=mask)
        refused = self.subnet("lan", network="192.0.2.0/25")
        self.assertEqual(["network"], self.problems(refused))

    # Reservations.

    def test_a_reservation_lies_in_its_subnet(self) -> None:
        """Which must be there, and have the address as a host's."""
        self.subnet("lan")
        self.assertEqual(["subnet"], self.problems(self.reservation(subnet="other")))
        self.assertEqual(
            ["address"], self.problems(self.reservation(subnet="lan", address="192.0.3.5"))
        )
        for end in ("192.0.2.0", "192.0.2.255"):
            self.assertEqual(["address"], self.problems(self.reservation(address=end)))
        self.assertEqual("lan", self.reservation(subnet="lan")["subnet"])

    def test_outside_every_subnet_a_reservation_says_its_mask(self) -> None:
        """Nobody else could."""
        self.assertEqual(["options"], self.problems(self.reservation()))
        mask = [{"code": "subnet-mask", "value": "255.255.255.0"}]
        self.assertTrue(self.reservation(options=mask)["available"])

    def test_an_address_is_reserved_once(self) -> None:
        """Whoever comes second is told by whom."""
        self.subnet("lan")
        made = self.reservation()
        refused = self.reservation(token=OTHER)
        self.assertIsInstance(refused, KeyClaimed)
        self.assertEqual(("address", made["id"]), (refused.field, refused.holder))

    def test_a_client_has_one_reservation_wherever_it_appears(self) -> None:
        """One in each subnet, or one everywhere, and never both."""
        self.subnet("lan")
        self.subnet("wan", network="192.0.3.0/24", pools=[], mode="reserved")
        self.reservation(id="lan", subnet="lan")
        self.reservation(id="wan", subnet="wan", address="192.0.3.5")
        for more in ({"subnet": "lan"}, {}):
            refused = self.reservation(address="192.0.2.6", **more)
            self.assertIsInstance(refused, KeyClaimed)
            self.assertEqual("token", refused.field)
        self.reservation(id="free", token=OTHER, address="192.0.2.7")
        refused = self.reservation(token=OTHER, subnet="wan", address="192.0.3.7")
        self.assertEqual("free", refused.holder)

    def test_whose_a_reservation_is_never_changes(self) -> None:
        """Its address may; each that may not is refused by its name."""
        self.subnet("lan")
        made = self.reservation()
        patch = {"strategy": "client-id", "token": "00", "subnet": "lan"}
        refused = settle(self.reservations.patch(made["id"], patch, "test"))
        self.assertEqual(["strategy", "token", "subnet"], self.problems(refused))
        moved = settle(self.reservations.patch(made["id"], {"address": "192.0.2.6"}, "test"))
        self.assertEqual("192.0.2.6", moved["address"])

    def test_another_spelling_of_the_token_is_no_change(self) -> None:
        """It is the same client."""
        self.subnet("lan")
        made = self.reservation()
        spelled = settle(
            self.reservations.patch(made["id"], {"token": "00-00-5E-00-53-01"}, "test")
        )
        self.assertEqual(made, spelled)

    def test_a_reservation_says_what_has_become_of_its_subnet(self) -> None:
        """One that can never match tells why."""
        self.subnet("lan", strategies=["client-id"])
        made = self.reservation()
        self.assertIn("knows clients by client-id, not by mac", made["errors"][0])
        self.assertIsNone(settle(self.subnets.delete("lan", "test")))
        [error] = settle(self.reservations.get(made["id"]))["errors"]
        self.assertIn("it says no mask", error)

    def test_a_subnet_tells_how_full_it_is(self) -> None:
        """As policy counts it now; what is sent back of it is nobody's word."""
        leases = Leases(self.store, NOW)
        self.addCleanup(leases.close)
        documents = make_dhcp_documents(
            self.store,
            self.slices,
            Grades(self.store),
            lambda: "id",
            self.clock.seconds,
            usage=leases.utilisation,
        )
        subnets = AtOnce(documents.subnets, self.store)
        settle(subnets.create({"id": "lan", **LAN}, "test"))
        self.keep(LEASES.name, a_lease(until=NOW + 100), a_lease("192.0.2.11", OTHER, until=1))
        shown = settle(subnets.get("lan"))
        [pool] = shown["usage"]
        self.assertEqual(("192.0.2.10", "192.0.2.99", 90), tuple(pool.values())[:3])
        self.assertEqual((1, 1, 88, False), tuple(pool[key] for key in USED))
        changed = settle(subnets.replace("lan", {**shown, "usage": [], "lease_time": 600}, "test"))
        self.assertEqual((600, shown["usage"]), (changed["lease_time"], changed["usage"]))

    # Leases and their history.

    def test_a_lease_is_shown_with_what_is_computed_of_it(self) -> None:
        """And is found by it."""
        self.keep(LEASES.name, a_lease(until=NOW + 1), a_lease("192.0.2.11", OTHER, until=NOW))
        shown = settle(self.leases.get("192.0.2.10"))
        self.assertEqual(("mac", MAC, True), (shown["strategy"], shown["token"], shown["live"]))
        self.assertNotIn("validated", shown)
        self.assertEqual(
            ["192.0.2.11"], self.ids(self.leases.list(Query(selector={"live": False})))
        )
        self.assertEqual(["192.0.2.10"], self.ids(self.leases.list(Query(selector={"token": MAC}))))

    def test_a_released_address_is_free_and_its_clients_time_over(self) -> None:
        """Both are written at once; a second release changes nothing."""
        self.keep(TENURES.name, self.tenure())
        self.keep(LEASES.name, a_lease(until=NOW + 100, tenure="t"))
        shown = settle(self.made.leases.release("192.0.2.10", "test"))
        self.assertEqual(("released", NOW, False), (shown["state"], shown["until"], shown["live"]))
        self.assertEqual(NOW, settle(self.made.tenures.get("t"))["ended"])
        self.clock.advance(10)
        again = settle(self.made.leases.release("192.0.2.10", "test"))
        self.assertEqual(shown, again)
        outcome = settle(self.made.leases.release("192.0.2.77", "test"))
        self.assertIsInstance(outcome, NoSuchDocument)

    def test_an_address_that_rests_is_released_too(self) -> None:
        """Its quarantine is over before its time."""
        self.keep(LEASES.name, a_lease(key="", mac="", state=LeaseState.DECLINED, until=NOW + 100))
        shown = settle(self.made.leases.release("192.0.2.10", "test"))
        self.assertEqual("released", shown["state"])

    def test_with_a_lease_its_clients_time_ends(self) -> None:
        """At the time when the lease was over, if it was."""
        self.keep(TENURES.name, self.tenure())
        self.keep(LEASES.name, a_lease(until=NOW - 100, tenure="t"))
        self.assertIsNone(settle(self.leases.delete("192.0.2.10", "test")))
        self.assertIsNone(self.store.get(LEASES.name, "192.0.2.10"))
        self.assertEqual(NOW - 100, settle(self.made.tenures.get("t"))["ended"])

    def test_history_is_found_by_what_people_ask(self) -> None:
        """Who had an address, where a client was, and by its token."""
        self.keep(TENURES.name, self.tenure(), self.tenure("u", address="192.0.2.11", mac=OTHER))
        for selector, found in (
            ({"address": "192.0.2.11"}, ["u"]),
            ({"mac": MAC}, ["t"]),
            ({"token": OTHER}, ["u"]),
            ({"strategy": "mac", "began": {"$le": 1000}}, ["t", "u"]),
        ):
            listed = self.made.tenures.list(Query(selector=selector))
            self.assertEqual(found, self.ids(listed), selector)

    def tenure(self, tenure_id: str = "t", **fields: Any) -> Tenure:
        """A client's time with 192.0.2.10 since 1000."""
        mac = fields.get("mac", MAC)
        usual = {"address": "192.0.2.10", "key": client_key("mac", mac), "mac": mac, "began": 1000}
        return Tenure(id=tenure_id, **{**usual, **fields})

    # Boot rules.

    def test_shipped_rules_are_listed_with_a_sites_own(self) -> None:
        """And found by what they say."""
        settle(self.boot_rules.create({"id": "lab", "file": "x.efi"}, "test"))
        listed = self.ids(self.boot_rules.list(Query()))
        self.assertEqual([*SHIPPED_BOOT_RULES, "lab"], listed)
        found = self.ids(self.boot_rules.list(Query(selector={"file": "lpxelinux.0"})))
        self.assertEqual(["shipped-pxe-bios"], found)
        shown = settle(self.boot_rules.get("shipped-pxe-bios"))
        self.assertEqual({"vendor_class": "PXEClient", "arch": [0]}, shown["when"])

    def test_shipped_rules_are_changed_by_nobody(self) -> None:
        """A site's own come before them, by their order."""
        for change in (
            self.boot_rules.delete("shipped-pxe-bios", "test"),
            self.boot_rules.patch("shipped-pxe-bios", {"file": "x"}, "test"),
            self.boot_rules.create({"id": "shipped-pxe-bios"}, "test"),
        ):
            self.assertIsInstance(settle(change), BuiltIn)

    def test_a_rule_about_a_subnet_that_is_not_there_says_so(self) -> None:
        """It is about nobody until the subnet is made."""
        made = settle(self.boot_rules.create({"id": "lab", "when": {"subnet": "lan"}}, "test"))
        self.assertFalse(made["available"])
        self.subnet("lan")
        self.assertTrue(settle(self.boot_rules.get("lab"))["available"])

    # Interfaces.

    def proposals(self, *addresses: str, **fields: Any) -> Sequence[Any]:
        """The subnets proposed for an interface with these addresses."""
        self.links = (Link(index=2, name="eth0.7", addresses=addresses, **fields),)
        [shown] = self.made.interfaces.list()
        found: Sequence[Any] = shown["proposals"]
        return found

    def test_interfaces_are_shown_as_the_kernel_has_them(self) -> None:
        """In its order."""
        self.links = (Link(index=3, name="b"), Link(index=1, name="a", mac=MAC, up=False))
        first, second = self.made.interfaces.list()
        self.assertEqual(("a", MAC, False), (first["name"], first["mac"], first["up"]))
        self.assertEqual("b", second["name"])

    def test_a_subnet_is_proposed_for_each_network_that_none_serves(self) -> None:
        """With every address but our own; and what is proposed can be created as it is."""
        [proposal] = self.proposals("192.0.2.1/24", "2001:db8::1/64", "169.254.0.1/16")
        self.assertEqual(
            {
                "id": "eth0-7-192.0.2.0",
                "network": "192.0.2.0/24",
                "pools": [{"first": "192.0.2.2", "last": "192.0.2.254"}],
            },
            proposal,
        )
        self.assertEqual("eth0-7-192.0.2.0", settle(self.subnets.create(proposal, "test"))["id"])
        self.assertEqual([], self.proposals("192.0.2.1/24"))

    def test_pools_leave_our_own_address_out(self) -> None:
        """Wherever it is in its network."""
        [proposal] = self.proposals("192.0.2.9/28")
        bounds = [(each["first"], each["last"]) for each in proposal["pools"]]
        self.assertEqual([("192.0.2.1", "192.0.2.8"), ("192.0.2.10", "192.0.2.14")], bounds)

    def test_no_subnet_is_proposed_where_nobody_broadcasts(self) -> None:
        """A tunnel has no DHCP, and a link between routers no clients."""
        self.assertEqual([], self.proposals("192.0.2.1/24", broadcast=False))
        self.assertEqual([], self.proposals("192.0.2.0/31"))
