"""Whatever a packet says, there is a judgement on it, and what it writes can be kept."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from provd.testing.leases import Desk, Sent, lan, reservation
from provd.testing.leases_stores import memory
from provd.values import Judgement
from provd.wire.dhcp import MalformedOption, MessageType, Packet, parse_address

ADDRESSES = st.sampled_from(
    [
        0,
        1,
        2**32 - 1,
        *map(parse_address, ("192.0.2.10", "192.0.2.50", "192.0.2.1", "198.51.100.9")),
    ]
) | st.integers(0, 2**32 - 1)
FOUR = ADDRESSES.map(lambda address: address.to_bytes(4, "big"))
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        12: st.binary(max_size=300),
        50: FOUR,
        51: FOUR,
        53: st.sampled_from([bytes((kind,)) for kind in MessageType]),
        54: FOUR,
        61: st.binary(max_size=300),
        80: st.just(b""),
        82: st.binary(max_size=20) | FOUR.map(lambda four: b"\5\4" + four + b"\1\1x"),
        97: st.binary(max_size=20),
    },
)
PACKETS = st.builds(
    Packet,
    op=st.sampled_from([1, 1, 1, 2]),
    xid=st.just(1),
    chaddr=st.binary(max_size=16),
    options=OPTIONS,
    ciaddr=ADDRESSES,
    giaddr=st.sampled_from([0, parse_address("192.0.2.1")]) | ADDRESSES,
)
SENT = st.builds(
    Sent,
    packet=PACKETS,
    on_link=st.sampled_from([(), ("192.0.2.1/24",), ("2001:db8::1/64", "198.51.100.1/24")]),
    unicast=st.booleans(),
)


@settings(max_examples=200)
@given(st.lists(SENT, max_size=12))
def test_any_packet(messages: list[Sent]) -> None:
    """Nothing but option 82, read before anything is judged, is ever refused as malformed."""
    desk = Desk(
        memory(),
        lan(strategies=("client-id", "uuid+mac", "mac"), pool=(10, 13), rapid_commit=True),
        reservation("192.0.2.50"),
    )
    try:
        for message in messages:
            with suppress(MalformedOption):
                judgement = desk.serve(message)
                assert isinstance(judgement, Judgement)
                assert str(judgement)
            desk.now += 30
    finally:
        desk.close()
