"""Yealink's phones that boot from nothing, request by request, against a whole site in memory."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.testing.phone import SERVER, Phone
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "yealink"
MAC, BARE = "80:5e:c0:00:53:01", "805ec0005301"
USER_AGENT = f"Yealink SIP-T54W 96.86.0.45 {MAC}"
WANTED = bytes((1, 3, 6, 12, 15, 42, 43, 66, 160))


def a_site(scratch: str) -> Site:
    """A site that knows the plugin and no phone."""
    registry = installed(SOURCE, Path(scratch), base_url=f"http://{SERVER}:8667")
    return site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


def included(boot: str) -> list[str]:
    """The files that a boot file sends the phone to."""
    return re.findall(r'^include:config "([^"]+)"$', boot, re.MULTILINE)


@pytest.mark.parametrize("vendor_class", [{60: b"yealink"}, {}])
def test_a_new_phone_ends_configured(vendor_class: dict[int, bytes]) -> None:
    """Address and server over DHCP, the boot file, what it names, and an account to call with."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={**vendor_class, 55: WANTED})
        assert ack.options[66] == f"http://{SERVER}:8667".encode()
        phone = Phone(where, "192.0.2.10", USER_AGENT)
        files = included(phone.text(f"/{BARE}.boot"))
        assert files == ["y000000000096.cfg", f"{BARE}.cfg"]
        read = "".join(phone.text(f"/{name}") for name in files)
        assert f"static.auto_provision.server.url = http://{SERVER}:8667/" in read
        assert "account.1.user_name = autoprov" in read
        (device,) = where.core.devices()
        assert (device.mac, device.model, device.version) == (MAC, "T54W", "96.86.0.45")
        assert device.plugin == "yealink"


def test_a_phone_without_boot_files_is_configured_over_tftp() -> None:
    """Release 70 asks for its common file and for its own; the name of the second is all that tells who asks."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        where.lease(MAC, options={60: b"yealink", 55: WANTED})
        phone = Phone(where, "192.0.2.10")
        assert isinstance(phone.tftp("y000000000000.cfg"), Content)
        own = phone.tftp(f"{BARE}.cfg")
        assert isinstance(own, Content)
        assert b"user_name = autoprov" in own.body


def test_a_phone_that_saved_nothing_is_not_stopped_by_it() -> None:
    """What it may have kept of its user's settings is refused, and its own file is still there."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        phone = Phone(where, "192.0.2.10", USER_AGENT)
        assert isinstance(phone.http(f"/{BARE}-local.cfg"), Refusal)
        assert "account.1.enable = 1" in phone.text(f"/{BARE}.cfg")


def test_one_phone_does_not_get_what_is_anothers() -> None:
    """A phone that names itself is refused the files of the one that booted before it."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        assert isinstance(Phone(where, "192.0.2.10", USER_AGENT).http(f"/{BARE}.cfg"), Content)
        other = Phone(where, "192.0.2.11", USER_AGENT.replace("53:01", "53:02"))
        assert isinstance(other.http("/805ec0005302.cfg"), Content)
        for path in (f"/{BARE}.cfg", f"/{BARE}.boot", f"/{BARE}-device.pem"):
            assert isinstance(other.http(path), Refusal)
