"""A tenant's store: what is not theirs is not there, in no way of asking and by no way of changing."""

from __future__ import annotations

from typing import Any

import msgspec
from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from provd.access import Guesses, NotToBeHad, SiteOwned, TenantStore, TooManyClaims
from provd.access.guesses import EACH, FREE
from provd.contracts import ICollection, IDocumentStore, IDraft
from provd.documents import CONFIGS, DEVICES, STATUSES, Config, Device, Query, Status
from provd.store import MemoryStore
from provd.values import Invalid, NoSuchDocument


def mac(number: int) -> str:
    """One of the documentation's."""
    return f"00:00:5e:00:53:{number:02x}"


class TenancyTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.whole = MemoryStore((DEVICES, CONFIGS, STATUSES), Clock())
        self.keep("devices", Device(id="ours", mac=mac(1), tenant="a", config="mine"))
        self.keep("devices", Device(id="theirs", mac=mac(2), tenant="b"))
        self.keep("devices", Device(id="free", mac=mac(3)))
        self.keep("configs", Config(id="mine", tenant="a", parent_ids=("site",)))
        self.keep("configs", Config(id="hidden", tenant="b"))
        self.keep("configs", Config(id="site"))
        self.keep("configs", Config(id="made", transient=True))
        for each in ("ours", "theirs"):
            self.keep("statuses", Status(id=each, configured=True))
        self.now = 0.0
        self.guesses = Guesses(lambda: self.now)
        self.store = TenantStore(self.whole, frozenset({"a"}), self.guesses)

    def keep(self, collection: str, document: Any) -> None:
        """Put a document there, whosever it is."""
        draft = self.whole.draft("test")
        draft.put(collection, document)
        self.successResultOf(self.whole.commit(draft))

    def change(self, collection: str, document: Any) -> Any:
        """Propose and commit as one of theirs; the failure, where there is one."""
        draft = self.store.draft("test")
        try:
            draft.put(collection, document)
        except (NoSuchDocument, SiteOwned, Invalid, TooManyClaims) as error:
            return error
        done: list[Any] = []
        self.store.commit(draft).addBoth(done.append)
        return getattr(done[0], "value", None)

    def found(self, collection: str, **query: Any) -> list[str]:
        """What a search finds."""
        page = self.successResultOf(self.store.collection(collection).find(Query(**query)))
        self.assertEqual(len(page.documents), page.total)
        return sorted(each.id for each in page.documents)

    def test_it_is_a_store(self) -> None:
        """And what it hands out are a collection and a draft."""
        self.assertTrue(verifyObject(IDocumentStore, self.store))
        self.assertTrue(verifyObject(ICollection, self.store.collection("devices")))
        self.assertTrue(verifyObject(IDraft, self.store.draft("")))

    def test_what_is_there(self) -> None:
        """One's own, and the site's configs; read in whatever way."""
        draft = self.store.draft("")
        for view in (self.store, draft):
            for device_id in ("ours", "theirs", "free"):
                there = view.get("devices", device_id) is not None
                self.assertEqual(device_id == "ours", there, device_id)
            self.assertIsNotNone(view.get("configs", "site"))
            self.assertIsNone(view.get("configs", "hidden"))
            self.assertIsNone(view.get("statuses", "theirs"))
            self.assertIsNotNone(view.get("statuses", "ours"))
            self.assertEqual((), view.by("devices", "mac", mac(2)))
            self.assertEqual((), view.by("devices", "tenant", "b"))
        self.assertIsNone(draft.read("devices", "theirs"))
        collection = self.store.collection("devices")
        self.assertEqual(["ours"], [each.id for each in collection])
        self.assertEqual(1, len(collection))
        self.assertIsNone(collection.get("theirs"))

    def test_searches(self) -> None:
        """Find and count one's own, whatever is asked for."""
        for selector in (
            {},
            {"tenant": "a"},
            {"tenant": {"$in": ["a", "b"]}},
            {"tenant": {"$ne": "b"}},
            {"mac": {"$in": [mac(1), mac(2), mac(3)]}},
        ):
            self.assertEqual(["ours"], self.found("devices", selector=selector), selector)
        for other in (
            {"tenant": "b"},
            {"tenant": {"$in": ["b"]}},
            {"tenant": {"$exists": False}},
            {"id": "theirs"},
            {"mac": mac(2)},
        ):
            self.assertEqual([], self.found("devices", selector=other), other)
        self.assertEqual(["mine"], self.found("configs"))
        self.assertEqual([], self.found("statuses"))

    def test_a_new_document_is_theirs(self) -> None:
        """Whether it says so or not; it cannot be anybody else's."""
        self.assertIsNone(self.change("devices", Device(id="new")))
        self.assertEqual("a", self.whole.get("devices", "new").tenant)
        self.assertIsNone(self.change("configs", Config(id="new", tenant="a")))
        self.assertIsInstance(self.change("devices", Device(id="x", tenant="b")), Invalid)
        self.assertIsNone(self.whole.get("devices", "x"))

    def test_who_has_several_tenants_says_which(self) -> None:
        """Nobody guesses."""
        self.store = TenantStore(self.whole, frozenset({"a", "c"}), self.guesses)
        refused = self.change("devices", Device(id="new"))
        self.assertEqual(["tenant"], [each.path for each in refused.problems])
        self.assertIsNone(self.change("devices", Device(id="new", tenant="c")))

    def test_others_are_not_changed(self) -> None:
        """Neither replaced, nor taken over, nor deleted; the site's neither."""
        for collection, document_id in (
            ("devices", "theirs"),
            ("devices", "free"),
            ("configs", "hidden"),
            ("configs", "site"),
        ):
            kept = self.whole.get(collection, document_id)
            refused = SiteOwned if document_id == "site" else NoSuchDocument
            for tenant in ("a", "", kept.tenant):
                wanted = msgspec.structs.replace(kept, tenant=tenant)
                self.assertIsInstance(self.change(collection, wanted), refused)
            with self.assertRaises(refused):
                self.store.draft("").delete(collection, document_id)
            self.assertIs(kept, self.whole.get(collection, document_id))
        self.assertIsInstance(self.change("statuses", Status(id="theirs")), NoSuchDocument)
        with self.assertRaises(NoSuchDocument):
            self.store.draft("").delete("statuses", "theirs")

    def test_ones_own_is_changed_and_goes(self) -> None:
        """With its status, and the config that was made for it alone."""
        ours = self.whole.get("devices", "ours")
        self.keep("devices", msgspec.structs.replace(ours, config="made"))
        ours = self.whole.get("devices", "ours")
        self.assertIsNone(self.change("devices", msgspec.structs.replace(ours, sn="7")))
        draft = self.store.draft("")
        gone = (("statuses", "ours"), ("devices", "ours"), ("configs", "made"))
        for collection, document_id in gone:
            draft.delete(collection, document_id)
        self.successResultOf(self.store.commit(draft))
        for collection, document_id in gone:
            self.assertIsNone(self.whole.get(collection, document_id))

    def test_what_was_made_for_others_is_not_there(self) -> None:
        """A config of the site that one device has is nobody's to read, refer to or delete beside its owner."""
        self.assertIsNone(self.store.get("configs", "made"))
        with self.assertRaises(NoSuchDocument):
            self.store.draft("").delete("configs", "made")
        self.assertIsInstance(self.change("devices", Device(id="new", config="made")), Invalid)
        self.assertIsNotNone(self.whole.get("configs", "made"))

    def test_what_was_made_for_a_device_goes_with_it_alone(self) -> None:
        """It is not deleted while the device has it, nor when another's device has it too."""
        self.keep("devices", Device(id="had", tenant="a", config="made"))
        with self.assertRaises(SiteOwned):
            self.store.draft("").delete("configs", "made")
        theirs = self.whole.get("devices", "theirs")
        self.keep("devices", msgspec.structs.replace(theirs, config="made"))
        draft = self.store.draft("")
        draft.delete("devices", "had")
        draft.delete("configs", "made")
        self.successResultOf(self.store.commit(draft))
        self.assertIsNone(self.whole.get("devices", "had"))
        self.assertIsNotNone(self.whole.get("configs", "made"))

    def test_a_document_cannot_be_given_away(self) -> None:
        """That would put it into another tenant's list."""
        mine = self.whole.get("configs", "mine")
        self.assertIsInstance(
            self.change("configs", msgspec.structs.replace(mine, tenant="b")), Invalid
        )

    def test_references_lead_to_what_is_there(self) -> None:
        """Else inheriting from it would show it; one that there is not is told alike."""
        for config_id in ("hidden", "nothing"):
            for collection, document in (
                ("configs", Config(id="new", parent_ids=("site", config_id))),
                ("devices", Device(id="new", config=config_id)),
            ):
                refused = self.change(collection, document)
                told = str(refused).replace(config_id, "ID")
                self.assertIn("'ID' is no config that you can see", told)
        self.assertIsNone(self.change("configs", Config(id="new", parent_ids=("site", "mine"))))

    def test_a_reference_that_was_there_stays(self) -> None:
        """What somebody else has set does not keep one from changing something else."""
        self.keep("devices", Device(id="set", tenant="a", config="hidden"))
        kept = self.whole.get("devices", "set")
        self.assertIsNone(self.change("devices", msgspec.structs.replace(kept, sn="7")))

    def test_a_value_that_others_hold_is_not_to_be_had(self) -> None:
        """Nobody learns by whom it is held; of one's own it is told as ever; and the operators hear of it."""
        with capturedLogs() as events:
            refused = self.change("devices", Device(id="new", mac=mac(2)))
        self.assertIsInstance(refused, NotToBeHad)
        self.assertNotIn("theirs", str(refused))
        self.assertNotIn("belongs", str(refused))
        self.assertIn(mac(2), formatEvent(events[-1]))
        self.assertEqual("ours", self.change("devices", Device(id="new", mac=mac(1))).holder)
        draft = self.store.draft("")
        draft.put("devices", Device(id="new", mac=mac(2)))
        self.assertEqual(refused.value, self.store.refusal(draft).value)  # type: ignore[union-attr]  # it is one

    def test_nobody_goes_through_addresses(self) -> None:
        """After a few refusals, rehearsed ones among them, a free address is refused like one that is taken."""
        for at in range(FREE):
            if at % 2:
                self.assertIsInstance(
                    self.change("devices", Device(id="x", mac=mac(2))), NotToBeHad
                )
            else:
                draft = self.store.draft("")
                draft.put("devices", Device(id="x", mac=mac(2)))
                self.assertIsInstance(self.store.refusal(draft), NotToBeHad)
        told = {str(self.change("devices", Device(id="x", mac=mac(each)))) for each in (2, 9)}
        self.assertEqual(1, len(told))
        self.assertIsInstance(self.change("devices", Device(id="x", mac=mac(9))), TooManyClaims)
        self.assertIsNone(self.change("devices", Device(id="plain")))
        ours = self.store.get("devices", "ours")
        self.assertIsNone(self.change("devices", msgspec.structs.replace(ours, sn="7")))
        self.now += EACH
        self.assertIsNone(self.change("devices", Device(id="x", mac=mac(9))))
        self.assertIsInstance(self.change("devices", Device(id="y", mac=mac(2))), NotToBeHad)
        self.assertIsInstance(self.change("devices", Device(id="y", mac=mac(8))), TooManyClaims)

    def test_one_tenants_guesses_are_not_anothers(self) -> None:
        """Who asks too often shuts out nobody else."""
        for _time in range(FREE):
            self.change("devices", Device(id="x", mac=mac(2)))
        self.store = TenantStore(self.whole, frozenset({"b"}), self.guesses)
        self.assertIsNone(self.change("devices", Device(id="x", mac=mac(9))))

    def test_it_commits_its_own_drafts(self) -> None:
        """A draft that was not limited is a defect."""
        with self.assertRaises(TypeError):
            self.store.commit(self.whole.draft(""))
