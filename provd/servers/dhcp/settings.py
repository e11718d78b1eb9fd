"""What an operator may set about DHCP, with the defaults and why they are what they are."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

__all__ = ["DHCPSettings"]

_Port = Annotated[int, Meta(ge=0, le=65535)]
_Count = Annotated[int, Meta(ge=1)]


class DHCPSettings(Struct, frozen=True, kw_only=True):
    """Where DHCP is served; what is answered is said by the documents (subnets, reservations)."""

    interfaces: tuple[str, ...] = ()
    """The interfaces to serve: `["eth0", "eth1"]`, or `["*"]` for all that have broadcasts, those that
    come later included.  None by default: two servers on one network that do not know of each other
    are an outage."""
    port: _Port = 67
    client_port: _Port = 68
    """Where clients listen; relays listen on `port`."""
    binl_port: _Port = 4011
    """Where boot ROMs ask a ProxyDHCP server for their file; 0 does not listen there."""
    beside: bool = False
    """Serve beside another DHCP server on this very host: its port is not bound, what arrives is read
    from the interfaces themselves."""
    busy: _Count = 4096
    """Packets that may wait for an answer at once; the clients of more are left to ask again."""
    lease_queries: tuple[str, ...] = ()
    """Relays that are told who has an address when they ask (LEASEQUERY, RFC 4388), besides those
    through which leases were given: these are known."""
    history: float = 31536000.0
    """Seconds that is kept who had an address, after it was over: a year."""
    receive_buffer: _Count = 8 << 20
    """Bytes that the kernel keeps for each socket while the server is busy.  Where it is started without
    CAP_NET_ADMIN, `net.core.rmem_max` is the most."""

    @property
    def wanted(self) -> bool:
        """Whether DHCP is served at all."""
        return bool(self.interfaces)

    def serves(self, interface: str) -> bool:
        """Whether an interface is among those to serve."""
        return interface in self.interfaces or "*" in self.interfaces
