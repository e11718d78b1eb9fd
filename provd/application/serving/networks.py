"""Whether an address is in one of some networks, remembered: the same few addresses ask again and again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

MOST_REMEMBERED = 4096


class Networks:
    """Some networks (CIDR)."""

    def __init__(self, networks: Iterable[str]) -> None:
        """They are in their normal spelling already."""
        self._networks = [ip_network(network) for network in networks]
        self._known: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._networks)

    def hold(self, address: str) -> bool:
        """Whether an address (canonical, or empty for none) is in one of them."""
        known = self._known.get(address)
        if known is None:
            known = self._looked_up(address)
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[address] = known
        return known

    def _looked_up(self, address: str) -> bool:
        if not address:
            return False
        parsed = ip_address(address.partition("%")[0])
        return any(parsed in network for network in self._networks)


@lru_cache(maxsize=MOST_REMEMBERED)
def one_source(source: str) -> str:
    """Who counts as one source: an IPv4 address, the /64 of an IPv6 address, a relay or interface as it is."""
    if ":" not in source or " " in source:
        return source
    network = (int(IPv6Address(source.partition("%")[0])) >> 64) << 64
    return f"{IPv6Address(network)}/64"
