"""What the phones of shipped plugins are told over DHCP, as packets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace

from provd.testing.dhcp import a_reservation, a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.wire.dhcp import Packet, format_packet

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
AASTRA, CISCO, SNOM = "00:08:5d:00:53:01", "00:1b:54:00:53:01", "00:04:13:00:53:01"
PHONE = {60: b"AastraIPPhone6731i", 55: bytes((1, 3, 6, 42, 43, 66, 159, 160))}
OLD_PHONE = {60: b"Cisco Systems, Inc. IP Phone CP-7941G\0", 55: bytes((1, 66, 6, 3, 15, 150, 35))}


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """Where plugins are installed."""
    with TemporaryDirectory() as name:
        yield Path(name)


def told(family: str, scratch: Path, mac: str, options: dict[int, bytes], *more: object) -> Packet:
    """The ACK that a phone of a family gets, which nobody knew before."""
    return asked(family, scratch, *more).lease(mac, options=options)


def asked(family: str, scratch: Path, *more: object) -> Site:
    """A site with that plugin, whose devices reach it at 192.0.2.1, port 8667."""
    registry = installed(PLUGINS / family, scratch / family, base_url="http://192.0.2.1:8667")
    lan = a_subnet(options=[{"code": 3, "value": "192.0.2.1"}])
    return site(lan, *more, registry=registry)


AASTRA_ACK = """\
reply
xid: 0x00000000
chaddr: 00:08:5d:00:53:01
yiaddr: 192.0.2.10
option 53 message-type: ack
option 54 server-id: 192.0.2.1
option 51 address-time: 3600
option 58 renewal-time: 1800
option 59 rebinding-time: 2700
option 1 subnet-mask: 255.255.255.0
option 3 router: 192.0.2.1
option 43 vendor-specific: {2: "http://192.0.2.1:8667"; 3: hex 00}
option 66 tftp-server-name: "http://192.0.2.1:8667"
option 159 portparams: hex 687474703a2f2f3139322e302e322e313a38363637
option 160 provisioning-server: "http://192.0.2.1:8667"
"""

CISCO_ACK = """\
reply
xid: 0x00000000
chaddr: 00:1b:54:00:53:01
yiaddr: 192.0.2.10
option 53 message-type: ack
option 54 server-id: 192.0.2.1
option 51 address-time: 3600
option 58 renewal-time: 1800
option 59 rebinding-time: 2700
option 1 subnet-mask: 255.255.255.0
option 66 tftp-server-name: "192.0.2.1"
option 3 router: 192.0.2.1
option 150 tftp-server-address: 192.0.2.1
"""

SNOM_ACK = """\
reply
xid: 0x00000000
chaddr: 00:04:13:00:53:01
yiaddr: 192.0.2.10
option 53 message-type: ack
option 54 server-id: 192.0.2.1
option 51 address-time: 3600
option 58 renewal-time: 1800
option 59 rebinding-time: 2700
option 1 subnet-mask: 255.255.255.0
option 3 router: 192.0.2.1
option 43 vendor-specific: {66: hex 687474703a2f2f3139322e302e322e313a3836363700}
option 66 tftp-server-name: "http://192.0.2.1:8667"
"""


def test_aastra(scratch: Path) -> None:
    """The configuration server, over HTTP, wherever the phone looks for it."""
    ack = told("aastra", scratch, AASTRA, PHONE)
    assert format_packet(replace(ack, xid=0)) == AASTRA_ACK


def test_cisco(scratch: Path) -> None:
    """The TFTP server, as an address in both options."""
    ack = told("cisco-7900", scratch, CISCO, OLD_PHONE)
    assert format_packet(replace(ack, xid=0)) == CISCO_ACK


@pytest.mark.parametrize("vendor_class", [{60: b"snomD785"}, {}])
def test_snom(scratch: Path, vendor_class: dict[int, bytes]) -> None:
    """The settings server, inside 43 with a NUL behind it; also to a phone that only its address is known by."""
    ack = told("snom", scratch, SNOM, {**vendor_class, 55: bytes((1, 3, 6, 43, 66, 67))})
    assert format_packet(replace(ack, xid=0)) == SNOM_ACK


def test_a_phone_is_told_what_it_asks_for(scratch: Path) -> None:
    """What is not in its list (55) stays away."""
    ack = told("aastra", scratch, AASTRA, {**PHONE, 55: bytes((1, 3, 66))})
    assert {43, 159, 160}.isdisjoint(ack.options)
    assert ack.options[66] == b"http://192.0.2.1:8667"


def test_other_devices_are_not_told(scratch: Path) -> None:
    """A device of another vendor gets its address, and nothing of the plugin's."""
    ack = told("aastra", scratch, CISCO, OLD_PHONE)
    assert {43, 66, 150}.isdisjoint(ack.options)


def test_a_reservation_knows_better(scratch: Path) -> None:
    """What an operator says of one phone goes before its plugin."""
    own = a_reservation(
        address="192.0.2.5", token=CISCO, options=[{"code": 150, "value": "192.0.2.99"}]
    )
    ack = told("cisco-7900", scratch, CISCO, OLD_PHONE, own)
    assert (ack.options[150], ack.options[66]) == (bytes((192, 0, 2, 99)), b"192.0.2.1")


def test_nobody_knows_where_the_server_is(scratch: Path) -> None:
    """Without an address that the phone could use, it is told none."""
    plugin = installed(PLUGINS / "cisco-7900", scratch / "named", "http://provd.example:8667")
    lan = site(a_subnet(), registry=plugin)
    lan.lease(CISCO, options=OLD_PHONE)
    (device,) = lan.core.devices()
    loaded = plugin.get(device.plugin or "")
    assert loaded is not None
    silent = lan.inquiry(lan.last().inquiry.packet, local="")
    assert loaded.dhcp_options(silent, device, lan.core.store, keep=False) == {}
