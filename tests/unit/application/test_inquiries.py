"""One door for every question: commit before answer, conflicts decided again, nothing lost quietly."""

from __future__ import annotations

import gc
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock
from twisted.logger import LogLevel, capturedLogs
from zope.interface.verify import verifyObject

from provd.access import SweepSettings
from provd.application.explain import tell, tell_answer
from provd.application.inquiry_bounds import InquirySettings
from provd.contracts import IInquiries
from provd.documents import Device, to_dict
from provd.pipeline import CreationSettings
from provd.store import MemoryStore
from provd.testing.inquiries import ARRIVED, KINDS, MAC, Core, core, http, tftp
from provd.testing.plugins import MemoryPlugin, acme
from provd.values import (
    Content,
    Inquiry,
    Refusal,
    RefusalKind,
    RevisionConflict,
    StoreUnavailable,
)

AGENT = f"Acme A20 {MAC} 1.0"


def agent(number: int) -> str:
    """The User-Agent of phone `number`."""
    return f"Acme A20 00:00:5e:00:{number >> 8:02x}:{number & 255:02x} 1.0"


class SlowStore(MemoryStore):
    """A store whose durability comes when the test says so, and whose commits the test can refuse."""

    def __init__(self) -> None:
        super().__init__(KINDS, Clock())
        self.waiting: dict[tuple[str, str], Deferred[None]] = {}
        self.refusals: list[Exception] = []

    @property
    def pending(self) -> bool:
        return bool(self.waiting)

    def commit(self, draft: Any) -> Any:
        if self.refusals:
            return fail(self.refusals.pop(0))
        if draft.urgent:
            for collection, _before, after in draft.proposals():
                self.waiting.setdefault((collection, after.id), Deferred())
        return super().commit(draft)

    def awaited(self, collection: str, document_id: str) -> Deferred[None] | None:
        known = self.waiting.get((collection, document_id))
        if known is None:
            return None
        mine: Deferred[None] = Deferred()
        known.addCallbacks(lambda _none: mine.callback(None), mine.errback)
        return mine

    def keep(self) -> None:
        """Everything is durable now."""
        waiting, self.waiting = self.waiting, {}
        for each in waiting.values():
            each.callback(None)


def test_provides_the_contract() -> None:
    """Edges may rely on IInquiries."""
    assert verifyObject(IInquiries, core().inquiries)


def test_an_unknown_phone_is_created_associated_configured_and_answered() -> None:
    """All of it in its first request."""
    server = core(acme())
    answer = server.inquiries.ask(http("/a.cfg", AGENT))
    [device] = server.devices()
    assert isinstance(answer, Content)
    assert device.plugin == "acme-1.0"
    assert device.config is not None
    assert device.config.startswith("autoprov")
    assert answer.body == f"acme-1.0 {MAC} /a.cfg {device.config}".encode()
    assert server.inquiries.counters()["created"] == 1


def test_its_answer_leaves_after_the_commit_that_holds_it() -> None:
    """Nothing is told to a phone that a crash could take back."""
    store = SlowStore()
    server = core(acme(), store=store)
    store.keep()
    answer = server.inquiries.ask(http("/a.cfg", AGENT))
    assert isinstance(answer, Deferred)
    assert not answer.called
    another = server.inquiries.ask(tftp("ACME00005E005301.cfg", number=2))
    assert isinstance(another, Deferred), "it depends on the same device"
    assert not another.called
    store.keep()
    assert isinstance(answer.result, Content)
    assert isinstance(another.result, Content)


def test_first_packets_over_two_protocols_make_one_device() -> None:
    """HTTP and TFTP at once, from one new phone: one device, one config."""
    store = SlowStore()
    server = core(acme(), store=store)
    answers = [
        server.inquiries.ask(http("/a.cfg", AGENT)),
        server.inquiries.ask(tftp("ACME00005E005301.cfg", number=2)),
        server.inquiries.ask(http("/b.cfg", AGENT, number=3)),
    ]
    store.keep()
    assert all(
        isinstance(answer, Deferred) and isinstance(answer.result, Content) for answer in answers
    )
    assert len(server.devices()) == 1
    assert len(server.store.collection("configs")) == 2


def test_a_refreshed_fact_makes_nobody_wait() -> None:
    """A new address of a known phone is written behind."""
    store = SlowStore()
    server = core(
        acme(),
        store=store,
        documents=[
            Device(
                id="a",
                mac=MAC,
                plugin="acme-1.0",
                config="autoprov",
                vendor="Acme",
                model="A20",
                ip="192.0.2.9",
                version="0.9",
            )
        ],
    )
    store.keep()
    assert isinstance(server.inquiries.ask(http("/a", AGENT)), Content)
    assert (server.devices()[0].ip, server.devices()[0].version) == ("192.0.2.7", "1.0")


def test_conflicts_are_decided_again() -> None:
    """A draft that met a newer revision is decided on what is there now."""
    store = SlowStore()
    server = core(acme(), store=store)
    store.refusals = [RevisionConflict("devices", "a", 1, 2)] * 2
    answer = server.inquiries.ask(http("/a", AGENT))
    store.keep()
    assert isinstance(answer, Deferred)
    assert isinstance(answer.result, Content)
    assert server.decisions.latest(1)[0].tries == 3
    assert len(server.devices()) == 1


def test_after_three_conflicts_the_device_is_asked_to_come_back() -> None:
    """Never a loop."""
    store = SlowStore()
    server = core(acme(), store=store)
    store.refusals = [RevisionConflict("devices", "a", 1, 2)] * 3
    answer = server.inquiries.ask(http("/a", AGENT))
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.UNAVAILABLE


def test_a_store_that_keeps_nothing_serves_whom_it_knows() -> None:
    """Known devices get their files; new ones are asked to come back; nothing is made up."""
    store = SlowStore()
    server = core(
        acme(),
        store=store,
        documents=[Device(id="a", mac=MAC, plugin="acme-1.0", config="autoprov")],
    )
    store.keep()
    store.refusals = [StoreUnavailable("the disk is full")] * 2
    assert isinstance(server.inquiries.ask(http("/a", AGENT)), Content)
    new = server.inquiries.ask(http("/a", agent(77), peer="192.0.2.8", number=2))
    assert isinstance(new, Refusal)
    assert new.kind is RefusalKind.UNAVAILABLE
    assert "the disk is full" in new.reason
    assert len(server.devices()) == 1


def test_an_answer_whose_commit_is_lost_does_not_leave() -> None:
    """The group commit fails after the draft was applied: the phone is asked to come back."""
    store = SlowStore()
    server = core(acme(), store=store)
    store.keep()
    answer = server.inquiries.ask(http("/a", AGENT))
    for waiting in list(store.waiting.values()):
        waiting.errback(StoreUnavailable("the disk is full"))
        waiting.addErrback(lambda _why: None)
    assert isinstance(answer, Deferred)
    assert isinstance(answer.result, Refusal)
    assert answer.result.kind is RefusalKind.UNAVAILABLE


def test_a_defect_is_a_refusal_with_its_traceback_in_the_log() -> None:
    """Not even our own bug raises past the door."""

    def broken(*_asked: Any) -> Any:
        raise ZeroDivisionError

    server = core(acme(), documents=[Device(id="a", mac=MAC, plugin="broken")])
    server.plugins.add(MemoryPlugin("broken", answers=broken))  # type: ignore[attr-defined]  # the memory registry can
    answer = server.inquiries.ask(http("/a", AGENT))
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.FAILED
    assert server.inquiries.counters()["failed"] == 1


def test_a_flood_of_invented_phones_is_bounded_and_counted() -> None:
    """One source gets its burst, and no more; the others go on."""
    server = core(acme(), limits=CreationSettings(burst=5), sweeps=SweepSettings(delay=0))
    for number in range(50):
        server.inquiries.ask(http("/a", agent(number), number=number))
    assert len(server.devices()) == 5
    assert server.inquiries.counters()["creations_refused"] == 45
    server.inquiries.ask(http("/a", agent(99), peer="192.0.2.200", number=99))
    assert len(server.devices()) == 6


def test_a_declared_site_of_500_phones_passes() -> None:
    """Behind one address, at once."""
    server = core(acme(), limits=CreationSettings(nat_networks=("192.0.2.0/28",)), nat=True)
    for number in range(500):
        server.inquiries.ask(http("/a", agent(number), number=number))
    assert len(server.devices()) == 500
    assert server.inquiries.counters()["creations_refused"] == 0


def test_the_quota_over_all_holds_and_is_given_back() -> None:
    """Removing a created device makes room for another."""
    server = core(acme(), limits=CreationSettings(total=3, burst=100))
    for number in range(5):
        server.inquiries.ask(http("/a", agent(number), number=number))
    assert len(server.devices()) == 3
    draft = server.store.draft("test")
    draft.delete("devices", server.devices()[0].id)
    server.store.commit(draft)
    server.inquiries.ask(http("/a", agent(9), number=9))
    assert len(server.devices()) == 3


def test_an_allowance_comes_back() -> None:
    """One creation per minute at 60 an hour."""
    server = core(acme(), limits=CreationSettings(burst=1, per_hour=60))
    for number in range(3):
        server.inquiries.ask(
            http("/a", agent(number), number=number, arrived=ARRIVED + 61 * number)
        )
    assert len(server.devices()) == 3


def state_of(server: Core) -> Any:
    """Everything that a what-if must leave alone."""
    documents = {
        kind.name: [to_dict(document) for document in server.store.collection(kind.name)]
        for kind in KINDS
    }
    return (
        documents,
        server.inquiries.counters(),
        server.limits.peek("192.0.2.7", ARRIVED),
        server.limits.created,
        len(server.decisions),
    )


macs = st.sampled_from([f"00:00:5e:00:53:{number:02x}" for number in range(4)])
questions = st.one_of(
    st.builds(
        lambda mac, path, sn: http("/" + path, f"Acme A20 {mac} 1.0 sn={sn}"),
        macs,
        st.sampled_from("ab"),
        st.sampled_from(["1", "S1", "S2"]),
    ),
    st.builds(
        lambda mac, neighbour: tftp(
            "ACME" + mac.replace(":", "").upper() + ".cfg", neighbour=neighbour
        ),
        macs,
        st.one_of(st.just(""), macs),
    ),
    st.builds(
        lambda name, neighbour: tftp(name, neighbour=neighbour),
        st.sampled_from(["ACME.loads", "x"]),
        macs,
    ),
    st.builds(lambda path: http("/" + path, "Mozilla/5.0"), st.sampled_from("ab")),
)
peers = st.sampled_from(["192.0.2.7", "192.0.2.8"])


def build() -> Core:
    """A small server with tight limits, so that refusals are part of what is compared."""
    return core(acme(by_address=frozenset({"tftp"})), limits=CreationSettings(burst=2, per_hour=1))


@given(st.lists(st.tuples(questions, peers), max_size=6), questions, peers)
def test_what_if_equals_serving_and_leaves_no_trace(
    history: list[tuple[Inquiry, str]], question: Inquiry, peer: str
) -> None:
    """On any state, a what-if tells what serving on a copy of it gives, byte for byte."""
    asked, copy = build(), build()
    for number, (inquiry, source) in enumerate(history):
        for server in (asked, copy):
            server.inquiries.ask(with_id(inquiry, number, source))
    question = with_id(question, 99, peer)
    before = state_of(asked)
    told = tell(asked.inquiries.what_if(question).result)  # type: ignore[arg-type]  # it has fired
    assert state_of(asked) == before
    answer = copy.inquiries.ask(question)
    served = tell(copy.decisions.latest(1)[0])
    assert told["answer"] == tell_only(answer)
    for key in ("evidence", "device", "plugin", "matched_by", "answer", "steps", "notes"):
        assert told[key] == served[key], key


def with_id(inquiry: Inquiry, number: int, peer: str) -> Inquiry:
    """The inquiry under its own id, from that peer."""
    return replace(inquiry, id=f"test-{number}", peer=peer)


def tell_only(answer: Any) -> Any:
    """An answer as the explanation shows it."""
    return tell_answer(answer)


def test_the_story_is_told_in_order() -> None:
    """Every step, in words."""
    server = core(acme())
    server.inquiries.ask(http("/a.cfg", AGENT))
    told = tell(server.decisions.latest(1)[0])
    steps = "gather, extract, look up, update, prove, route, answer"
    assert [step["step"] for step in told["steps"]] == steps.split(", ")
    assert "nobody knew it" in told["steps"][2]["text"]
    assert told["answer"]["kind"] == "content"


def test_statuses_are_written_behind_and_repeats_are_not() -> None:
    """The last answers are kept; the same answer again within a minute is not written again."""
    server = core(acme())
    server.statuses.start()
    for number in range(3):
        server.inquiries.ask(http("/a.cfg", AGENT, number=number))
    server.clock.pump([0.5] * 6)
    [device] = server.devices()
    status = server.store.get("statuses", device.id)
    assert [answer.path for answer in status.answers] == ["/a.cfg"]
    assert status.versions == ("1.0",)
    server.inquiries.ask(http("/b.cfg", AGENT, number=4))
    server.clock.pump([0.5] * 6)
    status = server.store.get("statuses", device.id)
    assert [answer.path for answer in status.answers] == ["/b.cfg", "/a.cfg"]
    server.statuses.stop()


def test_too_many_waiting_are_refused() -> None:
    """The number of inquiries that wait is bounded."""
    count = 10
    store = SlowStore()
    server = core(acme(), store=store, limits=CreationSettings(burst=100))
    server.inquiries.adopt(InquirySettings(busy=count))
    store.keep()
    answers = [
        server.inquiries.ask(http("/a", agent(number), number=number))
        for number in range(count + 1)
    ]
    assert isinstance(answers[-1], Refusal)
    store.keep()
    assert {type(getattr(answer, "result", None)) for answer in answers[:-1]} == {Content}


def test_what_a_refused_inquiry_waited_for_may_fail_unheard() -> None:
    """Its failure is told where it belongs, not as an error that nobody handled."""
    store = SlowStore()
    server = core(acme(), store=store)
    server.inquiries.adopt(InquirySettings(busy=0))
    store.keep()
    assert isinstance(server.inquiries.ask(http("/a", AGENT)), Refusal)
    with capturedLogs() as heard:
        while store.waiting:
            store.waiting.popitem()[1].errback(StoreUnavailable("the disk is full"))
        gc.collect()
    assert LogLevel.critical not in {event["log_level"] for event in heard}
