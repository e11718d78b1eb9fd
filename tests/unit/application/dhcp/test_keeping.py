"""An ACK leaves only after what it promises is kept."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock

from provd.application.inquiry_bounds import InquirySettings
from provd.application.who_answers import TOO_MANY
from provd.documents import KINDS
from provd.sdk import DeviceSupport
from provd.store import MemoryStore
from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import MAC, Site, said, site
from provd.testing.plugins import MemoryPlugin
from provd.values import RevisionConflict, StoreUnavailable, inquiry_served
from provd.wire.dhcp import MessageType, Packet


class SlowStore(MemoryStore):
    """A store that keeps things when the test says so, or not at all."""

    def __init__(self) -> None:
        super().__init__(KINDS, Clock())
        self.refusals: list[Exception] = []
        self.slow = False
        self.waiting: list[Deferred[None]] = []

    def commit(self, draft: Any) -> Any:
        return fail(self.refusals.pop(0)) if self.refusals else super().commit(draft)

    def durable(self, committed: Any) -> Deferred[None]:
        if not self.slow:
            return super().durable(committed)
        self.waiting.append(Deferred())
        return self.waiting[-1]


def request_for(offer: Packet, mac: str = MAC) -> Packet:
    """The client takes an offer."""
    options = {50: offer.yiaddr.to_bytes(4, "big"), 54: offer.options[54]}
    return said(MessageType.REQUEST, mac, options=options)


class TestKeeping:
    """An ACK leaves only after what it promises is kept."""

    def test_it_waits(self) -> None:
        """Until it is durable, and no longer."""
        store = SlowStore()
        lan = site(a_subnet(create_devices="none"), store=store)
        request = request_for(lan.discover())
        store.slow = True
        told: list[Any] = []
        waiting = lan.core.inquiries.ask(lan.inquiry(request))
        assert isinstance(waiting, Deferred)
        waiting.addCallback(told.append)
        assert told == []
        store.waiting.pop().callback(None)
        assert told[0].packet.message_type == MessageType.ACK

    def test_it_is_put_into_words_on_behalf_of_its_inquiry(self) -> None:
        """Whoever says that it is kept: what a plugin logs of it carries the inquiry's name."""
        heard: list[str] = []

        def tells(_inquiry: Any) -> dict[int, bytes]:
            heard.append(inquiry_served())
            return {}

        plugin = MemoryPlugin("acme", supports=lambda _info: DeviceSupport.COMPLETE, tells=tells)
        store = SlowStore()
        lan = site(a_subnet(create_devices="all"), store=store, plugins=(plugin,))
        request = lan.inquiry(request_for(lan.discover()))
        store.slow = True
        lan.core.inquiries.ask(request)
        before = len(heard)
        store.waiting.pop().callback(None)
        assert heard[before:] == [request.id]

    def test_a_store_that_keeps_nothing(self) -> None:
        """Nothing is promised; the client asks again."""
        store = SlowStore()
        lan = site(a_subnet(create_devices="none"), store=store)
        request = request_for(lan.discover())
        store.refusals = [StoreUnavailable("the disk is full")]
        assert "the disk is full" in lan.silence(request)

    def test_somebody_was_faster(self) -> None:
        """Policy looks again, at what there is now."""
        store = SlowStore()
        lan = site(a_subnet(create_devices="none"), store=store)
        request = request_for(lan.discover())
        store.refusals = [RevisionConflict("leases", "192.0.2.10", 0, 7)]
        assert lan.reply(request).message_type == MessageType.ACK
        assert store.get("leases", "192.0.2.10").mac == MAC


class TestKeptTogether:
    """What came together waits for one commit, and is answered together."""

    MACS = tuple(f"00:00:5e:00:53:{number:02x}" for number in range(0x10, 0x14))

    def requested(self, store: SlowStore, busy: int = 4096) -> tuple[Site, list[Any]]:
        """Several clients have requested what they were offered, and one more looks for an address."""
        lan = site(a_subnet(create_devices="none"), store=store)
        lan.core.inquiries.adopt(InquirySettings(busy=busy))
        packets = [said(MessageType.DISCOVER, self.MACS[0])]
        packets += [request_for(lan.discover(mac), mac) for mac in self.MACS[1:]]
        store.slow = True
        told: list[Any] = []
        lan.core.inquiries.ask_all([lan.inquiry(packet) for packet in packets], told.append)
        return lan, told

    def test_all_wait_for_the_last(self) -> None:
        """One thing is waited for; the OFFER waits for nothing."""
        store = SlowStore()
        lan, told = self.requested(store)
        [[(place, offer)]] = told
        assert (place, offer.packet.message_type) == (0, MessageType.OFFER)
        assert lan.core.inquiries.counters()["waiting"] == 3
        [waiting] = store.waiting
        waiting.callback(None)
        assert [place for place, _answer in told[1]] == [1, 2, 3]
        assert {answer.packet.message_type for _place, answer in told[1]} == {MessageType.ACK}
        assert lan.core.inquiries.counters()["waiting"] == 0

    def test_a_failed_commit_is_the_reason_of_each(self) -> None:
        """Nothing is promised to anybody, and each decision says why."""
        store = SlowStore()
        lan, told = self.requested(store)
        store.waiting.pop().errback(StoreUnavailable("the disk is full"))
        assert len(told[1]) == 3
        assert all("the disk is full" in answer.reason for _place, answer in told[1])
        kept = lan.core.decisions.latest(3)
        assert all("the disk is full" in decision.answer.reason for decision in kept)
        assert lan.core.inquiries.counters()["waiting"] == 0

    def test_no_more_wait_than_may(self) -> None:
        """The others are told at once that too many do."""
        store = SlowStore()
        _lan, told = self.requested(store, busy=2)
        assert told[1] == [(3, TOO_MANY)]
        store.waiting.pop().callback(None)
        assert [place for place, _answer in told[2]] == [1, 2]
