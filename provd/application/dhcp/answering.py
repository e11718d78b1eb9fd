"""Answering over DHCP: the subnet's mode, policy's judgement, the options, and what must be kept first.

The device is decided by then, as for every inquiry.  What-if walks the same way, but for what would
leave something behind: no address is probed or held, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.application.dhcp.keeping import Keeping
from provd.application.dhcp.options import Rendered
from provd.application.dhcp.wording import Wording
from provd.application.serving import SecretsGate
from provd.application.who_answers import unkept
from provd.contracts import IDHCPAnswers, IDocumentStore, ILeases, IPlugins, IProbes, IReadable
from provd.documents import Device
from provd.documents.dhcp.subnet import Creates, Mode, Probe
from provd.leases import ask, vias_of
from provd.values import (
    Answer,
    Committed,
    Decision,
    DraftRefused,
    Inquiry,
    Judgement,
    Note,
    Question,
    Settled,
    Silence,
    Step,
    StoreUnavailable,
    answer_for,
    answered,
)
from provd.wire.dhcp import (
    MalformedOption,
    format_address,
)

log = Logger("provd.dhcp")

BINL = 4011
PATIENCE = 0.5
"""Seconds that an address is asked for before it is given."""
TRIES = 4
"""Addresses that are tried for one packet when the first ones turn out to be in use."""

NO_PACKET = Silence("what it would be answered depends on its packet: describe one")
OFF = Silence("its subnet is switched off")
OBSERVED = Silence("its subnet is observed only: what it says is learnt")


@implementer(IDHCPAnswers)
class DHCPAnswers:
    """Answers clients, known or unknown."""

    def __init__(  # noqa: PLR0913 - the collaborators of one protocol, each named
        self,
        *,
        leases: ILeases,
        store: IDocumentStore,
        plugins: IPlugins,
        clock: IReactorTime,
        base_url: Callable[[Inquiry, Device | None], str],
        render: Rendered,
        gate: SecretsGate,
        probes: IProbes | None = None,
        binl_port: int = BINL,
    ) -> None:
        """`base_url` is where a device reaches this server over HTTP; without `probes` nobody is asked."""
        self._leases = leases
        self._store = store
        self._clock = clock
        self._probes = probes
        self._binl_port = binl_port
        rules = store.collection("boot-rules")
        self._wording = Wording(
            rules=rules, plugins=plugins, base_url=base_url, render=render, gate=gate
        )
        self._keeping = Keeping(store)

    def probe_with(self, probes: IProbes) -> None:
        """Ask the network itself from now on."""
        self._probes = probes

    def creates(self, inquiry: Inquiry) -> Creates:
        """Of whom devices are made where this packet comes from: nobody, where nobody is served."""
        try:
            vias = vias_of(inquiry.packet, inquiry.on_link, unicast=inquiry.unicast)
        except MalformedOption:
            return Creates.NONE
        subnet = self._leases.subnet_of(vias)
        if subnet is None or subnet.mode is Mode.OFF:
            return Creates.NONE
        wanted: Creates = subnet.create_devices
        return wanted

    def answer(
        self, decision: Decision, view: IReadable, *, keep: bool
    ) -> Answer | Deferred[Answer]:
        settled = self.settle(decision, view, keep=keep)
        return self._said(settled, view, keep=keep) if isinstance(settled, Settled) else settled

    def settle(
        self, decision: Decision, view: IReadable, *, keep: bool
    ) -> Settled | Answer | Deferred[Answer]:
        inquiry = decision.inquiry
        if inquiry.packet is None:
            return NO_PACKET
        device_id = decision.device.id if decision.device is not None else ""
        try:
            question = ask(
                inquiry.packet,
                inquiry.on_link,
                inquiry.arrived,
                device_id=device_id,
                unicast=inquiry.unicast,
            )
        except MalformedOption as error:
            return Silence(str(error))
        subnet = self._leases.subnet_of(question.vias)
        mode = subnet.mode if subnet is not None else None
        if mode is Mode.OFF:
            return OFF
        if mode is Mode.OBSERVE:
            return OBSERVED
        at_binl = inquiry.local_port == self._binl_port
        if subnet is not None and (mode is Mode.PROXY or at_binl):
            return self._wording.file_only(
                decision, question, subnet, view, at_binl=at_binl, keep=keep
            )
        if not keep:
            return _settled(decision, question, self._leases.judge(question, view))
        self._leases.tick(inquiry.arrived)
        judgement = self._judge(question)
        if judgement.probe:
            return Deferred.fromCoroutine(self._probed(decision, question, judgement))
        return self._given(decision, question, judgement)

    def word(self, settled: Settled, view: IReadable, *, keep: bool) -> Answer:
        return self._wording.of(settled, view, keep=keep)

    # Addresses.

    def _judge(self, question: Question) -> Judgement:
        """What policy says, and will be held to. An address that nobody is asked about counts as unused."""
        judgement = self._leases.judge(question, self._store)
        self._leases.hold(judgement, question.now)
        if judgement.probe and self._probes is None:
            self._leases.probed(judgement)
            judgement = self._leases.judge(question, self._store)
            self._leases.hold(judgement, question.now)
        return judgement

    def _given(
        self, decision: Decision, question: Question, judgement: Judgement
    ) -> Settled | Deferred[Answer]:
        """A judgement that can be said, once all that it writes is durable."""
        settled = _settled(decision, question, judgement)
        if judgement.lease is None and not judgement.forget and not judgement.tenures:
            return settled
        committing = self._keeping.keep(decision, judgement)
        committed = committing.result if committing.called else None
        if isinstance(committed, Committed):  # here and now, as mostly
            return replace(settled, committed=committed)
        return committing.addCallbacks(
            self._written, self._refused, callbackArgs=(settled,), errbackArgs=(settled,)
        )

    def _said(self, settled: Settled, view: IReadable, *, keep: bool) -> Answer | Deferred[Answer]:
        """Put into words, once what it writes is durable."""
        if settled.committed is None:
            return self.word(settled, view, keep=keep)
        # By callbacks: a coroutine costs 10 µs more.
        return self._store.durable(settled.committed).addCallbacks(
            self._kept, self._not_kept, callbackArgs=(settled,)
        )

    def _kept(self, _none: None, settled: Settled) -> Answer:
        """Put into words on behalf of the inquiry, whoever says that it is kept."""
        before = answer_for(settled.decision.inquiry.id)
        try:
            return self._wording.of(settled, self._store, keep=True)
        finally:
            answered(before)

    def _not_kept(self, failure: Failure) -> Answer:
        failure.trap(StoreUnavailable)
        return unkept(failure.value)

    def _written(self, committed: Committed, settled: Settled) -> Answer | Deferred[Answer]:
        return self._said(replace(settled, committed=committed), self._store, keep=True)

    def _refused(self, failure: Failure, settled: Settled) -> Answer | Deferred[Answer]:
        if not failure.check(DraftRefused):
            return self._not_kept(failure)
        # Somebody else's packet changed the same lease in between: policy looks again.
        question = settled.question
        return self._told(self._given(settled.decision, question, self._judge(question)))

    def _told(self, given: Settled | Deferred[Answer]) -> Answer | Deferred[Answer]:
        return given if isinstance(given, Deferred) else self._said(given, self._store, keep=True)

    # Probing.

    async def _probed(self, decision: Decision, question: Question, judgement: Judgement) -> Answer:
        """Ask whether anybody has the address; if so, let it rest, and find another."""
        for _try in range(TRIES):
            by = await self._asked(decision.inquiry, judgement)
            if by:
                await self._rest(decision, judgement.address, by)
            else:
                self._leases.probed(judgement)
            judgement = self._judge(question)
            if not judgement.probe:
                answer = self._told(self._given(decision, question, judgement))
                return await answer if isinstance(answer, Deferred) else answer
        return Silence(f"{TRIES} addresses in a row turned out to be in use")

    async def _asked(self, inquiry: Inquiry, judgement: Judgement) -> str:
        """Who has an address: its subnet says how that is found out."""
        assert self._probes is not None  # noqa: S101 - see `_judge`
        address, relayed = format_address(judgement.address), bool(inquiry.relay)
        probe = judgement.subnet.probe if judgement.subnet is not None else Probe.AUTO
        by = ""
        if probe in {Probe.ARP, Probe.BOTH} or (probe is Probe.AUTO and not relayed):
            by = await self._probes.taken(address, inquiry.interface, PATIENCE)
        if not by and (probe in {Probe.ICMP, Probe.BOTH} or (probe is Probe.AUTO and relayed)):
            by = await self._probes.taken(address, "", PATIENCE)
        return by

    async def _rest(self, decision: Decision, number: int, by: str) -> None:
        """Nobody gets this address for a while."""
        address = format_address(number)
        log.warn("{address} is used by {by}: it rests", address=address, by=by)
        used = Note(
            Step.ANSWER,
            "{address} is used already: {by} answers for it",
            (("address", address), ("by", by)),
        )
        decision.notes += (used,)
        resting = self._leases.conflicted(number, self._clock.seconds(), self._store)
        with suppress(StoreUnavailable, DraftRefused):  # it is found out again with the next packet
            await self._store.durable(await self._keeping.keep(decision, resting))


def _settled(decision: Decision, question: Question, judgement: Judgement) -> Settled:
    decision.judgement = judgement
    return Settled(decision, question, judgement, decision.device)
