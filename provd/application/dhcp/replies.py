"""The packets that answer: an address with its options, a refusal, a file for a boot ROM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network

from msgspec.structs import replace

from provd.application.dhcp.boot import Boot
from provd.application.dhcp.options import chosen
from provd.documents.dhcp.lease import Lease
from provd.documents.dhcp.reservation import Reservation
from provd.documents.dhcp.subnet import Subnet
from provd.values import INFINITE, Exchange, Judgement, Question, Verb
from provd.wire.dhcp import (
    BROADCAST,
    Architecture,
    ClientKind,
    MessageType,
    Packet,
    architecture,
    client_kind,
    parse_address,
    reply,
    requested_address,
)

MASK, ROUTER, BROADCAST_ADDRESS = 1, 3, 28
LEASE_TIME, KIND, SERVER_ID, WANTED, MESSAGE = 51, 53, 54, 55, 56
RENEWAL, REBINDING, VENDOR_CLASS, CLIENT_ID = 58, 59, 60, 61
RELAY, LAST_HEARD, ASSOCIATED = 82, 91, 92
TFTP_SERVER, BOOT_FILE, RAPID_COMMIT, UUID = 66, 67, 80, 97
_VENDOR_SPECIFIC = 43
_LONGEST_FILE = 127
_JUST_LOAD_IT = bytes((6, 1, 8, 255))
"""Option 43 for a BIOS's boot ROM: look for no boot servers, load the file that is named (PXE 2.1, 2.2.1)."""
_POINT_TO_POINT = (0xFFFFFFFE).to_bytes(4, "big")

_KINDS = {
    Verb.OFFER: bytes([MessageType.OFFER]),
    Verb.ACK: bytes([MessageType.ACK]),
    Verb.NAK: bytes([MessageType.NAK]),
    Verb.ACTIVE: bytes([MessageType.LEASEACTIVE]),
    Verb.UNASSIGNED: bytes([MessageType.LEASEUNASSIGNED]),
    Verb.UNKNOWN: bytes([MessageType.LEASEUNKNOWN]),
}


def leased(
    question: Question, judgement: Judgement, options: dict[int, bytes], file: bytes, server: int
) -> Packet:
    """An OFFER or an ACK, or what BOOTP has for one (RFC 2131 table 3); `server` is where files are.

    The ACK to an INFORM has options, no address and no times (RFC 2131 section 4.3.5).
    """
    request: Packet = question.packet
    return reply(
        request,
        options,
        yiaddr=judgement.address if judgement.exchange is not Exchange.INFORM else 0,
        ciaddr=request.ciaddr if judgement.verb is Verb.ACK else 0,
        siaddr=server if file or request.message_type == 0 else 0,
        sname=str_address(server) if file else b"",
        file=file if len(file) <= _LONGEST_FILE else b"",
    )


def firsts(question: Question, judgement: Judgement) -> dict[int, bytes]:
    """What every such answer carries, whatever its client asks for."""
    request: Packet = question.packet
    if not request.message_type:
        return {}  # BOOTP knows none of them
    found = dict(
        _said_first(
            judgement.verb,
            judgement.server_id,
            judgement.duration,
            judgement.renew_after,
            judgement.rebind_after,
            judgement.exchange,
        )
    )
    identifier = request.options.get(CLIENT_ID)
    if identifier:  # RFC 6842: it comes back as it was
        found[CLIENT_ID] = identifier
    return found


def asked_for(
    question: Question,
    judgement: Judgement,
    first: Mapping[int, bytes],
    offered: Mapping[int, bytes],
    boot: Boot,
    server: int,
) -> dict[int, bytes]:
    """The options that follow the `first`: `offered` are those that documents and plugins give.

    A boot ROM gets the vendor class before all, whatever it asks for.
    """
    options = {**computed(judgement), **offered}
    found: dict[int, bytes] = {}
    if boot.rule is not None and options.get(VENDOR_CLASS):
        found[VENDOR_CLASS] = options[VENDOR_CLASS]
    file = boot.file.encode()
    if file:
        options[BOOT_FILE] = file
        options[TFTP_SERVER] = str_address(server)
    found |= chosen(question.packet.options.get(WANTED), {**first, **found}, options)
    if len(file) > _LONGEST_FILE:
        found[BOOT_FILE] = file
    return found


def refused(question: Question, judgement: Judgement) -> Packet:
    """A NAK: who refuses, and why. A relay is told to broadcast it (RFC 2131 section 4.3.2)."""
    request: Packet = question.packet
    options = {
        KIND: _KINDS[Verb.NAK],
        SERVER_ID: judgement.server_id.to_bytes(4, "big"),
        MESSAGE: str(judgement)[:255].encode()[:255],
    }
    if request.options.get(CLIENT_ID):
        options[CLIENT_ID] = request.options[CLIENT_ID]
    answer = reply(request, options)
    return _heard_by_all(answer) if request.giaddr else answer


def proxied(
    question: Question,
    boot: Boot,
    next_server: int,
    *,
    kind: MessageType,
    options: Mapping[int, bytes],
) -> Packet:
    """What a boot ROM gets from a server that gives no addresses: a file, and where it is.

    Nothing else: its address and the rest are another server's business (PXE 2.1 section 2.2.1).  At port
    4011 it is told the address that it has, as every ACK tells one.
    """
    request: Packet = question.packet
    vendor = b"HTTPClient" if client_kind(request) is ClientKind.HTTP else b"PXEClient"
    sent = {
        KIND: bytes([kind]),
        SERVER_ID: _server_id(question).to_bytes(4, "big"),
        VENDOR_CLASS: vendor,
    }
    if UUID in request.options:
        sent[UUID] = request.options[UUID]
    if architecture(request) == Architecture.BIOS:
        sent[_VENDOR_SPECIFIC] = _JUST_LOAD_IT
    sent.update(
        {code: content for code, content in options.items() if content and code not in sent}
    )
    file = boot.file.encode()
    if len(file) > _LONGEST_FILE or client_kind(request) is ClientKind.HTTP:
        sent[BOOT_FILE] = file
    acknowledged = kind is MessageType.ACK
    answer = reply(
        request,
        sent,
        ciaddr=request.ciaddr if acknowledged else 0,
        yiaddr=(request.ciaddr or requested_address(request)) if acknowledged else 0,
        siaddr=next_server,
        sname=str_address(next_server),
        file=file if len(file) <= _LONGEST_FILE else b"",
    )
    return answer if acknowledged else _heard_by_all(answer)


def queried(question: Question, judgement: Judgement) -> Packet:
    """The answer to a relay that asks who has what (RFC 4388 section 6.4)."""
    request: Packet = question.packet
    options = {KIND: _KINDS[judgement.verb], SERVER_ID: judgement.server_id.to_bytes(4, "big")}
    lease = judgement.found
    if lease is None:
        return reply(request, options, ciaddr=judgement.address)
    found = dict(_of_lease(lease, question.now))
    if judgement.others:
        addresses = (judgement.address, *judgement.others)
        found[ASSOCIATED] = b"".join(each.to_bytes(4, "big") for each in addresses)
    sent = options | chosen(request.options.get(WANTED), options, found)
    answer = reply(request, sent, ciaddr=judgement.address)
    if lease.relay_info:  # the client's relay's word, not that of the relay that asks
        answer.options[RELAY] = bytes.fromhex(lease.relay_info)
    return replace(answer, chaddr=_hardware(lease.mac))


def _of_lease(lease: Lease, now: float) -> Iterable[tuple[int, bytes]]:
    """What a relay may want to know of a lease: times are what is left of them."""
    left = max(int(lease.until - now), 0) if lease.until < INFINITE else INFINITE
    whole = lease.until - lease.starts
    for code, part in ((LEASE_TIME, 1.0), (RENEWAL, 0.5), (REBINDING, 0.75)):
        due = left if left == INFINITE else max(int(left - whole * (1 - part)), 0)
        yield code, due.to_bytes(4, "big")
    yield LAST_HEARD, max(int(now - lease.starts), 0).to_bytes(4, "big")
    if lease.client_id:
        yield CLIENT_ID, bytes.fromhex(lease.client_id)


def _hardware(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def computed(judgement: Judgement) -> Mapping[int, bytes]:
    """What follows from the network that the address is in."""
    if judgement.point_to_point:
        opposite = judgement.address ^ 1
        return {MASK: _POINT_TO_POINT, ROUTER: opposite.to_bytes(4, "big")}
    if judgement.subnet is None:
        return {}
    return _network_options(judgement.subnet.network)


def str_address(address: int) -> bytes:
    """Dotted, as option 66 and `sname` have it; empty for none."""
    return b"%d.%d.%d.%d" % tuple(address.to_bytes(4, "big")) if address else b""


@lru_cache(maxsize=1024)
def _said_first(
    verb: Verb,
    server_id: int,
    duration: int,
    renew_after: int,
    rebind_after: int,
    exchange: Exchange,
) -> Mapping[int, bytes]:
    """The same for nearly all clients of a subnet."""
    found = {KIND: _KINDS[verb], SERVER_ID: server_id.to_bytes(4, "big")}
    if duration and exchange is not Exchange.INFORM:
        found[LEASE_TIME] = duration.to_bytes(4, "big")
        found[RENEWAL] = renew_after.to_bytes(4, "big")
        found[REBINDING] = rebind_after.to_bytes(4, "big")
    if exchange is Exchange.RAPID:
        found[RAPID_COMMIT] = b""
    return found


def _heard_by_all(answer: Packet) -> Packet:
    return replace(answer, flags=answer.flags | BROADCAST)


def _server_id(question: Question) -> int:
    return question.server_ids[0] if question.server_ids else 0


@lru_cache(maxsize=4096)
def _network_options(network: str) -> Mapping[int, bytes]:
    """Mask and broadcast address of a network."""
    net = IPv4Network(network)
    return {MASK: net.netmask.packed, BROADCAST_ADDRESS: net.broadcast_address.packed}


def next_server_of(
    question: Question, boot: Boot, reservation: Reservation | None, subnet: Subnet | None
) -> int:
    """Where files are: the reservation's word, the rule's, the subnet's, else this server."""
    said = (
        (reservation is not None and reservation.next_server)
        or boot.next_server
        or (subnet is not None and subnet.next_server)
    )
    return parse_address(said) if said else _server_id(question)
