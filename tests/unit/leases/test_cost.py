"""A packet costs the same whatever there is: counted in documents read, not in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provd.contracts import IReadable
from provd.documents.dhcp import Lease, Pool, Probe, Subnet
from provd.leases import Leases, ask
from provd.leases._wheel import HORIZON
from provd.testing.leases import START, Sent, discover, lan, request
from provd.testing.leases_stores import memory
from provd.values import Verb
from provd.wire.dhcp import format_address, parse_address


class Counting:
    """A view that counts what is read through it."""

    def __init__(self, view: IReadable) -> None:
        self._view = view
        self.reads = 0

    def get(self, collection: str, document_id: str) -> Any:
        self.reads += 1
        return self._view.get(collection, document_id)

    def by(self, collection: str, field: str, value: str) -> tuple[Any, ...]:
        self.reads += 1
        return self._view.by(collection, field, value)

    def position(self, collection: str) -> int:
        return self._view.position(collection)


def site(subnets: int, leases: int, until: int) -> Any:
    """A policy over that many subnets of 4,000 addresses, and leases of their first addresses."""
    store = memory().store
    base = parse_address("10.0.0.0")
    store.load(
        "subnets",
        [
            lan(),
            *(
                Subnet(
                    id=f"s{number}",
                    network=f"{format_address(base + (number << 12))}/20",
                    pools=(
                        Pool(
                            first=format_address(base + (number << 12) + 1),
                            last=format_address(base + (number << 12) + 4000),
                        ),
                    ),
                    probe=Probe.NONE,
                )
                for number in range(subnets)
            ),
        ],
    )
    store.load(
        "leases",
        [
            Lease(
                id=format_address(base + (number % subnets << 12) + 1 + number // subnets),
                key=f"mac={number}",
                subnet=f"s{number % subnets}",
                until=until,
            )
            for number in range(leases)
        ],
    )
    return store, Leases(store, START)


RELAY = "10.0.15.253"
PACKETS: list[tuple[Callable[..., Sent], dict[str, str], Verb]] = [
    (discover, {}, Verb.OFFER),
    (discover, {"asked": "10.0.15.100"}, Verb.OFFER),
    (request, {"asked": "10.0.15.100", "server": "192.0.2.1"}, Verb.ACK),
    (request, {"ciaddr": "10.0.15.100"}, Verb.NAK),
]


def reads(subnets: int, leases: int, until: int, message: Sent, verb: Verb) -> int:
    """Documents read to judge one packet."""
    store, policy = site(subnets, leases, until)
    view = Counting(store)
    judgement = policy.judge(ask(message.packet, message.on_link, START), view)
    assert judgement.verb is verb
    return view.reads


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: f"{packet[2]} {packet[1]}")
def test_reads_do_not_grow(packet: tuple[Callable[..., Sent], dict[str, str], Verb]) -> None:
    """The same with 10 leases, with a pool nearly full of them, and with 200 subnets."""
    build, said, verb = packet
    message = build(9, relay=RELAY, **said)
    few = reads(1, 10, int(START) + 3600, message, verb)
    assert few <= 6
    assert reads(1, 3900, int(START) + 3600, message, verb) == few
    assert reads(200, 5000, int(START) + 3600, message, verb) == few


def test_a_full_pool_costs_no_search() -> None:
    """All 4,000 addresses have had a lease; whose is over the longest is known at once."""
    message = discover(9, relay=RELAY)
    assert reads(1, 4000, int(START) - 10, message, Verb.OFFER) <= 6


def test_a_packet_looks_at_few_leases_that_are_over() -> None:
    """However many ran out at once: the rest is for the packets after it, and for who keeps time."""
    store, policy = site(1, 4000, int(START) + 10)
    looked = Counting(store)
    policy._occupancy.store = looked  # type: ignore[assignment] # it reads nothing else
    assert not policy.tick(START + HORIZON)
    assert looked.reads <= 16
    while not policy.tick(START + HORIZON, 1000):
        pass
    assert looked.reads == 4000
    [_lan, pool] = policy.utilisation()
    assert (pool.over, pool.live) == (4000, 0)
