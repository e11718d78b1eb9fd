"""Snom's phones that boot from nothing, request by request, against a whole site in memory."""

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
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "snom"
MAC, BARE = "00:04:13:00:53:01", "000413005301"
USER_AGENT = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413005301 SXM:0 UXM:0)"
OLD_USER_AGENT = "Mozilla/4.0 (compatible; snom760-SIP 8.7.3.19 2010.06)"
BASE_USER_AGENT = "Mozilla/4.0 (compatible; Snom M900 05.20.0001 000413005301)"
WANTED = bytes((1, 3, 6, 12, 15, 42, 43, 66, 67))


@pytest.fixture
def where() -> Iterator[Site]:
    """A site that knows the plugin and no phone."""
    with TemporaryDirectory() as scratch:
        registry = installed(SOURCE, Path(scratch), base_url=f"http://{SERVER}:8667")
        yield site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


def boot(phone: Phone, model: str) -> tuple[list[str], dict[str, str]]:
    """What a phone that is told a server only does: the files that it got, and what it is set to."""
    got: list[str] = []
    told: dict[str, str] = {}
    waiting = [f"/snom{model}.htm", f"/snom{model}-{BARE}.htm"]
    for path in waiting:
        answer = phone.http(path)
        if not isinstance(answer, Content):
            continue
        got.append(path)
        read = ET.fromstring(answer.body.decode())
        waiting += [file.attrib["url"].partition(":8667")[2] for file in read.iterfind("file")]
        for each in read.iterfind("phone-settings/*"):
            told[f"{each.tag} {each.get('idx', '')}".rstrip()] = each.text or ""
    return got, told


@pytest.mark.parametrize("vendor_class", [{60: b"snomD785"}, {}])
def test_a_new_phone_ends_configured(where: Site, vendor_class: dict[int, bytes]) -> None:
    """Address and server over DHCP, the lists of files, the files, and an identity to call with."""
    ack = where.lease(MAC, options={**vendor_class, 55: WANTED})
    assert ack.options[66] == f"http://{SERVER}:8667".encode()
    got, told = boot(Phone(where, "192.0.2.10", USER_AGENT), "D785")
    assert got == [
        "/snomD785.htm",
        f"/snomD785-{BARE}.htm",
        f"/snom-general-{BARE}.xml",
        f"/{BARE}.xml",
    ]
    assert told["setting_server"] == f"http://{SERVER}:8667/"
    assert (told["user_active 1"], told["user_name 1"]) == ("on", "autoprov")
    (device,) = where.core.devices()
    assert (device.mac, device.model, device.version) == (MAC, "D785", "10.1.33.33")
    assert device.plugin == "snom"


def test_a_phone_that_tells_no_address_is_known_by_its_files(where: Site) -> None:
    """Nobody knows who asks for the file of its model; its own lists all it needs."""
    got, told = boot(Phone(where, "192.0.2.10", OLD_USER_AGENT), "760")
    assert got == [f"/snom760-{BARE}.htm", f"/snom-general-{BARE}.xml", f"/{BARE}.xml"]
    assert told["setting_server"] == f"http://{SERVER}:8667/"
    assert told["user_name 1"] == "autoprov"
    (device,) = where.core.devices()
    assert (device.mac, device.model, device.version) == (MAC, "760", "8.7.3.19")


def test_a_base_ends_configured(where: Site) -> None:
    """It fetches its own file, where its first handset is."""
    got, told = boot(Phone(where, "192.0.2.10", BASE_USER_AGENT), "M900")
    assert got == ["/snomM900.htm", f"/snomM900-{BARE}.htm", f"/{BARE}.xml"]
    assert (told["user_name 1"], told["subscr_sip_ua_data_server_id 1"]) == ("autoprov", "1")


def test_a_phone_begins_over_tftp(where: Site) -> None:
    """The name of its own file is all that tells who asks; the files that it lists are at a URL."""
    where.lease(MAC, options={60: b"snom370", 55: WANTED})
    phone = Phone(where, "192.0.2.10")
    for name in ("snom370.htm", f"snom370-{BARE}.htm"):
        assert isinstance(phone.tftp(name), Content), name
    own = phone.tftp(f"{BARE}.xml")
    assert isinstance(own, Content)
    assert b"autoprov" in own.body


def test_one_phone_does_not_get_what_is_anothers(where: Site) -> None:
    """A phone that names itself is refused the file of the one that booted before it."""
    boot(Phone(where, "192.0.2.10", USER_AGENT), "D785")
    other = Phone(where, "192.0.2.11", USER_AGENT.replace("53", "54"))
    assert isinstance(other.http("/000413005401.xml"), Content)
    assert isinstance(other.http(f"/{BARE}.xml"), Refusal)


def test_a_browser_behind_a_phones_address_gets_nothing(where: Site) -> None:
    """Over HTTP an address alone is nobody."""
    boot(Phone(where, "192.0.2.10", USER_AGENT), "D785")
    browser = Phone(where, "192.0.2.10", "Mozilla/5.0 (X11; Linux x86_64)")
    for path in (f"/{BARE}.xml", f"/snom-general-{BARE}.xml"):
        assert isinstance(browser.http(path), Refusal)
