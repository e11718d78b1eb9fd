"""Small business phones and adapters of Cisco's that boot from nothing, request by request, against a whole site."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import pytest

from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.testing.phone import SERVER, Phone
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "cisco-spa"
MAC, BARE = "00:02:fd:00:53:01", "0002fd005301"
WANTED = bytes((1, 2, 3, 6, 15, 42, 43, 66, 125, 150, 159, 160))


def a_site(scratch: str) -> Site:
    """A site that knows the plugin and no phone."""
    registry = installed(SOURCE, Path(scratch), base_url=f"http://{SERVER}:8667")
    return site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


def rules(profile: str) -> list[str]:
    """Where a device asks from now on: what it makes of the rules, with its address in the place of `$MA`."""
    root = ET.fromstring(profile)
    found = [root.findtext(name) or "" for name in ("Profile_Rule", "Profile_Rule_B")]
    prefix = f"http://{SERVER}:8667"
    assert all(url.startswith(prefix) for url in found)
    return [url.removeprefix(prefix).replace("$MA", BARE) for url in found]


def read(phone: Phone, first: str) -> str:
    """All that a device reads that begins with the text of `first`."""
    files = [phone.text(path) for path in rules(first)]
    return "".join((first, *files))


@pytest.mark.parametrize(
    ("vendor_class", "profile", "user_agent"),
    [
        (b"Cisco SPA504G", "/spa504G.cfg", "Cisco/SPA504G-7.6.2f (0002FD005301)(CBT141400UK)"),
        (b"Cisco SPA525G2", "/spa525G2.cfg", "Cisco/SPA525G2-7.6.2f (CBT141900G7)"),
        (b"LINKSYS SPA-942", "/spa942.cfg", "Linksys/SPA-942-6.1.5(a) (88019FA42805)"),
        (b"CISCO SPA122", "/spa122.cfg", "Cisco/SPA122-1.4.1(SR5) (CBT141900G8)"),
        (b"CISCO ATA191-MPP", "/ata191.cfg", "Cisco/ATA191-MPP-11-1-0-MSR4 (FCH2443D9R4)"),
    ],
)
def test_a_new_device_begins_over_tftp(vendor_class: bytes, profile: str, user_agent: str) -> None:
    """Option 66 comes first: the file of its model over TFTP, then its own two, over HTTP; one device, with a line."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={60: vendor_class, 55: WANTED})
        assert ack.options[66] == SERVER.encode()
        phone = Phone(where, "192.0.2.10", user_agent)
        answer = phone.tftp(profile)
        assert isinstance(answer, Content)
        told = read(phone, answer.body.decode())
        assert re.search(r"<User_ID_1_ ua=.na.>autoprov", told)
        (device,) = where.core.devices()
        model = profile.strip("/").partition(".")[0].upper()
        assert (device.mac, device.model, device.plugin) == (MAC, model, "cisco-spa")


def test_a_device_that_is_given_a_url_begins_over_http() -> None:
    """Where it looks in option 160: at a file of its own, so that one that tells no address is known all the same."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={60: b"Cisco SPA525G2", 55: bytes((1, 3, 160))})
        phone = Phone(where, "192.0.2.10", "Cisco/SPA525G2-7.6.2f (CBT141900G7)")
        url = ack.options[160].decode()
        told = read(phone, phone.text(url.removeprefix(f"http://{SERVER}:8667")))
        assert re.search(r"<User_ID_1_ ua=.na.>autoprov", told)
        (device,) = where.core.devices()
        assert (device.mac, device.model, device.sn) == (MAC, "SPA525G2", "CBT141900G7")


def test_a_phone_that_looks_for_a_call_manager_goes_on() -> None:
    """What it asks for in vain is refused, and the file of its model is there."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        where.lease(MAC, options={60: b"Cisco SPA504G", 55: WANTED})
        phone = Phone(where, "192.0.2.10")
        for name in ("CTLSEP0002FD005301.tlv", "SEP0002FD005301.cnf.xml", "XMLDefault.cnf.xml"):
            assert isinstance(phone.tftp(name), Refusal)
        assert isinstance(phone.tftp("/spa504G.cfg"), Content)


def test_one_device_does_not_get_what_is_anothers() -> None:
    """A device that names itself is refused the files of the one that booted before it."""
    user_agent = "Cisco/SPA504G-7.6.2f (0002FD005301)(CBT141400UK)"
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        assert isinstance(Phone(where, "192.0.2.10", user_agent).http(f"/{BARE}.xml"), Content)
        other = Phone(where, "192.0.2.11", user_agent.replace("005301", "005302"))
        assert isinstance(other.http("/0002fd005302.xml"), Content)
        for path in (f"/{BARE}.xml", f"/{BARE}-common.xml", f"/{BARE}-ca.pem"):
            assert isinstance(other.http(path), Refusal)
