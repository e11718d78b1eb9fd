"""What a relay agent says: option 82 (RFC 3046, 3527, 3993, 5107, 6607)."""

from __future__ import annotations

from msgspec import Struct

from provd.wire.dhcp.encapsulation import suboptions
from provd.wire.dhcp.faults import MalformedOption
from provd.wire.dhcp.packets import Packet

__all__ = ["NO_RELAY", "RelayAgent", "relay_agent"]

_LINK_SELECTION, _SERVER_OVERRIDE = 5, 11


class RelayAgent(Struct, frozen=True, gc=False):
    """Where a relayed packet came from; bytes are empty, and addresses 0, where nothing is said."""

    circuit_id: bytes = b""
    remote_id: bytes = b""
    link_selection: int = 0
    """The subnet to serve instead of giaddr's (RFC 3527)."""
    server_override: int = 0
    """What is to stand in option 54 of the answer (RFC 5107)."""
    subscriber_id: bytes = b""
    virtual_subnet: bytes = b""
    """A VPN's name or number with its type in front (RFC 6607, sub-option 151)."""
    suboptions: dict[int, bytes] = {}
    """All of them, the above included."""


NO_RELAY = RelayAgent()


def relay_agent(packet: Packet) -> RelayAgent:
    """Option 82 read; `NO_RELAY` without one.

    It decides which subnet serves the client, so one that cannot be read is not passed over.

    @raise MalformedOption: where it is ill-formed, or an address in it is.
    """
    value = packet.options.get(82)
    if not value:
        return NO_RELAY
    found = suboptions(82, value)
    get = found.get
    return RelayAgent(
        get(1, b""),
        get(2, b""),
        _address(found, _LINK_SELECTION),
        _address(found, _SERVER_OVERRIDE),
        get(6, b""),
        get(151, b""),
        found,
    )


def _address(found: dict[int, bytes], code: int) -> int:
    value = found.get(code)
    if value is None:
        return 0
    if len(value) != 4:
        detail = f"sub-option {code} has {len(value)} bytes, expected an address"
        raise MalformedOption("DHCP", detail, 82)
    return int.from_bytes(value, "big")
