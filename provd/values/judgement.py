"""What DHCP's policy is asked about one packet, and what it says: see `contracts.ILeases`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

from provd.values.change import Committed

INFINITE = 0xFFFFFFFF
"""The lease time of those that never end (RFC 2131 section 3.3)."""


class Verb(StrEnum):
    """What is sent."""

    OFFER = "offer"
    ACK = "ack"
    """Also the answer to an INFORM (no address, no times) and to BOOTP (no option 53)."""
    NAK = "nak"
    NOTHING = "nothing"
    ACTIVE = "active"
    """DHCPLEASEACTIVE (RFC 4388), with `found`."""
    UNASSIGNED = "unassigned"
    """DHCPLEASEUNASSIGNED: the address is ours to give, and nobody's."""
    UNKNOWN = "unknown"
    """DHCPLEASEUNKNOWN."""


class Exchange(StrEnum):
    """What a client is about; those of a REQUEST are the states of RFC 2131 section 4.3.2."""

    DISCOVER = "discover"
    RAPID = "rapid"
    """A DISCOVER that is acknowledged at once (RFC 4039): the answer carries option 80."""
    SELECTING = "selecting"
    INIT_REBOOT = "init-reboot"
    RENEWING = "renewing"
    REBINDING = "rebinding"
    DECLINE = "decline"
    RELEASE = "release"
    INFORM = "inform"
    BOOTP = "bootp"
    LEASEQUERY = "leasequery"
    OTHER = "other"


class Question(Struct, frozen=True, kw_only=True, gc=False):
    """One packet, and all of its surroundings that a judgement depends on. Addresses are numbers."""

    packet: Any
    """A `provd.wire.dhcp.Packet`."""
    agent: Any
    """What its relay says: a `provd.wire.dhcp.RelayAgent`."""
    vias: tuple[int, ...]
    """What selects the link: sub-option 82.5, else giaddr, else the client's own address where it
    sent to ours, else our addresses on the interface."""
    server_ids: tuple[int, ...]
    """The addresses under which this client may know us, the best first."""
    now: float
    """When it arrived, in seconds since the epoch."""
    device_id: str = ""
    """Written into the lease."""
    unicast: bool = False
    """It was sent to an address of ours, not broadcast: the client renews, it does not rebind."""


class Loss(Struct, frozen=True, gc=False):
    """An address that was considered, and why it was not given: a constant sentence."""

    address: int
    reason: str
    by: str = ""
    """The client that has it, or shall have it (`documents.client_key`), where the reason is one."""

    def __str__(self) -> str:
        return f"{self.reason} ({self.by})" if self.by else self.reason


class Judgement(Struct, frozen=True, kw_only=True, gc=False):
    """What one packet is answered with, why, and what has to be written for it. Addresses are numbers."""

    verb: Verb
    exchange: Exchange
    reason: str
    """A constant sentence; `str()` of the judgement puts `fields` into it."""
    fields: tuple[tuple[str, Any], ...] = ()
    address: int = 0
    """What the client gets (see `yiaddr`), or what the packet was about; 0: none."""
    via: int = 0
    """Through whom it came, for bounds and for the lease; 0: unknown."""
    key: str = ""
    """By what the client is known, `documents.client_key`."""
    link: str = ""
    """The name of its link: of the shared network, or of the only subnet."""
    picker: str = ""
    """How the address was found: `reservation`, `offer`, `lease`, or a `documents.Picker`."""
    subnet: Any = None
    """The `documents.Subnet` that the address is in."""
    reservation: Any = None
    """The `documents.Reservation` it was given for."""
    duration: int = 0
    """Seconds; `INFINITE` for ever; 0: nothing is leased."""
    server_id: int = 0
    """What option 54 says."""
    probe: bool = False
    """Nobody has made sure that nobody uses the address: do so before answering, see `ILeases.hold`."""
    lease: Any = None
    """The `documents.Lease` to put; the answer leaves once that is durable. None: write nothing."""
    tenures: tuple[Any, ...] = ()
    """The `documents.Tenure`s to put with it."""
    forget: tuple[Any, ...] = ()
    """The leases to delete with it."""
    point_to_point: bool = False
    """The mask is a /31's, and the router is its other end, `address ^ 1`."""
    found: Any = None
    """What a lease query was about: the most recent `documents.Lease` of that client."""
    others: tuple[int, ...] = ()
    """That client's other addresses (92)."""
    by: str = ""
    """The other client, where that is the reason: for operators, and for no client to know."""
    losses: tuple[Loss, ...] = ()
    """What was considered before, in order."""

    def __str__(self) -> str:
        return self.reason.format(**dict(self.fields))

    @property
    def yiaddr(self) -> int:
        """What stands in that field of the answer: nothing, unless an address is leased."""
        return self.address if self.duration and self.verb in {Verb.OFFER, Verb.ACK} else 0

    @property
    def renew_after(self) -> int:
        """T1 (58): half of the time (RFC 2131 section 4.4.5)."""
        return self.duration if self.duration == INFINITE else self.duration // 2

    @property
    def rebind_after(self) -> int:
        """T2 (59): three quarters, which leaves a client behind a lossy relay time to find another server."""
        return self.duration if self.duration == INFINITE else self.duration * 3 // 4


class Settled(Struct, frozen=True, gc=False):
    """A judgement that is acted upon, and is yet to be put into words."""

    decision: Any
    """The `Decision` it belongs to."""
    question: Question
    judgement: Judgement
    device: Any
    """The `documents.Device` that asked, as it was before it was given an address; None: it is none."""
    committed: Committed | None = None
    """What it wrote: its words leave once that is durable."""
