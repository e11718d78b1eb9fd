"""Gigaset's devices that boot from nothing, request by request, against a whole site in memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import Site, site
from provd.testing.families import installed
from provd.testing.phone import SERVER, Phone
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "gigaset"
MAC, BARE = "7c:2f:80:00:53:01", "7C2F80005301"
BASE_URL = f"http://{SERVER}:8667"
N870 = f"Gigaset N870 IP PRO/83.V2.65.0+build.8504c90;{BARE};Handset=50"
N510 = f"N510 IP PRO/42.262.00.000.000;{BARE}"
WANTED = bytes((1, 3, 6, 15, 42, 66, 114))


def a_site(scratch: str) -> Site:
    """A site that knows the plugin and no device."""
    registry = installed(SOURCE, Path(scratch), base_url=BASE_URL)
    return site(a_subnet(options=[{"code": 3, "value": SERVER}]), registry=registry)


@pytest.mark.parametrize("name", [f"{BARE}.xml", f"{BARE.lower()}.xml"])
def test_a_new_n870_ends_configured(name: str) -> None:
    """Address and URL over DHCP, its own file in either case, an account to call with."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={55: WANTED})
        assert (ack.options[114].decode(), 66 in ack.options) == (BASE_URL, False)
        own = Phone(where, "192.0.2.10", N870).text(f"/{name}")
        assert '<param name="SipAccount.00001.UserName" value="autoprov' in own
        assert f'ProvisioningServer" value="{BASE_URL}"' in own
        (device,) = where.core.devices()
        assert (device.mac, device.model, device.version) == (MAC, "N870 IP PRO", "83.V2.65.0")
        assert device.plugin == "gigaset"


@pytest.mark.parametrize(
    ("user_agent", "directory", "vendor_class"),
    [
        (N510, "/42/2", b"N510_IP_PRO"),
        (f"Gigaset N720 DM PRO/70.117.00.000.000;{BARE}", "/70/1", b"Gigaset_N720_DM_PRO"),
        (f"Gigaset N720 DM PRO/70.117.00.000.000;{BARE}", "/70/222", b"Gigaset_N720_DM_PRO"),
    ],
)
def test_a_base_follows_the_chain(user_agent: str, directory: str, vendor_class: bytes) -> None:
    """From `master.bin` to the file that the last one names, which it fills its address into."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={60: vendor_class, 55: WANTED})
        assert ack.options[114].decode() == BASE_URL
        phone = Phone(where, "192.0.2.10", user_agent)
        assert isinstance(phone.http(f"{directory}/version.bin"), Refusal)
        name = "master.bin"
        while not name.startswith("http"):
            answer = phone.http(f"{directory}/{name}")
            assert isinstance(answer, Content)
            name = answer.body[4:-1].decode()
        own = phone.text(name.removeprefix(BASE_URL).replace("%MACD", BARE))
        assert f'<MAC_ADDRESS value="{BARE}"/>' in own
        assert "&#34;autoprov" in own


def test_a_maxwell_that_was_told_a_directory_is_sent_on() -> None:
    """Nothing tells that it is one but its address, and the name of its own file: the common one it gets once known."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        ack = where.lease(MAC, options={55: WANTED})
        assert ack.options[114].decode() == BASE_URL
        phone = Phone(where, "192.0.2.10", "curl/7.88")
        assert isinstance(phone.http("/provisioning.xml"), Refusal)
        own = phone.text(f"/{BARE}.xml")
        assert '<param name="SIP.Account.0.Username" value="autoprov' in own
        assert "System.Provision.ProvisioningServer" in own


def test_one_base_does_not_get_what_is_anothers() -> None:
    """A base that names itself is refused the file of the one that booted before it."""
    with TemporaryDirectory() as scratch:
        where = a_site(scratch)
        assert isinstance(Phone(where, "192.0.2.10", N870).http(f"/{BARE}.xml"), Content)
        other = Phone(where, "192.0.2.11", N870.replace("005301", "005302"))
        assert isinstance(other.http("/7C2F80005302.xml"), Content)
        assert isinstance(other.http(f"/{BARE}.xml"), Refusal)
