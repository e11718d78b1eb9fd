"""The interfaces of this host, as the kernel has them now, and the subnets that could be served there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Interface, ip_interface
from typing import Any

from provd.application.networks import network_of
from provd.contracts import IDocumentStore
from provd.documents.dhcp import SUBNETS
from provd.documents.dhcp.addressing import LARGEST
from provd.values import Link

SMALLEST = 29
"""The longest prefix of a network that is proposed: what is smaller is a link between routers."""


class Interfaces:
    """Looked at, never changed."""

    def __init__(self, store: IDocumentStore, links: Callable[[], Sequence[Link]]) -> None:
        """`links` tells what there is; nothing where the kernel does not let us look."""
        self._store = store
        self._links = links

    def list(self) -> list[dict[str, Any]]:
        """Every interface, in the kernel's order."""
        return [self._shown(link) for link in sorted(self._links(), key=lambda link: link.index)]

    def _shown(self, link: Link) -> dict[str, Any]:
        return {
            "name": link.name,
            "index": link.index,
            "mac": link.mac,
            "addresses": list(link.addresses),
            "up": link.up,
            "broadcast": link.broadcast,
            "proposals": list(self._proposals(link)),
        }

    def _proposals(self, link: Link) -> Iterator[dict[str, Any]]:
        """Subnets as they could be created, for networks of the link that no subnet touches yet."""
        if not link.broadcast:
            return
        for address in map(ip_interface, link.addresses):
            if isinstance(address, IPv4Interface) and self._is_open(address):
                yield _proposal(link, address)

    def _is_open(self, address: IPv4Interface) -> bool:
        net = address.network
        if address.is_loopback or address.is_link_local or not LARGEST <= net.prefixlen <= SMALLEST:
            return False
        subnets: Iterable[Any] = self._store.collection(SUBNETS.name)
        return not any(net.overlaps(network_of(each.network)) for each in subnets)


def _proposal(link: Link, address: IPv4Interface) -> dict[str, Any]:
    name = "".join(each if each.isalnum() else "-" for each in link.name)
    prefix = name if name[:1].isalpha() else f"net-{name}"
    return {
        "id": f"{prefix}-{address.network.network_address}",
        "network": str(address.network),
        "pools": list(_pools(address)),
    }


def _pools(address: IPv4Interface) -> Iterator[dict[str, str]]:
    """Every host's address but our own."""
    own, net = address.ip, address.network
    for first, last in (
        (net.network_address + 1, own - 1),
        (own + 1, net.broadcast_address - 1),
    ):
        if first <= last:
            yield {"first": str(first), "last": str(last)}
