"""What devices are told of this server."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from provd.plugins import Advertised, NotConfigured
from provd.plugins._advertised import MOST_ADDRESSES
from provd.values import Inquiry, Invalid, Protocol


def asked(local: str) -> Inquiry:
    """An inquiry that came in on `local`."""
    return Inquiry(
        id="i", protocol=Protocol.TFTP, path="a", peer="192.0.2.7", arrived=0.0, local=local
    )


def test_a_configured_url_is_told_to_everybody() -> None:
    """Whatever address they reached."""
    advertised = Advertised("http://provd.example:8667", 8667, 69)
    assert advertised.url(asked("192.0.2.1")) == "http://provd.example:8667"
    assert advertised.base("http://provd.example:8667")["ip"] == "provd.example"


@pytest.mark.parametrize(
    ("local", "url"),
    [
        ("192.0.2.1", "http://192.0.2.1:8667"),
        ("2001:db8::1", "http://[2001:db8::1]:8667"),
        ("", ""),
    ],
)
def test_without_one_each_is_told_the_address_it_reached(local: str, url: str) -> None:
    """On a host with several networks every phone stays in its own."""
    advertised = Advertised(None, 8667, 69)
    assert advertised.url(asked(local)) == url
    assert advertised.url(asked(local)) == url


def test_the_base_is_below_every_config() -> None:
    """What the administrator adds, and what the server knows."""
    base = Advertised(None, 8667, 6969, {"ntp_enabled": True, "ntp_ip": "192.0.2.9"}).base(
        "http://192.0.2.1:80"
    )
    assert (base["ntp_ip"], base["ip"], base["http_port"], base["tftp_port"]) == (
        "192.0.2.9",
        "192.0.2.1",
        80,
        6969,
    )


def test_no_address_is_no_config() -> None:
    """Better no file than one that sends a phone nowhere."""
    with pytest.raises(NotConfigured, match="set http_base_url"):
        Advertised(None, 8667, 69).base("")


def test_a_wrong_base_is_named() -> None:
    """The settings are refused, not the phone."""
    with pytest.raises(Invalid):
        Advertised(None, 8667, 69, {"vlan_id": "x"}).base("http://192.0.2.1")


def test_addresses_are_not_remembered_without_end() -> None:
    """However many this host has."""
    advertised = Advertised(None, 8667, 69)
    for number in range(3 * MOST_ADDRESSES):
        advertised.base(advertised.url(asked(f"2001:db8::{number:x}")))
    assert len(advertised._urls) == len(advertised._bases) == MOST_ADDRESSES


def test_who_came_over_https_stays_there() -> None:
    """At the host and port that it reached, be they a proxy's."""
    advertised = Advertised(None, 8667, 69)
    secure = replace(asked("192.0.2.1"), origin="https://192.0.2.9:8443")
    assert advertised.url(secure) == "https://192.0.2.9:8443"
    assert (
        Advertised("http://provd.example:8667", 8667, 69).url(secure) == "http://provd.example:8667"
    )
