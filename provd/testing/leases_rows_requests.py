"""Rows of docs/reference/dhcp-policy.rst: the REQUESTs of who has, or had, an address."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from provd.documents.dhcp import Mode
from provd.leases import _reasons as reasons
from provd.testing.leases import lan, request, reservation
from provd.testing.leases_rows import (
    BESIDES,
    HOME,
    ONE,
    THERE,
    Row,
    drops,
    keeps,
    obtains,
    passes,
    played,
    serves,
    there,
)
from provd.values import Exchange, Verb


def request_rows() -> Iterator[Row]:
    """All of them, by exchange."""
    yield from _init_reboot()
    yield from _renewing()
    yield from _rebinding()


def _init_reboot() -> Iterator[Row]:
    row = partial(Row, Exchange.INIT_REBOOT)
    ack, nak, nothing, ten = Verb.ACK, Verb.NAK, Verb.NOTHING, request(asked="192.0.2.10")
    has, shrunk = obtains(1), keeps(lan(pool=(30, 39)))
    yield row("it has the address", ack, reasons.RENEWED, played(has, last=serves(ten)))
    yield row(
        "it had the address, which nobody took",
        ack,
        reasons.RENEWED,
        played(has, passes(9000), last=serves(ten)),
    )
    yield row(
        "it has the address, and comes through another relay of the same link",
        ack,
        reasons.RENEWED,
        played(
            obtains(1, relay="192.0.2.2"),
            last=serves(request(asked="192.0.2.10", relay="192.0.2.3")),
        ),
    )
    yield row(
        "it has an address of another subnet on its link",
        ack,
        reasons.RENEWED,
        played(obtains(1, asked="192.0.3.10"), last=serves(request(asked="192.0.3.10"))),
        (HOME, BESIDES),
    )
    yield row("there is no lease of that address", nak, reasons.NO_LEASE, serves(ten))
    yield row(
        "another client has the address",
        nak,
        reasons.OF_ANOTHER,
        played(obtains(2), last=serves(ten)),
    )
    yield row(
        "it has the address, which is reserved for another client now",
        nak,
        reasons.RESERVED_FOR_ANOTHER,
        played(has, keeps(reservation("192.0.2.10", 2)), last=serves(ten)),
    )
    yield row(
        "it has the address, which is in no pool any more",
        nak,
        reasons.NOT_IN_POOL,
        played(has, shrunk, last=serves(ten)),
    )
    yield row(
        "it moved to another link",
        nak,
        reasons.WRONG_LINK,
        played(has, last=serves(request(asked="192.0.2.10", relay=THERE))),
        (lan(), there()),
    )
    yield row(
        "it moved to a link without a subnet",
        nothing,
        reasons.NO_SUBNET,
        played(has, last=serves(request(asked="192.0.2.10", relay=THERE))),
    )
    yield row(
        "it moved to a link where another server serves",
        nothing,
        reasons.NOT_SERVED,
        played(has, last=serves(request(asked="192.0.2.10", relay=THERE))),
        (lan(), there(mode=Mode.PROXY)),
    )
    yield row(
        "the address is of another server's network on the same wire, a subnet in the mode off",
        nothing,
        reasons.NOT_SERVED,
        serves(request(asked="192.0.3.10")),
        (HOME, lan("besides", 3, mode=Mode.OFF, shared_network="home")),
    )
    yield row(
        "the subnet is another server's now",
        nothing,
        reasons.NOT_SERVED,
        played(has, keeps(lan(mode=Mode.PROXY)), last=serves(ten)),
    )


def _renewing() -> Iterator[Row]:
    row = partial(Row, Exchange.RENEWING)
    ack, nak = Verb.ACK, Verb.NAK
    renew = request(ciaddr="192.0.2.10", unicast=True)
    routed = request(ciaddr="192.0.2.10", unicast=True, on_link=(f"{THERE}/24",))
    has, seventy = obtains(1), reservation("192.0.2.77")
    yield row("it has the address", ack, reasons.RENEWED, played(has, last=serves(renew)))
    yield row(
        "it has the address, and is behind a router",
        ack,
        reasons.RENEWED,
        played(has, last=serves(routed)),
    )
    yield row(
        "another address is reserved for it now",
        nak,
        reasons.HAS_RESERVATION,
        played(has, keeps(seventy), last=serves(renew)),
    )
    yield row(
        "another address is reserved for it now, and somebody else still has that",
        ack,
        reasons.RENEWED,
        played(obtains(1), obtains(2), keeps(reservation("192.0.2.11")), last=serves(renew)),
    )
    yield row(
        "its reservation is gone, and the address is in no pool",
        nak,
        reasons.NOT_IN_POOL,
        played(
            has,
            drops("reservations", "192.0.2.77"),
            last=serves(request(ciaddr="192.0.2.77", unicast=True)),
        ),
        (lan(), seventy),
    )
    yield row(
        "the subnet gives addresses to reservations only now",
        nak,
        reasons.NOT_IN_POOL,
        played(has, keeps(lan(mode=Mode.RESERVED)), last=serves(renew)),
    )
    yield row("there is no lease of that address", nak, reasons.NO_LEASE, serves(renew))
    yield row(
        "its lease ran out, and another client has the address",
        nak,
        reasons.OF_ANOTHER,
        played(has, passes(9000), obtains(2), last=serves(renew)),
        (ONE,),
    )
    yield row(
        "the subnet is gone",
        Verb.NOTHING,
        reasons.NO_SUBNET,
        played(has, drops("subnets", "lan"), last=serves(renew)),
    )


def _rebinding() -> Iterator[Row]:
    row = partial(Row, Exchange.REBINDING)
    rebind = request(ciaddr="192.0.2.10")
    yield row(
        "it has the address", Verb.ACK, reasons.RENEWED, played(obtains(1), last=serves(rebind))
    )
    yield row("there is no lease of that address", Verb.NAK, reasons.NO_LEASE, serves(rebind))
    yield row(
        "it moved to another link",
        Verb.NAK,
        reasons.WRONG_LINK,
        played(obtains(1), last=serves(request(ciaddr="192.0.2.10", relay=THERE))),
        (lan(), there()),
    )
