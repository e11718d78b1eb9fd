"""Rows of docs/reference/dhcp-policy.rst: who gives back, who needs no address of ours, and who only asks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from provd.documents.dhcp import Mode
from provd.leases import _reasons as reasons
from provd.testing.leases import US, lan, mac, reservation, sent
from provd.testing.leases_rows import THERE, Row, obtains, played, serves, there
from provd.values import Exchange, Verb
from provd.wire.dhcp import MessageType

QUERY = partial(sent, MessageType.LEASEQUERY, chaddr=b"", relay=US)


def other_rows() -> Iterator[Row]:
    """All of them, by exchange."""
    yield from _given_back()
    yield from _inform()
    yield from _bootp()
    yield from _leasequery()
    row = partial(Row, Exchange.OTHER)
    yield row(
        "a message that servers send, or that we do not know",
        Verb.NOTHING,
        reasons.NOT_A_REQUEST,
        serves(sent(MessageType.FORCERENEW)),
    )


def _given_back() -> Iterator[Row]:
    has = obtains(1)
    for exchange, kind, reason in (
        (Exchange.DECLINE, MessageType.DECLINE, reasons.DECLINED),
        (Exchange.RELEASE, MessageType.RELEASE, reasons.RELEASED),
    ):
        row = partial(Row, exchange, verb=Verb.NOTHING)
        told = partial(sent, kind, asked="192.0.2.10", ciaddr="192.0.2.10")
        yield row(
            situation="it has the address",
            reason=reason,
            play=played(has, last=serves(told(server=US))),
        )
        yield row(
            situation="another client has the address",
            reason=reasons.SPOOFED,
            play=played(has, last=serves(told(2, server=US))),
        )
        yield row(
            situation="nobody has the address", reason=reasons.SPOOFED, play=serves(told(server=US))
        )
        yield row(
            situation="it names another server (54)",
            reason=reasons.CHOSE_ANOTHER,
            play=played(has, last=serves(told(server="192.0.2.99"))),
        )


def _inform() -> Iterator[Row]:
    row = partial(Row, Exchange.INFORM)
    inform = partial(sent, MessageType.INFORM, ciaddr="192.0.2.200")
    yield row(
        "its address is of a subnet on its link", Verb.ACK, reasons.INFORMED, serves(inform())
    )
    yield row(
        "it is behind a router, and its address is of a subnet of ours",
        Verb.ACK,
        reasons.INFORMED,
        serves(inform(unicast=True, on_link=(f"{THERE}/24",))),
    )
    yield row(
        "its address is of another link",
        Verb.NOTHING,
        reasons.WRONG_LINK,
        serves(inform(ciaddr="198.51.100.7")),
    )
    yield row(
        "no subnet covers the link", Verb.NOTHING, reasons.NO_SUBNET, serves(inform(relay=THERE))
    )
    yield row(
        "the subnet is another server's",
        Verb.NOTHING,
        reasons.NOT_SERVED,
        serves(inform()),
        (lan(mode=Mode.PROXY),),
    )


def _bootp() -> Iterator[Row]:
    row = partial(Row, Exchange.BOOTP)
    ten = reservation("192.0.2.10")
    yield row(
        "an address is reserved for it",
        Verb.ACK,
        reasons.GIVEN_RESERVED,
        serves(sent(None)),
        (lan(), ten),
    )
    yield row("none is reserved for it", Verb.NOTHING, reasons.NO_RESERVATION, serves(sent(None)))
    yield row(
        "an address is reserved for it, and somebody else still has that",
        Verb.NOTHING,
        reasons.OF_ANOTHER,
        played(obtains(2), lambda desk: desk.keep(ten), last=serves(sent(None))),
    )
    yield row(
        "the subnet is another server's",
        Verb.NOTHING,
        reasons.NOT_SERVED,
        serves(sent(None)),
        (lan(mode=Mode.OFF),),
    )
    yield row(
        "no subnet covers the link",
        Verb.NOTHING,
        reasons.NO_SUBNET,
        serves(sent(None, relay=THERE)),
    )


def _leasequery() -> Iterator[Row]:
    row = partial(Row, Exchange.LEASEQUERY)
    said = {61: b"\0phone"}
    has = obtains(1, relay=US, options=said)
    yield row(
        "the relay is neither known nor named",
        Verb.NOTHING,
        reasons.NOT_A_KNOWN_RELAY,
        played(has, last=serves(QUERY(ciaddr="192.0.2.10", relay=THERE))),
    )
    yield row(
        "it comes through no relay",
        Verb.NOTHING,
        reasons.NOT_A_KNOWN_RELAY,
        played(has, last=serves(QUERY(ciaddr="192.0.2.10", relay=""))),
    )
    yield row(
        "by address: it is leased",
        Verb.ACTIVE,
        reasons.LEASED,
        played(has, last=serves(QUERY(ciaddr="192.0.2.10"))),
    )
    yield row(
        "by address: it is in a pool, or reserved, and nobody has it",
        Verb.UNASSIGNED,
        reasons.NOT_LEASED,
        played(has, last=serves(QUERY(ciaddr="192.0.2.15"))),
    )
    yield row(
        "by address: it is not ours to give",
        Verb.UNKNOWN,
        reasons.NOT_KNOWN,
        played(has, last=serves(QUERY(ciaddr="192.0.2.200"))),
        (lan(), there()),
    )
    yield row(
        "by hardware address: that client has a lease",
        Verb.ACTIVE,
        reasons.LEASED,
        played(has, last=serves(QUERY(chaddr=mac(1)))),
    )
    yield row(
        "by client-id: that client has a lease",
        Verb.ACTIVE,
        reasons.LEASED,
        played(has, last=serves(QUERY(options=said))),
    )
    yield row(
        "by either: that client has no lease",
        Verb.UNKNOWN,
        reasons.NOT_KNOWN,
        played(has, last=serves(QUERY(chaddr=mac(2)))),
    )
