"""Device: the JSON document of one box (phone, switch, machine), one kind of document for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from provd.documents.base import EMPTY_OBJECT, Document, Kind
from provd.documents.header import read_header
from provd.documents.reading import Reading
from provd.values import is_mac, parse_ip, parse_mac


class Device(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What is known, or wished, of one device. What the server observes of it is its `Status`.

    A key that is null or an empty text says no more than one that is absent: all are None here.
    """

    mac: str | None = None
    """Lower case, colon separated; no two devices share one."""
    ip: str | None = None
    """Where it was last heard of: canonical IPv4 or IPv6."""
    sn: str | None = None
    """Its serial number."""
    uuid: str | None = None
    """Of its firmware or board."""
    vendor: str | None = None
    """Who made it, as plugins spell it."""
    model: str | None = None
    """As plugins spell it."""
    version: str | None = None
    """The firmware it says it runs."""
    plugin: str | None = None
    """The id of the plugin that serves it; it may not be installed (yet)."""
    config: str | None = None
    """The id of its config; there may be none of that id (yet)."""
    added: str | None = None
    """`auto` when it was created by its own first request."""
    description: str | None = None
    """For people."""
    options: Raw = EMPTY_OBJECT
    """For its plugin: a JSON object that templates read as `XX_options`."""
    remote_state_sip_username: str | None = None
    """The SIP user name in the file it fetched last, which is the one it really runs with."""


DERIVED_KEYS = ("configured", "is_new", "problems", "last_seen", "synchronization")
"""Shown with a device, kept elsewhere or computed: ignored when a client sends them back."""


def parse_device(
    given: Mapping[str, Any], *, document_id: str = "", subject: str = "device"
) -> Device:
    """The device that a JSON object describes.

    `document_id` is the id where the caller knows it (from a path, or because it was just
    generated); the object may then omit its own.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    read.drop(*DERIVED_KEYS)
    device = Device(
        **read_header(read, document_id),
        mac=_mac(read),
        ip=_ip(read),
        sn=read.filled("sn"),
        uuid=read.filled("uuid"),
        vendor=read.filled("vendor"),
        model=read.filled("model"),
        version=read.filled("version"),
        plugin=read.filled("plugin"),
        config=read.filled("config"),
        added=_added(read),
        description=read.filled("description"),
        options=read.raw(read.mapping("options"), "options"),
        remote_state_sip_username=read.filled("remote_state_sip_username"),
        extra=read.rest(),
    )
    read.finish()
    return device


DEVICES = Kind(
    name="devices",
    type=Device,
    unique=("mac",),
    secret=True,
    indexes=("ip", "sn", "uuid", "plugin", "config", "tenant", "remote_state_sip_username"),
    parse=parse_device,
    refers={"plugin": "plugins", "config": "configs"},
)


def _mac(read: Reading) -> str | None:
    """Other spellings are refused, not corrected: a client that sends them would not find its device."""
    mac = read.text("mac")
    if mac is None or is_mac(mac):
        return mac
    try:
        read.note("mac", f"{mac!r} is not in the normal spelling", parse_mac(mac))
    except ValueError:
        read.note("mac", f"{mac[:40]!r} is not a MAC address", "like 00:00:5e:00:53:01")
    return None


def _ip(read: Reading) -> str | None:
    ip = read.filled("ip")
    if ip is None:
        return None
    try:
        canonical = parse_ip(ip)
    except ValueError:
        read.note("ip", f"{ip[:64]!r} is not an IP address", "IPv4 without leading zeros, or IPv6")
        return None
    if ip != canonical:
        read.note("ip", f"{ip!r} is not the canonical spelling", canonical)
    return canonical


def _added(read: Reading) -> str | None:
    added = read.text("added")
    if added not in {None, "auto"}:
        read.note("added", f"is {str(added)[:40]!r}", "'auto', or nothing")
    return added


def in_normal_spelling(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same description of a device with `mac`, `ip` and `uuid` spelled as documents spell them.

    For sources that spell freely (DHCP servers, spreadsheets).  What cannot be understood stays as
    it is, and `parse_device` will say so.
    """
    normal = dict(given)
    for key, spelled in (("mac", parse_mac), ("ip", parse_ip), ("uuid", str.lower)):
        if isinstance(value := normal.get(key), str):
            try:
                normal[key] = spelled(value)
            except ValueError:
                continue
    return normal


def keep_what_the_server_manages(device: Device, stored: Device | None) -> Device:
    """A client's device, with the fields that a client cannot set as they are stored.

    For a full replacement (PUT); `stored` is None for a new device.
    """
    if stored is None:
        return msgspec.structs.replace(device, remote_state_sip_username=None, endpoint="")
    return msgspec.structs.replace(
        device,
        revision=stored.revision,
        tenant=stored.tenant,
        endpoint=stored.endpoint,
        remote_state_sip_username=stored.remote_state_sip_username,
    )


def is_new(device: Document, own_tenant: str) -> bool:
    """Whether nobody has taken the device yet: it is still with the tenant of provd itself."""
    return device.tenant == own_tenant
