"""What a device asked, whatever the protocol."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

from provd.values.proof import Certified, Credential


class Protocol(StrEnum):
    """How a device may ask."""

    HTTP = "http"
    TFTP = "tftp"
    DHCP = "dhcp"


class Inquiry(Struct, frozen=True, kw_only=True, gc=False):
    """One question of one device: protocol-neutral, immutable, complete.

    Everything that is derived while answering (a new document's id, its time of creation)
    derives from `id` and `arrived`, so that a what-if gives exactly what serving would give.
    """

    id: str
    """Unique per question; every log line and the Decision carry it."""
    protocol: Protocol
    path: str
    """What is asked for, as text: an HTTP path with its leading slash, percent-decoded once
    (query apart), or a TFTP file name as sent.  Bytes that are not UTF-8 become U+FFFD.
    Over DHCP, what kind of message it is: `discover`, `request`, …"""
    peer: str
    """The device's address, canonical; behind trusted proxies, the address they vouch for.
    Over DHCP empty while the device has none: a relay's address is never the device's."""
    arrived: float
    """Seconds since the epoch."""
    peer_port: int = 0
    local: str = ""
    """The address the question came in on (multi-homed hosts); empty when unknown."""
    local_port: int = 0
    """The port it came in at, where that tells more than the protocol (DHCP: 67 or 4011)."""
    origin: str = ""
    """Over HTTP, where the device reached us if not at our port for plain HTTP: scheme, host and port, as
    `https://192.0.2.1:8443`."""
    interface: str = ""
    """The network interface it came in on; empty when unknown."""
    method: str = "GET"
    query: str = ""
    headers: dict[str, str] = {}
    """HTTP headers: lower-case names, first value of each."""
    options: dict[str, str] = {}
    """TFTP options: lower-case names."""
    dhcp: dict[int, bytes] = {}
    """DHCP options by code."""
    mac: str = ""
    """The hardware address of the packet itself (DHCP chaddr), normal spelling."""
    packet: Any = None
    """Over DHCP, the decoded message (`provd.wire.dhcp.Packet`), for whoever answers it."""
    relay: str = ""
    """Over DHCP, the relay that passed it on (giaddr); empty when nobody did."""
    unicast: bool = False
    """Over DHCP, it was sent to an address of ours, not to everybody."""
    on_link: tuple[str, ...] = ()
    """The addresses of the interface it came in on, each with the length of its network:
    `192.0.2.1/24`; empty when unknown."""
    neighbour: str = ""
    """The MAC address the kernel knows for `peer` on a directly connected network; gathered."""
    certificate: Certified | None = None
    """What the client certificate of its connection says, judged; None where it showed none."""
    credential: Credential | None = None
    """What the name and the password that it showed are worth, judged; None where it showed none.
    The header that had them is not among `headers` any more."""
    key: str = ""
    """The id of the provisioning key that its path began with; `path` is without it."""
    url_token: str = ""
    """The id of the one-time URL that its path began with; `path` is without it."""
    holder: str = ""
    """The id of the device that the one-time URL was made for: nobody else may use it."""
    tenant: str = ""
    """Whose key or one-time URL it showed; empty where it showed neither."""
    barred: str = ""
    """Why it is told nothing, whoever asks: it lacks a key where one is required, or shows one that is
    over; empty for most."""

    @property
    def bound(self) -> bool:
        """Whether it is for devices of `tenant` only, be that the installation's own."""
        return bool(self.key or self.url_token)

    @property
    def source(self) -> str:
        """Who answers for it, for limits per source: an address, `relay 192.0.2.1`, `interface eth0`.

        Whoever has no address yet is one of a whole network behind its relay or our interface.
        """
        if self.peer or self.protocol is not Protocol.DHCP:
            return self.peer
        return f"relay {self.relay}" if self.relay else f"interface {self.interface}"

    @property
    def filename(self) -> str:
        """The last component of the path."""
        return self.path.rsplit("/", 1)[-1]
