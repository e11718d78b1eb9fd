"""Grandstream's phones that boot from nothing, request by request, against a whole site in memory.

The order of files is that of the GXP21xx administration guide, "Configuration File Download": the binary form, the
phone's own in XML, that of its model, and the one of all.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.testing.phone import SERVER, Phone
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "grandstream"
MAC, BARE = "00:0b:82:00:53:01", "000b82005301"
OWN = f"cfg{BARE}.xml"
URL = f"http://{SERVER}:8667"
WANTED = bytes((1, 3, 6, 12, 15, 42, 43, 66, 160))


def a_site(scratch: str) -> Site:
    """A site that knows the plugin and no phone."""
    registry = installed(SOURCE, Path(scratch), base_url=URL)
    return site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


@pytest.mark.parametrize(
    ("vendor_class", "user_agent", "model"),
    [
        (
            b"Grandstream GXP2130",
            f"Grandstream Model HW GXP2130 SW 1.0.7.97 DevId {BARE}",
            "GXP2130",
        ),
        (
            b"Grandstream GRP2612",
            f"Grandstream Model HW GRP2612 SW 1.0.3.6 DevId {BARE}",
            "GRP2612",
        ),
        (b"HT802", f"Grandstream Model HW HT802 SW 1.0.10.6 DevId {BARE}", "HT802"),
    ],
)
def test_a_new_phone_ends_configured(vendor_class: bytes, user_agent: str, model: str) -> None:
    """Its URL in both options, no binary file, then its own, with an account to call with; again, it is the same."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={60: vendor_class, 55: WANTED})
        assert ack.options[66] == ack.options[160] == URL.encode()
        phone = Phone(where, "192.0.2.10", user_agent)
        assert isinstance(phone.http(f"/cfg{BARE}"), Refusal)
        own = phone.text(f"/{OWN}")
        assert ">autoprov" in own
        for shared in (f"/cfg{model.lower()}.xml", "/cfg.xml"):
            assert ">autoprov" not in phone.text(shared)
        assert phone.text(f"/{OWN}") == own
        (device,) = where.core.devices()
        assert (device.mac, device.model, device.plugin) == (MAC, model, "grandstream")


def test_over_tftp_its_name_or_its_address_tells_who_it_is() -> None:
    """Its own file has its MAC address; the one of all has nothing, and it is known by where it asks from."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        where.lease(MAC, options={60: b"Grandstream GXP2130", 55: WANTED})
        phone = Phone(where, "192.0.2.10")
        assert isinstance(phone.tftp(f"cfg{BARE}"), Refusal)
        own = phone.tftp(OWN)
        assert isinstance(own, Content)
        assert b">autoprov" in own.body
        shared = phone.tftp("cfg.xml")
        assert isinstance(shared, Content)
        assert b">autoprov" not in shared.body
        assert len(where.core.devices()) == 1
