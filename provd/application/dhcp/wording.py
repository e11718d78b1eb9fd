"""Putting a judgement into words: the message that goes back, with the options that its client may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from provd.application.dhcp.boot import (
    NO_BOOT,
    Boot,
    BootRules,
    boot_of,
    boots_over_the_network,
    described,
)
from provd.application.dhcp.options import NOTHING, Layer, Layers, Rendered, Selections
from provd.application.dhcp.replies import (
    WANTED,
    asked_for,
    firsts,
    leased,
    next_server_of,
    proxied,
    queried,
    refused,
)
from provd.application.dhcp.secrecy import Withheld, mark
from provd.application.serving import SecretsGate
from provd.contracts import ICollection, IPlugins, IReadable
from provd.documents import Device
from provd.documents.dhcp.reservation import Reservation
from provd.documents.dhcp.strategy import client_key
from provd.documents.dhcp.subnet import Subnet
from provd.values import (
    Answer,
    Decision,
    Inquiry,
    Note,
    PluginFailed,
    PluginOptions,
    Question,
    Reply,
    Settled,
    Silence,
    Step,
    Verb,
)
from provd.wire.dhcp import MessageType, Packet

NO_OPTIONS = PluginOptions({})
NOT_BOOTING = Silence("its subnet is a proxy's, and it does not boot over the network")
NO_FILE = Silence("no boot rule has a file for it")
ANOTHERS = Silence("it asks the server that gives addresses: a proxy says nothing")


class Wording:
    """Says what was judged, and what boots."""

    def __init__(
        self,
        *,
        rules: ICollection,
        plugins: IPlugins,
        base_url: Callable[[Inquiry, Device | None], str],
        render: Rendered,
        gate: SecretsGate,
    ) -> None:
        """`rules` are the site's own boot rules."""
        self._rules = BootRules(rules)
        self._plugins = plugins
        self._base_url = base_url
        self._render = render
        self._withheld = Withheld(gate)
        self._layers = Layers()
        self._selections = Selections()

    def of(self, settled: Settled, view: IReadable, *, keep: bool) -> Answer:
        """The message that a judgement is."""
        decision, question, judgement = settled.decision, settled.question, settled.judgement
        verb = judgement.verb
        if verb is Verb.NOTHING:
            return Silence(str(judgement))
        if verb is Verb.NAK:
            return Reply(refused(question, judgement))
        if verb is not Verb.OFFER and verb is not Verb.ACK:
            return Reply(queried(question, judgement))
        subnet, reservation = judgement.subnet, judgement.reservation
        boot = self._boot(decision, question, subnet, reservation, keep=keep)
        server = next_server_of(question, boot, reservation, subnet)
        options = self._options(settled, boot, server, view, keep=keep)
        return Reply(leased(question, judgement, options, boot.file.encode(), server))

    def file_only(
        self,
        decision: Decision,
        question: Question,
        subnet: Subnet,
        view: IReadable,
        *,
        at_binl: bool,
        keep: bool,
    ) -> Answer:
        """ProxyDHCP: a file for boot ROMs, beside a server that gives addresses."""
        packet: Packet = question.packet
        if not boots_over_the_network(packet):
            return NOT_BOOTING
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
        options = self._layer("boot-rules", boot.rule, decision).over(packet.options, self._render)
        if decision.secret_options:
            options = self._withheld.options(decision, question, options, NO_OPTIONS, keep=keep)
        return Reply(proxied(question, boot, server, kind=verb, options=options))

    # Options.

    def _options(
        self, settled: Settled, boot: Boot, server: int, view: IReadable, *, keep: bool
    ) -> dict[int, bytes]:
        """What an answer carries, in order. Clients that are given nothing of their own share a selection."""
        question, judgement = settled.question, settled.judgement
        first = firsts(question, judgement)
        subnet = judgement.subnet
        layer = self._layer("subnets", subnet, settled.decision)
        if not _is_usual(settled, boot, layer):
            offered = self._offered(settled, boot, layer, view, keep=keep)
            return first | asked_for(question, judgement, first, offered, boot, server)
        selection = (subnet.id, subnet.revision, question.packet.options.get(WANTED), tuple(first))
        found = self._selections.get(selection)
        if found is None:
            found = asked_for(question, judgement, first, layer.fixed, boot, server)
            self._selections.put(selection, found)
        return {**first, **found}

    def _offered(
        self, settled: Settled, boot: Boot, layer: Layer, view: IReadable, *, keep: bool
    ) -> Mapping[int, bytes]:
        """The options that a client may have: each layer over the one before."""
        decision, reservation = settled.decision, settled.judgement.reservation
        sent = settled.question.packet.options
        found = dict(layer.over(sent, self._render))
        found.update(self._layer("boot-rules", boot.rule, decision).over(sent, self._render))
        said = self._of_plugin(decision, settled.device, view, keep=keep)
        found.update(said)
        found.update(self._layer("reservations", reservation, decision).over(sent, self._render))
        if not decision.secret_options:
            return found
        return self._withheld.options(decision, settled.question, found, said.without, keep=keep)

    def _layer(self, collection: str, document: Any, decision: Decision) -> Layer:
        """The options that a document has; the decision learns which of them are secret."""
        if document is None:
            return NOTHING
        layer = self._layers.of(collection, document.id, document.revision, document.options)
        if layer.secret:
            decision.secret_options |= layer.secret
        return layer

    def _of_plugin(
        self, decision: Decision, device: Any, view: IReadable, *, keep: bool
    ) -> PluginOptions:
        """The options that the device's plugin adds; one that fails adds none, and is told of."""
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

    # Files.

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


def _is_usual(settled: Settled, boot: Boot, layer: Layer) -> bool:
    """Whether a client gets what every client of its subnet gets: it is no device, and boots from its disk."""
    judgement = settled.judgement
    return (
        boot is NO_BOOT
        and settled.device is None
        and judgement.subnet is not None
        and judgement.reservation is None
        and not judgement.point_to_point
        and not layer.rest
        and not layer.secret
    )


def _reservation(view: IReadable, mac: str, subnet: Subnet) -> Reservation | None:
    """What is reserved for a client of a proxy's subnet: of its address only, which is not given here."""
    for reservation in view.by("reservations", "key", client_key("mac", mac)) if mac else ():
        if reservation.subnet in {"", subnet.id}:
            return cast("Reservation", reservation)
    return None
