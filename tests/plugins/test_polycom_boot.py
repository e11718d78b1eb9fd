"""Polycom's phones that boot from nothing, in the order in which a VVX 500 was seen to ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import pytest

from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.testing.phone import SERVER, Phone
from provd.values import Content, FileContent, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "polycom"
MAC, BARE = "00:04:f2:00:53:01", "0004f2005301"
UPDATER = "FileTransport PolycomVVX-VVX_500-UA/5.9.7.47435 Type/Updater"
APPLICATION = "FileTransport PolycomVVX-VVX_500-UA/5.9.7.4477 Type/Application"
NAMED = APPLICATION.replace(" Type", f" (SN:{BARE}) Type")
BINARY = b"\0\0\x36\x3d\x0d\x02\x0bVVX-VVX_500"
URL = f"http://{SERVER}:8667"
WANTED = bytes((1, 3, 6, 42, 43, 66, 160))


@pytest.fixture
def where() -> Iterator[Site]:
    """A site with the plugin, and firmware for the model."""
    with TemporaryDirectory() as scratch:
        registry = installed(SOURCE, Path(scratch), base_url=URL)
        tree = Path(scratch) / "polycom" / "var" / "tftpboot"
        tree.mkdir(parents=True)
        (tree / "3111-44500-001.sip.ld").write_text("firmware")
        yield site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


def attributes(text: str) -> dict[str, str]:
    """Every attribute in a file."""
    return {name: value for part in ET.fromstring(text).iter() for name, value in part.items()}


@pytest.mark.parametrize("vendor_class", [{60: BINARY}, {}])
def test_a_new_phone_ends_configured(where: Site, vendor_class: dict[int, bytes]) -> None:
    """Address and server over DHCP, the master file, firmware, what it names, and an account to call with."""
    ack = where.lease(MAC, options={**vendor_class, 55: WANTED})
    assert ack.options[160] == URL.encode()
    updater = Phone(where, "192.0.2.10", UPDATER)
    assert isinstance(updater.http(f"/{BARE}-boot.log"), Refusal)
    assert attributes(updater.text(f"/{BARE}.cfg"))["CONFIG_FILES"]
    phone = Phone(where, "192.0.2.10", APPLICATION)
    phone.asked += 50
    master = attributes(phone.text(f"/{BARE}.cfg"))
    image = master["APP_FILE_PATH"].replace("sip.ld", "3111-44500-001.sip.ld")
    assert isinstance(phone.http(f"/{image}"), FileContent)
    assert isinstance(phone.http(f"/{BARE}-phone.cfg"), Refusal)
    assert isinstance(phone.http(f"/{BARE}-web.cfg"), Refusal)
    read: dict[str, str] = {}
    for name in master["CONFIG_FILES"].split(", "):
        read = {**attributes(phone.text(f"/{name}")), **read}
    assert read["reg.1.auth.userId"] == "autoprov"
    assert read["device.prov.tagSerialNo"] == "1"
    assert isinstance(phone.http(f"/{BARE}-license.cfg"), Refusal)
    assert "<item_list>" in phone.text(f"/{BARE}-directory.xml")
    (device,) = where.core.devices()
    assert (device.mac, device.model, device.version) == (MAC, "VVX500", "5.9.7.4477")
    assert device.plugin == "polycom"


def test_once_configured_every_request_names_the_phone(where: Site) -> None:
    """Then files without its address in their names are its own too, behind any address."""
    assert isinstance(Phone(where, "192.0.2.10", NAMED).http(f"/{BARE}.cfg"), Content)
    moved = Phone(where, "192.0.2.77", NAMED)
    assert isinstance(moved.http("/3111-44500-001.sip.ld"), FileContent)
    unnamed = Phone(where, "192.0.2.78", APPLICATION)
    assert isinstance(unnamed.http("/3111-44500-001.sip.ld"), Refusal)


def test_a_phone_is_configured_over_tftp(where: Site) -> None:
    """The name of its own file says who asks, and its address from then on."""
    where.lease(MAC, options={60: BINARY, 55: WANTED})
    phone = Phone(where, "192.0.2.10")
    assert isinstance(phone.tftp(f"{BARE}.cfg"), Content)
    assert isinstance(phone.tftp("3111-44500-001.sip.ld"), FileContent)
    own = phone.tftp(f"{BARE}-user.cfg")
    assert isinstance(own, Content)
    assert b'auth.userId="autoprov"' in own.body


def test_one_phone_does_not_get_what_is_anothers(where: Site) -> None:
    """A phone that names itself is refused the files of the one that booted before it."""
    assert isinstance(Phone(where, "192.0.2.10", NAMED).http(f"/{BARE}-user.cfg"), Content)
    other = Phone(where, "192.0.2.11", NAMED.replace("005301", "005302"))
    assert isinstance(other.http("/0004f2005302.cfg"), Content)
    for path in (
        f"/{BARE}.cfg",
        f"/{BARE}-user.cfg",
        f"/{BARE}-directory.xml",
        f"/{BARE}/3111-44500-001.sip.ld",
    ):
        assert isinstance(other.http(path), Refusal)
