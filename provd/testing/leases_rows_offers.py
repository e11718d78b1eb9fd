"""Rows of docs/reference/dhcp-policy.rst: DISCOVER, and the REQUEST that follows an offer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from provd.documents.dhcp import Mode, OptionValue, Picker, Probe
from provd.leases import _reasons as reasons
from provd.testing.leases import US, discover, lan, octets, request, reservation, sent
from provd.testing.leases_rows import (
    BESIDES,
    HOME,
    NOBODY,
    ONE,
    RAPID,
    THERE,
    Row,
    holds,
    judges,
    keeps,
    obtains,
    passes,
    played,
    restarts,
    serves,
    there,
)
from provd.values import Exchange, Verb
from provd.wire.dhcp import MessageType

OFFERED = discover(1)
SELECT = partial(request, server=US)
DECLINE = sent(MessageType.DECLINE, 2, asked="192.0.2.10", server=US)
OUTSIDE = reservation("203.0.113.9", options=(OptionValue(code=1, value="255.255.255.0"),))
PAIRS = lan(pickers=(Picker.POINT2POINT,))


def offer_rows() -> Iterator[Row]:
    """All of them, by exchange."""
    yield from _discover()
    yield from _picked()
    yield from _rapid()
    yield from _selecting()


def _discover() -> Iterator[Row]:
    row = partial(Row, Exchange.DISCOVER)
    offer, nothing = Verb.OFFER, Verb.NOTHING
    has_one = obtains(1)
    yield row(
        "no subnet covers the link", nothing, reasons.NO_SUBNET, serves(discover(relay=THERE))
    )
    for mode in (Mode.PROXY, Mode.OBSERVE, Mode.OFF):
        yield row(
            f"the subnet's mode is {mode}",
            nothing,
            reasons.NOT_SERVED,
            serves(OFFERED),
            (lan(mode=mode),),
        )
    yield row(
        "it says nothing that the subnet's strategies need",
        nothing,
        reasons.NO_KEY,
        serves(discover(chaddr=NOBODY)),
    )
    yield row(
        "an address is reserved for it",
        offer,
        reasons.GIVEN_RESERVED,
        serves(OFFERED),
        (lan(), reservation("192.0.2.77")),
    )
    yield row(
        "an address is reserved for it, and it has another",
        offer,
        reasons.GIVEN_RESERVED,
        played(has_one, keeps(reservation("192.0.2.77")), last=serves(OFFERED)),
    )
    yield row(
        "an address is reserved for it, and somebody else still has that",
        offer,
        reasons.GIVEN_FREE,
        played(obtains(2), keeps(reservation("192.0.2.10")), last=serves(OFFERED)),
    )
    yield row(
        "an address is reserved for it, on another link",
        offer,
        reasons.GIVEN_FREE,
        serves(OFFERED),
        (lan(), there(), reservation("198.51.100.77")),
    )
    yield row(
        "an address outside every subnet is reserved for it, with a mask",
        offer,
        reasons.GIVEN_RESERVED,
        serves(OFFERED),
        (lan(), OUTSIDE),
    )
    yield row(
        "it was offered an address a moment ago",
        offer,
        reasons.GIVEN_OFFERED,
        played(serves(OFFERED), passes(1), last=serves(OFFERED)),
    )
    yield row(
        "its address is still being probed",
        nothing,
        reasons.BEING_PROBED,
        played(holds(OFFERED), passes(1), last=judges(OFFERED)),
        (lan(probe=Probe.AUTO),),
    )
    yield row(
        "it has an address, and asks for another",
        offer,
        reasons.GIVEN_AGAIN,
        played(has_one, last=serves(discover(asked="192.0.2.15"))),
    )
    yield row(
        "it had an address, which nobody took",
        offer,
        reasons.GIVEN_AGAIN,
        played(has_one, passes(9000), last=serves(OFFERED)),
    )
    yield row(
        "it has an address, which is reserved for another now",
        offer,
        reasons.GIVEN_FREE,
        played(has_one, keeps(reservation("192.0.2.10", 2)), last=serves(OFFERED)),
    )
    yield row(
        "it had an address, which is in no pool any more",
        offer,
        reasons.GIVEN_FREE,
        played(has_one, keeps(lan(pool=(30, 39))), last=serves(OFFERED)),
    )


def _picked() -> Iterator[Row]:
    row = partial(Row, Exchange.DISCOVER)
    offer, nothing = Verb.OFFER, Verb.NOTHING
    yield row(
        "it asks for a free address of a pool",
        offer,
        reasons.GIVEN_ASKED,
        serves(discover(asked="192.0.2.15")),
    )
    yield row(
        "it asks for a free address of another subnet on its link",
        offer,
        reasons.GIVEN_ASKED,
        serves(discover(asked="192.0.3.10")),
        (HOME, BESIDES),
    )
    yield row(
        "it asks for an address that it cannot have",
        offer,
        reasons.GIVEN_FREE,
        played(obtains(2), last=serves(discover(asked="192.0.2.10"))),
    )
    yield row("nothing is known of it", offer, reasons.GIVEN_FREE, serves(OFFERED))
    yield row(
        "no address is free, and the lease of some is over",
        offer,
        reasons.GIVEN_EXPIRED,
        played(obtains(2), passes(9000), last=serves(OFFERED)),
        (ONE,),
    )
    yield row(
        "all addresses are offered, and no offer was answered",
        offer,
        reasons.GIVEN_OVERTAKEN,
        played(serves(discover(2)), last=serves(OFFERED)),
        (ONE,),
    )
    yield row(
        "all addresses are taken",
        nothing,
        reasons.NO_ADDRESS_LEFT,
        played(obtains(2), last=serves(OFFERED)),
        (ONE,),
    )
    yield row(
        "the only free address rests",
        nothing,
        reasons.NO_ADDRESS_LEFT,
        played(
            obtains(2),
            serves(DECLINE),
            last=serves(OFFERED),
        ),
        (ONE,),
    )
    yield row(
        "the only free address is our own",
        nothing,
        reasons.NO_ADDRESS_LEFT,
        serves(discover(on_link=("192.0.2.10/24",))),
        (ONE,),
    )
    yield row(
        "the only free address is reserved for another",
        nothing,
        reasons.NO_ADDRESS_LEFT,
        serves(OFFERED),
        (ONE, reservation("192.0.2.10", 2)),
    )
    yield row(
        "the subnet's mode is reserved, whatever its pickers",
        nothing,
        reasons.ONLY_RESERVED,
        serves(OFFERED),
        (lan(mode=Mode.RESERVED),),
    )
    yield row(
        "the subnet's first picker is none",
        nothing,
        reasons.NO_ADDRESS_LEFT,
        serves(OFFERED),
        (lan(pickers=(Picker.NONE,)),),
    )
    yield row(
        "the subnet's picker is point2point",
        offer,
        reasons.GIVEN_OPPOSITE,
        serves(discover(relay="192.0.2.11")),
        (PAIRS,),
    )


def _rapid() -> Iterator[Row]:
    row = partial(Row, Exchange.RAPID)
    yield row(
        "it can do without an offer (80), and the subnet lets it",
        Verb.ACK,
        reasons.GIVEN_FREE,
        serves(discover(options=RAPID)),
        (lan(rapid_commit=True),),
    )


def _selecting() -> Iterator[Row]:
    row = partial(Row, Exchange.SELECTING)
    ack, nak, ten = Verb.ACK, Verb.NAK, SELECT(asked="192.0.2.10")
    override = {11: octets("192.0.2.200")}
    yield row(
        "it names another server (54)",
        Verb.NOTHING,
        reasons.CHOSE_ANOTHER,
        played(serves(OFFERED), last=serves(request(asked="192.0.2.10", server="192.0.2.99"))),
    )
    yield row(
        "it was offered the address",
        ack,
        reasons.REQUESTED_FREE,
        played(serves(OFFERED), last=serves(ten)),
    )
    yield row(
        "it has another address on its link",
        ack,
        reasons.REQUESTED_FREE,
        played(obtains(1), last=serves(SELECT(asked="192.0.2.15"))),
    )
    yield row(
        "it names what its relay says in our place (82.11)",
        ack,
        reasons.REQUESTED_FREE,
        serves(
            request(asked="192.0.2.10", server="192.0.2.200", relay="192.0.2.200", agent=override)
        ),
    )
    yield row(
        "its offer is forgotten, and the address is free",
        ack,
        reasons.REQUESTED_FREE,
        played(serves(OFFERED), restarts, last=serves(ten)),
    )
    yield row(
        "its offer was overtaken, and the other client has not requested it",
        ack,
        reasons.REQUESTED_FREE,
        played(serves(OFFERED), serves(discover(2)), last=serves(ten)),
        (ONE,),
    )
    yield row(
        "the address was offered to another client",
        nak,
        reasons.PROMISED_TO_ANOTHER,
        played(serves(discover(2)), last=serves(ten)),
    )
    yield row(
        "another client has the address",
        nak,
        reasons.OF_ANOTHER,
        played(obtains(2), last=serves(ten)),
    )
    yield row(
        "the address rests",
        nak,
        reasons.RESTING,
        played(obtains(2), serves(DECLINE), last=serves(ten)),
    )
    yield row(
        "the address is reserved for another client",
        nak,
        reasons.RESERVED_FOR_ANOTHER,
        serves(ten),
        (lan(), reservation("192.0.2.10", 2)),
    )
    yield row(
        "another address is reserved for it",
        nak,
        reasons.HAS_RESERVATION,
        serves(ten),
        (lan(), reservation("192.0.2.77")),
    )
    yield row(
        "the address is in no pool", nak, reasons.NOT_IN_POOL, serves(SELECT(asked="192.0.2.200"))
    )
    yield row(
        "the address is of another link",
        nak,
        reasons.WRONG_LINK,
        serves(SELECT(asked="198.51.100.7")),
    )
    yield row(
        "no host can have the address",
        nak,
        reasons.NOT_AN_ADDRESS,
        serves(SELECT(asked="224.0.0.1")),
    )
