"""Lease: who has an address now. Tenure: who had it, and when."""

from __future__ import annotations

from enum import StrEnum

from msgspec.structs import replace

from provd.documents.base import Document, Kind
from provd.documents.dhcp.strategy import strategy_and_token


class LeaseState(StrEnum):
    """How an address stands; that its time is over is computed, not written."""

    BOUND = "bound"
    """A client has it."""
    RELEASED = "released"
    """Its client gave it back."""
    DECLINED = "declined"
    """Somebody else uses it: it rests until its time is over, and is nobody's."""


class Lease(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One address; its id is the address, dotted. Times are seconds since the epoch."""

    key: str = ""
    """`<strategy>=<token>` of its client, see `client_key`; empty while it is declined."""
    mac: str = ""
    """The client's hardware address, normal spelling."""
    client_id: str = ""
    """Option 61, hex."""
    hostname: str = ""
    """Option 12."""
    subnet: str = ""
    """The id of the subnet it is in; empty for a reservation outside every one."""
    state: LeaseState = LeaseState.BOUND
    """How it stands."""
    starts: int = 0
    """When its client got it, or last renewed it."""
    until: int = 0
    """When its time is over."""
    via: str = ""
    """The relay (giaddr), or the address of ours, that the client last came through."""
    device: str = ""
    """The id of the client's device, when it has one."""
    relay_info: str = ""
    """Option 82, hex."""
    reserved: bool = False
    """Given for a reservation."""
    tenure: str = ""
    """The id of the `Tenure` that its client's time with it is."""

    @property
    def strategy(self) -> str:
        """By what its client is known."""
        return strategy_and_token(self.key)[0]

    @property
    def token(self) -> str:
        """What its client is by that."""
        return strategy_and_token(self.key)[1]

    def is_live(self, now: float) -> bool:
        """Whether its client has it now."""
        return self.state is LeaseState.BOUND and self.until > now

    def is_taken(self, now: float) -> bool:
        """Whether nobody else may get it now: its client has it, or it rests."""
        return self.state is not LeaseState.RELEASED and self.until > now


LEASES = Kind(name="leases", type=Lease, indexes=("key", "mac", "client_id", "subnet", "device"))


class Tenure(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One client's time with one address. Times are seconds since the epoch."""

    address: str
    """Which, dotted."""
    key: str
    """`<strategy>=<token>` of the client."""
    mac: str = ""
    """The client's hardware address, normal spelling."""
    device: str = ""
    """The id of its device, when it had one."""
    hostname: str = ""
    """What it called itself (12)."""
    subnet: str = ""
    """The id of the subnet that the address was in."""
    via: str = ""
    """The relay, or the address of ours, that the client came through first."""
    began: int = 0
    """When the client got the address."""
    ended: int = 0
    """When it was over; 0: it is not, as far as is written (see the lease's `until`)."""

    @property
    def strategy(self) -> str:
        """By what the client was known."""
        return strategy_and_token(self.key)[0]

    @property
    def token(self) -> str:
        """What the client was by that."""
        return strategy_and_token(self.key)[1]


TENURES = Kind(name="tenures", type=Tenure, indexes=("address", "key", "mac", "device"))


def released(lease: Lease, at: int) -> Lease:
    """A lease whose address is free from then on; one that was free before stays as it is."""
    if lease.state is LeaseState.RELEASED:
        return lease
    return replace(lease, state=LeaseState.RELEASED, until=min(at, lease.until))


def ended(tenure: Tenure, at: int) -> Tenure:
    """A tenure that is over; one that was over before stays as it is."""
    return tenure if tenure.ended else replace(tenure, ended=at)
