"""Errand: one device that is to be told to fetch its files again, and how its kind understands that."""

from __future__ import annotations

from attrs import define
from msgspec import Struct

from provd.values.errors import ProvdError


class Notify(Struct, frozen=True, kw_only=True):
    """A SIP NOTIFY that a device understands."""

    event: str = "check-sync"
    """What has it fetch its files again: the value of the Event header."""
    reboot: str = ""
    """What has it reboot; empty where the event does that already, or nothing does."""
    port: int = 5060
    """Where it listens."""
    content_type: str = ""
    body: str = ""


class ActionUrl(Struct, frozen=True, kw_only=True):
    """A request over HTTP that a device understands.

    In `path` and `reboot`, `{username}` and `{password}` stand for the credentials of the device's
    administrator, escaped.
    """

    path: str = ""
    """What has it fetch its files again, with its leading slash; empty where it can only reboot."""
    reboot: str = ""
    """What has it reboot; empty where nothing does."""
    method: str = "GET"
    scheme: str = "http"
    port: int = 0
    """0 is the scheme's own."""
    content_type: str = ""
    body: str = ""


UNPROVED = (
    "it wants a password, and nobody knows that the device is at {address}: it is to have asked from there and proved that"
    " it is the one, or synchronization.networks is to name where devices are"
)
"""Why no use is made of a password."""

Way = Notify | ActionUrl
"""How a device can be told."""


class Account(Struct, frozen=True, kw_only=True):
    """The account that a phone runs, and whom it registers with."""

    username: str = ""
    """Of SIP; empty where nobody knows which it runs."""
    shared_by: str = ""
    """Another device that runs the same account, in words: asking for the account would reach that, too."""
    auth_username: str = ""
    password: str = ""
    host: str = ""
    """Its registrar."""
    proxy: str = ""
    proxy_port: int = 0
    transport: str = "udp"


class Errand(Struct, frozen=True, kw_only=True):
    """One device to be told, and all that takes."""

    device_id: str
    address: str
    """Where the device is: the one place that it is looked for."""
    proved: bool = False
    """Whether more than somebody's word says that the device is there: passwords are made use of there only."""
    way: Way
    reboot: bool = False
    account: Account = Account()
    username: str = ""
    password: str = ""
    """Of the device's administrator."""


@define
class NotTold(ProvdError):
    """A device could not be told to fetch its files again."""

    reason: str
    again: bool = False
    """Whether it may go better next time."""

    def __str__(self) -> str:
        return self.reason
