"""Answering over DHCP: the subnet's mode, policy's judgement, the options, and what must be kept first.

The device is decided by then, as for every inquiry.  What-if walks the same way, but for what would
leave something behind: no address is probed or held, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.application.dhcp.boot import (
    NO_BOOT,
    Boot,
    BootRules,
    boot_of,
    boots_over_the_network,
    described,
)
from provd.application.dhcp.keeping import Keeping
from provd.application.dhcp.options import Layers, Rendered
from provd.application.dhcp.replies import (
    informed,
    leased,
    next_server_of,
    proxied,
    queried,
    refused,
)
from provd.application.dhcp.secrecy import Withheld, mark
from provd.application.serving import SecretsGate
from provd.contracts import IDHCPAnswers, IDocumentStore, ILeases, IPlugins, IProbes, IReadable
from provd.documents import Device
from provd.documents.dhcp.reservation import Reservation
from provd.documents.dhcp.strategy import client_key
from provd.documents.dhcp.subnet import Creates, Mode, Probe, Subnet
from provd.leases import ask, vias_of
from provd.values import (
    Answer,
    Decision,
    DraftRefused,
    Exchange,
    Inquiry,
    Judgement,
    Note,
    PluginFailed,
    PluginOptions,
    Question,
    Reply,
    Silence,
    Step,
    StoreUnavailable,
    Verb,
)
from provd.wire.dhcp import (
    MalformedOption,
    MessageType,
    Packet,
    format_address,
)

log = Logger("provd.dhcp")

BINL = 4011
PATIENCE = 0.5
"""Seconds that an address is asked for before it is given."""
TRIES = 4
"""Addresses that are tried for one packet when the first ones turn out to be in use."""

NO_OPTIONS = PluginOptions({})
NO_PACKET = Silence("what it would be answered depends on its packet: describe one")
OFF = Silence("its subnet is switched off")
OBSERVED = Silence("its subnet is observed only: what it says is learnt")
NOT_BOOTING = Silence("its subnet is a proxy's, and it does not boot over the network")
NO_FILE = Silence("no boot rule has a file for it")
ANOTHERS = Silence("it asks the server that gives addresses: a proxy says nothing")


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
        self._plugins = plugins
        self._clock = clock
        self._base_url = base_url
        self._withheld = Withheld(gate)
        self._render = render
        self._probes = probes
        self._binl_port = binl_port
        self._layers = Layers()
        self._rules = BootRules(store.collection("boot-rules"))
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
        if subnet is not None and (mode is Mode.PROXY or inquiry.local_port == self._binl_port):
            return self._file_only(decision, question, subnet, view, keep=keep)
        if not keep:
            return self._answer_of(decision, question, view, self._leases.judge(question, view))
        self._leases.tick(inquiry.arrived)
        judgement = self._judge(question)
        if judgement.probe:
            return Deferred.fromCoroutine(self._probed(decision, question, judgement))
        return self._given(decision, question, judgement)

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
    ) -> Answer | Deferred[Answer]:
        """The answer that a judgement is, once all that it writes is durable."""
        answer = self._answer_of(decision, question, self._store, judgement, keep=True)
        if judgement.lease is None and not judgement.forget and not judgement.tenures:
            return answer
        # By callbacks: a coroutine for each ACK would cost 10 µs more.
        return self._keeping.keep(decision, judgement).addCallbacks(
            lambda _kept: answer, self._not_kept, errbackArgs=(decision, question)
        )

    def _not_kept(
        self, failure: Failure, decision: Decision, question: Question
    ) -> Answer | Deferred[Answer]:
        if failure.check(DraftRefused):
            # Somebody else's packet changed the same lease in between: policy looks again.
            return self._given(decision, question, self._judge(question))
        failure.trap(StoreUnavailable)
        return Silence(f"the lease cannot be kept: {failure.value}")

    def _answer_of(
        self,
        decision: Decision,
        question: Question,
        view: IReadable,
        judgement: Judgement,
        *,
        keep: bool = False,
    ) -> Answer:
        decision.judgement = judgement
        verb = judgement.verb
        if verb is Verb.NOTHING:
            return Silence(str(judgement))
        if verb is Verb.NAK:
            return Reply(refused(question, judgement))
        if verb is not Verb.OFFER and verb is not Verb.ACK:
            return Reply(queried(question, judgement))
        subnet, reservation = judgement.subnet, judgement.reservation
        boot, offered = self._told(decision, question, subnet, reservation, view, keep=keep)
        server = next_server_of(question, boot, reservation, subnet)
        say = informed if judgement.exchange is Exchange.INFORM else leased
        return Reply(say(question, judgement, offered, boot, server))

    def _told(
        self,
        decision: Decision,
        question: Question,
        subnet: Subnet | None,
        reservation: Any,
        view: IReadable,
        *,
        keep: bool,
    ) -> tuple[Boot, Mapping[int, bytes]]:
        """What a client loads, and the options it may have: each layer over the one before."""
        packet: Packet = question.packet
        boot = self._boot(decision, question, subnet, reservation, keep=keep)
        found = dict(self._said_by("subnets", subnet, decision, packet))
        found.update(self._said_by("boot-rules", boot.rule, decision, packet))
        said = self._of_plugin(decision, view, keep=keep)
        found.update(said)
        found.update(self._said_by("reservations", reservation, decision, packet))
        if not decision.secret_options:
            return boot, found
        return boot, self._withheld.options(decision, question, found, said.without, keep=keep)

    def _said_by(
        self, collection: str, document: Any, decision: Decision, packet: Packet
    ) -> Mapping[int, bytes]:
        """The options that a document has for a client; the decision learns which of them are secret."""
        if document is None:
            return {}
        layer = self._layers.of(collection, document.id, document.revision, document.options)
        if layer.secret:
            decision.secret_options |= layer.secret
        return layer.over(packet.options, self._render)

    def _boot(
        self,
        decision: Decision,
        question: Question,
        subnet: Subnet | None,
        reservation: Any,
        *,
        keep: bool,
    ) -> Boot:
        packet: Packet = question.packet
        if packet.message_type and not boots_over_the_network(packet):
            return NO_BOOT
        client = described(packet, decision.device, subnet.id if subnet is not None else "")
        base_url = self._base_url(decision.inquiry, decision.device)
        boot = boot_of(self._rules.ordered(), client, reservation, base_url)
        decision.boot = boot.source
        if not boot.file:
            return boot
        plain_url = self._base_url(decision.inquiry, None)
        return self._withheld.boot(decision, boot, base_url, plain_url, keep=keep)

    def _of_plugin(self, decision: Decision, view: IReadable, *, keep: bool) -> PluginOptions:
        """The options that the device's plugin adds; one that fails adds none, and is told of."""
        device = decision.device
        plugin = self._plugins.get(device.plugin) if device is not None and device.plugin else None
        if plugin is None:
            return NO_OPTIONS
        try:
            told = plugin.dhcp_options(decision.inquiry, device, view, keep=keep)
        except PluginFailed as error:
            decision.notes += (Note(Step.ANSWER, "{why}", (("why", str(error)),)),)
            return NO_OPTIONS
        mark(decision, told)
        return told

    # Files only.

    def _file_only(
        self,
        decision: Decision,
        question: Question,
        subnet: Subnet,
        view: IReadable,
        *,
        keep: bool,
    ) -> Answer:
        """ProxyDHCP: a file for boot ROMs, beside a server that gives addresses."""
        packet: Packet = question.packet
        if not boots_over_the_network(packet):
            return NOT_BOOTING
        at_binl = decision.inquiry.local_port == self._binl_port
        kind = packet.message_type
        if not at_binl and kind != MessageType.DISCOVER:
            return ANOTHERS
        if at_binl and kind not in {MessageType.DISCOVER, MessageType.REQUEST, MessageType.INFORM}:
            return ANOTHERS
        reservation = _reservation(view, decision.inquiry.mac, subnet)
        boot = self._boot(decision, question, subnet, reservation, keep=keep)
        if not boot.file:
            return NO_FILE
        server = next_server_of(question, boot, reservation, subnet)
        verb = MessageType.ACK if at_binl else MessageType.OFFER
        options = self._said_by("boot-rules", boot.rule, decision, packet)
        if decision.secret_options:
            options = self._withheld.options(decision, question, options, NO_OPTIONS, keep=keep)
        return Reply(proxied(question, boot, server, kind=verb, options=options))

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
                answer = self._given(decision, question, judgement)
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
            await self._keeping.keep(decision, resting)


def _reservation(view: IReadable, mac: str, subnet: Subnet) -> Reservation | None:
    """What is reserved for a client of a proxy's subnet: of its address only, which is not given here."""
    for reservation in view.by("reservations", "key", client_key("mac", mac)) if mac else ():
        if reservation.subnet in {"", subnet.id}:
            return cast("Reservation", reservation)
    return None
