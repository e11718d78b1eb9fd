"""Strategies: by what a DHCP client is known, and the token that is its name by one of them."""

from __future__ import annotations

STRATEGIES = ("mac", "client-id", "circuit-id", "remote-id", "uuid")
"""The hardware address, options 61, 82.1, 82.2 and 97; several are joined by `+`."""


def client_key(strategy: str, token: str) -> str:
    """What indexes know a client by: `mac=00:00:5e:00:53:01`."""
    return f"{strategy}={token}"


def strategy_and_token(key: str) -> tuple[str, str]:
    """The two halves of what `client_key` made."""
    strategy, _, token = key.partition("=")
    return strategy, token
