"""From where a way of proving oneself may be used at all."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import implementer

from provd.contracts import IIdentityProvider
from provd.values import Identity, Presented

REMEMBERED = 1024
"""Addresses of which it is remembered whether they are among those."""


@implementer(IIdentityProvider)
class OnlyFrom:
    """A provider for callers in some networks; for all others there is no such provider.

    What they show is not looked at, so nobody guesses from elsewhere, and nobody is locked out by it.
    """

    def __init__(self, provider: Any, networks: Iterable[str]) -> None:
        """`provider` is an `IIdentityProvider`. @raise ValueError: a network is none."""
        self.name = provider.name
        self._provider = provider
        self._networks = tuple(map(ip_network, networks))
        self._is_among = lru_cache(maxsize=REMEMBERED)(self._look)

    def identify(self, presented: Presented) -> Identity | Deferred[Identity | None] | None:
        if not self._is_among(presented.peer):
            return None
        return self._provider.identify(presented)  # type: ignore[no-any-return]  # as the contract says

    def _look(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._networks)
