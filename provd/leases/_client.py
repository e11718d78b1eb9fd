"""Who a packet is of, by the strategies of a subnet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from provd.documents.dhcp.strategy import JOINT, client_key
from provd.wire.dhcp import Packet, RelayAgent

LONGEST = 255
"""Bytes of what a client can be known by."""


def keys_of(strategies: Sequence[str], packet: Packet, agent: RelayAgent) -> tuple[str, ...]:
    """By what a client may be known (`documents.client_key`), in the order of the strategies.

    Those that need an option which the packet lacks are passed over.  The first is what a lease
    is written under; each of the others may be what one was written under before, or what a reservation is for.
    """
    keys = []
    for strategy in strategies:
        token = (
            _READERS[strategy](packet, agent)
            if strategy in _READERS
            else _joint(strategy, packet, agent)
        )
        if token:
            keys.append(client_key(strategy, token))
    return tuple(keys)


def mac_of(packet: Packet) -> str:
    """The hardware address, in the normal spelling of MAC addresses; empty where there is none."""
    chaddr = packet.chaddr
    return chaddr.hex(":") if chaddr.strip(b"\0") else ""


def _mac(packet: Packet, _agent: RelayAgent) -> str:
    return mac_of(packet)


def _client_id(packet: Packet, _agent: RelayAgent) -> str:
    return _hex(packet.options.get(61, b""))


def _circuit_id(_packet: Packet, agent: RelayAgent) -> str:
    return _hex(agent.circuit_id)


def _remote_id(_packet: Packet, agent: RelayAgent) -> str:
    return _hex(agent.remote_id)


def _uuid(packet: Packet, _agent: RelayAgent) -> str:
    """Option 97 (RFC 4578 section 2.3) of type 0, the only one there is."""
    value = packet.options.get(97, b"")
    return value[1:].hex() if len(value) == 17 and not value[0] else ""


def _hex(value: bytes) -> str:
    return value.hex() if len(value) <= LONGEST else ""


_READERS: Mapping[str, Callable[[Packet, RelayAgent], str]] = {
    "mac": _mac,
    "client-id": _client_id,
    "circuit-id": _circuit_id,
    "remote-id": _remote_id,
    "uuid": _uuid,
}


def _joint(strategy: str, packet: Packet, agent: RelayAgent) -> str:
    """A composite: all of its parts, or none."""
    tokens = [_READERS[part](packet, agent) for part in strategy.split(JOINT)]
    return JOINT.join(tokens) if all(tokens) else ""
