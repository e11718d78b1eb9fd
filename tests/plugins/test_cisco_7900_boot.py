"""Cisco's phones that boot from nothing over TFTP, request by request, against a whole site in memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.testing.phone import SERVER, Phone
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "cisco-7900"
MAC, BARE = "00:1b:d4:00:53:01", "001BD4005301"
WANTED = bytes((1, 3, 6, 15, 35, 66, 150))


def a_site(scratch: str) -> Site:
    """A site that knows the family and no phone."""
    registry = installed(SOURCE, Path(scratch), base_url=f"http://{SERVER}:8667")
    return site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


def text(phone: Phone, name: str) -> str:
    """What a phone gets over TFTP."""
    answer = phone.tftp(name)
    assert isinstance(answer, Content), answer
    return answer.body.decode()


@pytest.mark.parametrize(
    ("vendor_class", "model"),
    [
        (b"Cisco Systems, Inc. IP Phone CP-7941G\0", "7941G"),
        (b"Cisco Systems, Inc. IP Phone CP-9951\0", "9951"),
        (b"Cisco Systems, Inc. IP Phone CP-8841", "8841"),
    ],
)
def test_a_new_phone_ends_configured(vendor_class: bytes, model: str) -> None:
    """Its server by address, no trust list, its own file with a line, then files that name nobody."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={60: vendor_class, 55: WANTED})
        assert ack.options[66] == SERVER.encode()
        assert ack.options[150] == bytes(int(part) for part in SERVER.split("."))
        phone = Phone(where, "192.0.2.10", "")
        for trust in (f"CTLSEP{BARE}.tlv", f"ITLSEP{BARE}.tlv", "ITLFile.tlv"):
            assert isinstance(phone.tftp(trust), Refusal)
        own = text(phone, f"SEP{BARE}.cnf.xml")
        assert "<name>autoprov" in own
        assert "<authName>autoprov" in own
        assert "<DIALTEMPLATE>" in text(phone, "dialplan.xml")
        assert "CiscoIPPhoneRingList" in text(phone, "RINGLIST.XML")
        (device,) = where.core.devices()
        assert (device.mac, device.model, device.plugin) == (MAC, model, "cisco-7900")


def test_a_7960_with_sip_firmware_ends_configured() -> None:
    """It asks for its image first, then for what is no secret, then for its own file."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        where.lease(MAC, options={60: b"Cisco Systems, Inc. IP Phone CP-7960G\0", 55: WANTED})
        phone = Phone(where, "192.0.2.10", "")
        assert text(phone, "OS79XX.TXT") == "P0S3-8-12-00\n"
        shared = text(phone, "SIPDefault.cnf")
        assert "proxy_register: 1" in shared
        assert "password" not in shared
        assert 'line1_name: "autoprov' in text(phone, f"SIP{BARE}.cnf")
        assert "<IMAGE " in text(phone, "syncinfo.xml")
        (device,) = where.core.devices()
        assert (device.mac, device.model) == (MAC, "7960G")


def test_both_ports_of_an_adapter_end_configured() -> None:
    """It asks for its second port by its address shifted by one byte, and is told nobody else's."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        where.lease(MAC, options={60: b"CISCO ATA190", 55: WANTED})
        phone = Phone(where, "192.0.2.10", "")
        assert "<name>autoprov" in text(phone, f"ATA{BARE}.cnf.xml")
        assert "<device>" in text(phone, f"ATA{BARE[2:]}01.cnf.xml")
        assert isinstance(phone.tftp(f"ATA{BARE[2:]}02.cnf.xml"), Refusal)
        (device,) = where.core.devices()
        assert (device.mac, device.model) == (MAC, "ATA190")


def test_a_phone_that_dhcp_does_not_know_is_known_by_its_own_file() -> None:
    """The first name with an address in it says who asks; files that name nobody come after."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        phone = Phone(where, "192.0.2.77", "")
        assert isinstance(phone.tftp(f"CTLSEP{BARE}.tlv"), Refusal)
        assert "autoprov" in text(phone, f"SEP{BARE}.cnf.xml")
        assert "<DIALTEMPLATE>" in text(phone, "dialplan.xml")
        (device,) = where.core.devices()
        assert (device.mac, device.model, device.plugin) == (MAC, None, "cisco-7900")
