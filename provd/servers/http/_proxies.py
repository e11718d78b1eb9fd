"""Who asks, when a proxy asks for them.

A proxy appends the address it was asked from to `X-Forwarded-For`.  The last entry is therefore
as trustworthy as the proxy that is connected to us, the entry before it as trustworthy as the
proxy that the last entry names, and so on: the walk goes from right to left, for as long as the
next address is a trusted proxy's own and the count allows.  Everything further left was written
by whoever wanted to.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from socket import AF_INET, inet_pton

from provd.values import Invalid, MalformedPacket, Problem, parse_ip

_MOST_REMEMBERED = 4096


class TrustedProxies:
    """Networks whose `X-Forwarded-For` is believed, for at most `count` hops."""

    def __init__(self, networks: Sequence[str], count: int) -> None:
        """@raise Invalid: a network is none, or the count is negative."""
        self._networks = _parse_networks(networks)
        self._count = count
        self._remembered: dict[str, bool] = {}
        if count < 0:
            raise Invalid(
                "HTTP settings", [Problem("trusted_proxy_count", "is negative", "0 or more")]
            )

    def trusts(self, address: str) -> bool:
        """Whether a canonical address is a trusted proxy's."""
        if not self._networks or not self._count:
            return False
        known = self._remembered.get(address)
        if known is None:
            known = self._belongs(address)
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[address] = known
        return known

    def client(self, peer: str, forwarded: str) -> str:
        """The address that the trusted proxies vouch for.

        `peer` is the socket's, which is trusted; `forwarded` all values of `X-Forwarded-For`, joined
        by commas.  Without entries it is the proxy itself that asks.

        @raise MalformedPacket: an entry that a trusted proxy wrote is no address.
        """
        client = peer
        entries = forwarded.split(",") if forwarded.strip() else []
        for _hop in range(self._count):
            if not entries or not self.trusts(client):
                break
            client = _parse_entry(entries.pop())
        return client

    def _belongs(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _parse_networks(networks: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    parsed, problems = [], []
    for number, network in enumerate(networks):
        try:
            parsed.append(ip_network(network))
        except ValueError as error:
            wanted = "an address or a network such as 192.0.2.0/24"
            problems.append(Problem(f"trusted_proxies.{number}", str(error), wanted))
    if problems:
        raise Invalid("HTTP settings", problems)
    return parsed


def _parse_entry(entry: str) -> str:
    """`192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`."""
    text = entry.strip()
    if text.startswith("["):
        text, closed, port = text[1:].partition("]")
        good = bool(closed) and (not port or (port[0] == ":" and _is_port(port[1:])))
    elif text.count(":") == 1:
        text, _colon, port = text.partition(":")
        good = _is_port(port)
    else:
        good = True
    if not good or "%" in text:
        raise MalformedPacket("http", "X-Forwarded-For names no address")
    try:
        return _parse_address(text)
    except ValueError:
        raise MalformedPacket("http", "X-Forwarded-For names no address") from None


def _parse_address(text: str) -> str:
    """An address in its canonical spelling. @raise ValueError: it is none."""
    try:
        # Strict about IPv4, whose only spelling it takes is the canonical one; a tenth of what parsing in Python costs.
        inet_pton(AF_INET, text)
    except (OSError, ValueError):
        return parse_ip(text)
    return text


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) < 65536
