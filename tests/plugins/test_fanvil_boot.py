"""Fanvil's phones that boot from nothing, request by request, against a whole site in memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.testing.phone import SERVER, Phone
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "fanvil"
MAC, BARE = "0c:38:3e:00:53:01", "0c383e005301"
USER_AGENT = f"Fanvil X5U-V2 2.12.16.17 {BARE}"
WANTED = bytes((1, 3, 6, 12, 15, 42, 43, 66))


def a_site(scratch: str) -> Site:
    """A site that knows the plugin and no phone."""
    registry = installed(SOURCE, Path(scratch), base_url=f"http://{SERVER}:8667")
    return site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


@pytest.mark.parametrize("vendor_class", [{60: b"Fanvil X5U-V2"}, {}])
def test_a_new_phone_ends_configured(vendor_class: dict[int, bytes]) -> None:
    """Address and URL over DHCP, the file that the URL names, what firmware there is, an account to call with."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={**vendor_class, 55: WANTED})
        url = ack.options[66].decode()
        assert url == f"http://{SERVER}:8667/$mac.cfg"
        phone = Phone(where, "192.0.2.10", USER_AGENT)
        own = phone.text(url.removeprefix(f"http://{SERVER}:8667").replace("$mac", BARE))
        assert "<PhoneNumber>autoprov</PhoneNumber>" in own
        assert f"<FlashServerIP>http://{SERVER}:8667</FlashServerIP>" in own
        assert isinstance(phone.http("/fanvil_x5u_v2_hwv2_0.txt"), Refusal)
        (device,) = where.core.devices()
        assert (device.mac, device.model, device.version) == (MAC, "X5U-V2", "2.12.16.17")
        assert device.plugin == "fanvil"


def test_a_phone_that_knows_a_directory_asks_for_the_common_file_first() -> None:
    """The common file of its model, then its own; a boot file that some firmware looks for is no obstacle."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        phone = Phone(where, "192.0.2.10", USER_AGENT)
        assert isinstance(phone.http("/F00000000000.boot"), Refusal)
        common = phone.text("/F0V5UV200000.cfg")
        assert "autoprov" not in common
        assert "<PhoneNumber>autoprov</PhoneNumber>" in phone.text(f"/{BARE}.cfg")


def test_an_old_phone_is_configured_over_tftp() -> None:
    """The name of its common file tells the model, and so the form of its own file, which tells who it is."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        where.lease(MAC, options={55: WANTED})
        phone = Phone(where, "192.0.2.10")
        assert isinstance(phone.tftp("f0X4hw1.100.cfg"), Content)
        own = phone.tftp(f"{BARE}.cfg")
        assert isinstance(own, Content)
        assert b"<VOIP_CONFIG_FILE>" in own.body
        assert b"<Phone_Number>autoprov</Phone_Number>" in own.body


def test_one_phone_does_not_get_what_is_anothers() -> None:
    """A phone that names itself is refused the file of the one that booted before it."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        assert isinstance(Phone(where, "192.0.2.10", USER_AGENT).http(f"/{BARE}.cfg"), Content)
        other = Phone(where, "192.0.2.11", USER_AGENT.replace("005301", "005302"))
        assert isinstance(other.http("/0c383e005302.cfg"), Content)
        assert isinstance(other.http(f"/{BARE}.cfg"), Refusal)
