"""Where addresses and networks lie, as a draft shows subnets: at a price that does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from provd.contracts import IDocumentStore, IDraft, IReadable
from provd.documents.dhcp import SUBNETS, Subnet
from provd.documents.dhcp.addressing import LARGEST


@lru_cache(maxsize=4096)
def network_of(text: str) -> IPv4Network:
    """The network of a subnet, which is well spelled."""
    return IPv4Network(text)


def covering(documents: IReadable, address: str) -> Subnet | None:
    """The subnet that an address is in."""
    number = int(IPv4Address(address))
    for length in range(32, LARGEST - 1, -1):
        host_bits = 32 - length
        first = IPv4Address(number >> host_bits << host_bits)
        found = documents.by(SUBNETS.name, "network", f"{first}/{length}")
        if found:
            subnet: Subnet = found[0]
            return subnet
    return None


def overlapping(store: IDocumentStore, draft: IDraft, subnet: Subnet) -> Iterator[Subnet]:
    """Other subnets that share an address with this one, whichever of the two is the larger."""
    net = network_of(subnet.network)
    for other in as_drafted(store, draft, SUBNETS.name):
        if other.id != subnet.id and network_of(other.network).overlaps(net):
            yield other


def as_drafted(store: IDocumentStore, draft: IDraft, collection: str) -> Iterator[Any]:
    """Every document of a collection, as a draft shows it."""
    proposed = {
        (after or before).id: after  # type: ignore[union-attr] # one of the two is there
        for where, before, after in draft.proposals()
        if where == collection
    }
    for document in store.collection(collection):
        if document.id not in proposed:
            yield document
    yield from (after for after in proposed.values() if after is not None)
