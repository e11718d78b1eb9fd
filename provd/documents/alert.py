"""Alert: somebody asked for secrets and was given none, or looks for what there is."""

from __future__ import annotations

from enum import StrEnum

from provd.documents.base import Document, Kind


class AlertKind(StrEnum):
    """What is to be looked at."""

    WITHHELD = "withheld"
    """A device was not given what its files tell: no policy lets it have that."""
    SWEEP = "sweep"
    """Somebody looks for devices: asks for one after the other, or for what there is not."""


class Alert(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One thing to look at; there is no second one of the same within the hour."""

    kind: AlertKind
    """What it is about."""
    at: float
    """When it was seen, in seconds since the epoch."""
    source: str
    """Who asked: an address, a network of IPv6, or for DHCP the relay or interface."""
    reason: str
    """What speaks against it, as a sentence."""
    device: str = ""
    """The device that was asked for; empty where there is none."""
    policy: str = ""
    """The policy that decided."""
    protocol: str = ""
    """Over which it was asked."""
    inquiry: str = ""
    """The id that its Decision and every log line have."""


ALERTS = Kind(name="alerts", type=Alert, indexes=("device",))
