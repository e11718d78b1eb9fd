"""Callers who are known by their address: networks, and names that lead to the address.

A name is looked up forwards: what counts is that its owner says the address is its own, never what
the owner of the address calls it.  Whoever shows any other proof is judged by that alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from attrs import define
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from provd.contracts import IIdentityProvider
from provd.values import Identity, Presented

FRESH = 60.0
"""Seconds for which the addresses of a name are taken for true."""

PATIENCE = 3.0
"""Seconds that a name server may take; its names are nobody's until it has answered."""

Resolve = Callable[[str], "Deferred[Sequence[str]]"]
"""The addresses of a name; fails when there are none."""


@define
class _Name:
    user: str
    addresses: frozenset[str] = frozenset()
    until: float = 0.0


@implementer(IIdentityProvider)
class Whitelist:
    """Addresses, networks (`192.0.2.0/24`) and names, each with the user who calls from there."""

    name = "whitelist"

    def __init__(self, users: Mapping[str, str], resolve: Resolve, clock: IReactorTime) -> None:
        self._resolve = resolve
        self._clock = clock
        self._networks: list[tuple[IPv4Network | IPv6Network, str]] = []
        self._names: dict[str, _Name] = {}
        for place, user in users.items():
            try:
                self._networks.append((ip_network(place), user))
            except ValueError:
                self._names[place] = _Name(user)
        # Of two networks that hold an address the narrower one names the user.
        self._networks.sort(key=lambda each: -each[0].prefixlen)

    def identify(self, presented: Presented) -> Identity | Deferred[Identity | None] | None:
        if presented.authorization:
            return None
        try:
            address = ip_address(presented.peer)
        except ValueError:
            return None
        for network, user in self._networks:
            if address in network:
                return Identity(user=user, provider=self.name)
        stale = [name for name, each in self._names.items() if each.until <= self._clock.seconds()]
        if stale:
            looked = gatherResults([self._look_up(name) for name in stale])
            return looked.addCallback(lambda _none: self._by_name(presented.peer))
        return self._by_name(presented.peer)

    def _by_name(self, peer: str) -> Identity | None:
        for each in self._names.values():
            if peer in each.addresses:
                return Identity(user=each.user, provider=self.name)
        return None

    def _look_up(self, name: str) -> Deferred[None]:
        # Not twice at once: whoever comes meanwhile goes by what was known before.
        self._names[name].until = self._clock.seconds() + FRESH
        looked = self._resolve(name).addTimeout(PATIENCE, self._clock)
        return looked.addCallbacks(
            lambda addresses: self._keep(name, addresses), lambda _failure: self._keep(name, ())
        )

    def _keep(self, name: str, addresses: Sequence[str]) -> None:
        self._names[name].addresses = frozenset(addresses)
