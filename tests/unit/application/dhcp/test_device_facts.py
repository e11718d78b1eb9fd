"""What is told of a device that asks over DHCP, without a document for each packet."""

from __future__ import annotations

from typing import Any

from provd.application.devices import Devices
from provd.application.readiness import Readiness
from provd.application.slices import Slices
from provd.testing.access import settle
from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import MAC, Site, said, site
from provd.values import Change
from provd.wire.dhcp import MessageType


def shown(lan: Site) -> Any:
    """The only device, as operators see it."""
    core = lan.core
    devices = Devices(core.store, Slices(core.clock), lambda: "id", Readiness(core.plugins, dict))
    (device,) = core.devices()
    return settle(devices.get(device.id))


def written(lan: Site) -> None:
    """What was noted is written behind."""
    done: list[object] = []
    lan.core.statuses.stop().addBoth(done.append)
    assert done == [None]


def test_what_is_shown_of_a_device() -> None:
    """Its lease, when it was noted, and what it says that it is, as one line of text."""
    lan = site(a_subnet(create_devices="all", lease_time=600))
    lan.lease(options={60: b"phone\n\xff\0", 12: b"desk"})
    written(lan)
    told, now = shown(lan), lan.core.clock.seconds()
    assert (told["dhcp_seen"], told["vendor_class"]) == (now, "phone\ufffd\xff")
    assert told["lease"] == {
        "id": "192.0.2.10",
        "state": "bound",
        "until": now + 600,
        "subnet": "lan",
        "hostname": "desk",
    }


def test_a_device_without_a_lease() -> None:
    """Nothing is said of one; a packet without a vendor class leaves what was said."""
    lan = site(a_subnet(create_devices="all"))
    lan.discover(options={60: b"phone"})
    lan.core.clock.advance(61)
    lan.discover()
    written(lan)
    told = shown(lan)
    assert "lease" not in told
    assert told["vendor_class"] == "phone"
    assert told["dhcp_seen"] == lan.core.clock.seconds()


def test_a_renewal_writes_no_status() -> None:
    """Packets that are answered alike within a minute are noted once, whatever their number is."""
    lan = site(a_subnet(create_devices="all"))
    lan.lease()
    written(lan)
    changes: list[Change] = []
    lan.core.store.feed.subscribe("test", ["statuses"], changes.extend)
    for _packet in range(20):
        lan.core.clock.advance(1)
        lan.reply(said(MessageType.REQUEST, MAC, ip="192.0.2.10"))
    written(lan)
    assert not changes
    lan.core.clock.advance(61)
    lan.reply(said(MessageType.REQUEST, MAC, ip="192.0.2.10"))
    written(lan)
    assert len(changes) == 1
