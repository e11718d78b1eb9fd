"""The small world in which DHCP's policy is tried: three links, four subnets, five clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.documents.dhcp import Mode, Pool, Probe, Subnet
from provd.testing.leases import mac

CLIENT_NUMBERS = (1, 2, 3, 4, 5)
"""4 and 5 share a hardware address, and 3 says no client-id."""
LINKS: Mapping[str, tuple[str, ...]] = {
    "": ("a", "b"),
    "198.51.100.1": ("c",),
    "203.0.113.1": ("d",),
}
"""By relay (none: our own link), the subnets there."""
SUBNETS = (
    Subnet(id="a", network="192.0.2.0/28", shared_network="home", pools=(Pool(first="192.0.2.2", last="192.0.2.4"),)),
    Subnet(id="b", network="192.0.2.16/28", shared_network="home", pools=(Pool(first="192.0.2.18", last="192.0.2.18"),)),
    Subnet(
        id="c",
        network="198.51.100.0/24",
        pools=(Pool(first="198.51.100.2", last="198.51.100.4"),),
        strategies=("client-id", "mac"),
        probe=Probe.NONE,
    ),
    Subnet(id="d", network="203.0.113.0/24", pools=(Pool(first="203.0.113.2", last="203.0.113.3"),), mode=Mode.RESERVED),
)  # fmt: skip
POOLS = {
    "a": ((), (2, 4), (3, 6)),
    "b": ((), (18, 18), (17, 19)),
    "c": ((), (2, 4), (4, 5)),
    "d": ((), (2, 3), (3, 4)),
}
NETS = {"a": "192.0.2", "b": "192.0.2", "c": "198.51.100", "d": "203.0.113"}
ADDRESSES = tuple(
    f"{NETS[name]}.{last}"
    for name, lasts in {"a": range(2, 7), "b": range(17, 20), "c": range(2, 6), "d": range(2, 5)}.items()
    for last in lasts
)  # fmt: skip


def said(client: int, relay: str) -> dict[str, Any]:
    """What every packet of a client says, and how it comes."""
    hardware = mac(4 if client == 5 else client)
    options = {} if client == 3 else {61: b"\0client" + bytes((client,))}
    return {"chaddr": hardware, "relay": relay, "options": options}


def keys(client: int, subnet: str) -> tuple[str, ...]:
    """By what a client is known in a subnet."""
    what = said(client, "")
    by_mac = f"mac={what['chaddr'].hex(':')}"
    if subnet != "c" or 61 not in what["options"]:
        return (by_mac,)
    return (f"client-id={what['options'][61].hex()}", by_mac)


def subnet_at(address: str) -> str:
    """The subnet that an address is in."""
    name = next(name for name, net in NETS.items() if address.startswith(f"{net}."))
    return "b" if name == "a" and int(address.rsplit(".", 1)[1]) >= 16 else name


def pooled(subnet: Subnet, address: str) -> bool:
    """Whether an address is in one of its subnet's pools."""
    last = int(address.rsplit(".", 1)[1])
    return any(
        int(pool.first.rsplit(".", 1)[1]) <= last <= int(pool.last.rsplit(".", 1)[1])
        for pool in subnet.pools
    )
