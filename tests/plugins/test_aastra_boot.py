"""Aastra's and Mitel's phones that boot from nothing, request by request, against a whole site in memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.testing.phone import SERVER, Phone
from provd.values import Content, FileContent, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "aastra"
MAC, BARE = "14:00:e9:00:53:01", "1400E9005301"
USER_AGENT = "Mitel6930 MAC:14-00-E9-00-53-01 V:6.4.0.140-SIP"
WANTED = bytes((1, 3, 6, 12, 15, 42, 43, 66, 159, 160))


def a_site(scratch: str) -> Site:
    """A site that knows all editions and no phone."""
    registry = installed(SOURCE, Path(scratch), base_url=f"http://{SERVER}:8667")
    return site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


@pytest.mark.parametrize(
    ("mac", "vendor_class", "user_agent", "plugin"),
    [
        (MAC, b"AastraIPPhone6930", USER_AGENT, "aastra-6.4.0.140"),
        (
            "00:08:5d:00:53:01",
            b"AastraIPPhone57i",
            "Aastra6757i MAC:00-08-5D-00-53-01 V:3.2.0.1011-SIP",
            "aastra-3.2.0.1011",
        ),
    ],
)
def test_a_new_phone_ends_configured(
    mac: str, vendor_class: bytes, user_agent: str, plugin: str
) -> None:
    """Address and server over DHCP, the shared file, none of its model, its own with a line, its firmware."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(mac, options={60: vendor_class, 55: WANTED})
        assert ack.options[66] == f"http://{SERVER}:8667".encode()
        phone = Phone(where, "192.0.2.10", user_agent)
        model = user_agent.partition(" ")[0].removeprefix("Aastra").removeprefix("Mitel")
        shared = phone.text("/aastra.cfg")
        assert f"http server: {SERVER}\nhttp port: 8667\n" in shared
        assert isinstance(phone.http(f"/{model}.cfg"), Refusal)
        own = phone.text(f"/{mac.replace(':', '').upper()}.cfg")
        assert "sip line1 user name: autoprov" in own
        assert isinstance(phone.http(f"/{model}.st"), FileContent)
        (device,) = where.core.devices()
        assert (device.mac, device.model, device.plugin) == (mac, model, plugin)


def test_a_phone_that_begins_over_tftp_is_known_by_its_own_file() -> None:
    """No name of the first files tells who asks; the third does, and the same device goes on over HTTP."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        where.lease(MAC, options={55: WANTED})
        phone = Phone(where, "192.0.2.10", USER_AGENT)
        assert isinstance(phone.tftp("aastra.cfg"), Content)
        own = phone.tftp(f"{BARE}.cfg")
        assert isinstance(own, Content)
        assert b"user name: autoprov" in own.body
        assert "download protocol: HTTP" in phone.text("/aastra.cfg")
        (device,) = where.core.devices()
        assert (device.mac, device.model) == (MAC, "6930")


def test_one_phone_does_not_get_what_is_anothers() -> None:
    """A phone that names itself is refused the files of the one that booted before it."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        assert isinstance(Phone(where, "192.0.2.10", USER_AGENT).http(f"/{BARE}.cfg"), Content)
        other = Phone(where, "192.0.2.11", USER_AGENT.replace("53-01", "53-02"))
        assert isinstance(other.http("/1400E9005302.cfg"), Content)
        for path in (f"/{BARE}.cfg", "/1400e9005301-device.pem", "/1400e9005301-key.pem"):
            assert isinstance(other.http(path), Refusal)
