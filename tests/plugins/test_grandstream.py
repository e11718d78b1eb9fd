"""The grandstream plugin: which devices it knows, how well it fits them, and whose file is whose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from provd.plugins import Plugins
from provd.sdk import DeviceSupport
from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import site
from provd.testing.families import asking_as, concluded, installed, levels
from provd.testing.inquiries import dhcp, http, tftp
from provd.values import Content, FileContent, Refusal
from provd.wire.dhcp import format_packet

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "grandstream"
MAC, OWN_FILE = "00:0b:82:00:53:01", "/cfg000b82005301.xml"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}


asked = asking_as(mac=MAC, model="GXP2130", plugin="grandstream")
"""What a device gets, a GXP2130 unless said otherwise."""


@pytest.mark.parametrize(
    "user_agent",
    [
        "Grandstream Model HW GXP2130 SW 1.0.7.97 DevId 000b828aa872 ",
        "Grandstream Model HW GXP2130 SW 1.0.7.97 DevId 000b828aa8",
        "Grandstream Model HW GXP2130 SW x DevId 000b828aa872",
        "Grandstream Model HW SW 1.0.7.97 DevId 000b828aa872",
        "Grandstream GXP1400 1.0.4.13",
        "Grandstream Model HW GXP" + "2" * 5000,
    ],
)
def test_other_user_agents_say_nothing(plugins: Plugins, user_agent: str) -> None:
    """A User-Agent that is not spelt as the devices spell it is nobody's word."""
    assert concluded(plugins, http("/cfg.xml", user_agent)) == []


@given(st.text(max_size=60))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, http("/", "Grandstream Model HW " + text))
    concluded(plugins, tftp("cfg" + text))
    concluded(plugins, tftp("gxp" + text + "fw.bin"))
    concluded(plugins, dhcp(MAC, dhcp={60: b"Grandstream " + text.encode()}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0]


EXACT, COMPLETE, INCOMPLETE, PROBABLE, IMPROBABLE, UNKNOWN, NONE = (
    int(level)
    for level in (
        DeviceSupport.EXACT,
        DeviceSupport.COMPLETE,
        DeviceSupport.INCOMPLETE,
        DeviceSupport.PROBABLE,
        DeviceSupport.IMPROBABLE,
        DeviceSupport.UNKNOWN,
        DeviceSupport.NONE,
    )
)


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"model": "GXP2130", "version": "1.0.7.97"}, EXACT),
        ({"model": "GXP2130", "version": "1.0.9.26"}, COMPLETE),
        ({"model": "GXP2130"}, COMPLETE),
        ({"model": "GRP2612P", "version": "1.0.5.48"}, EXACT),
        ({"model": "HT802V2", "version": "1.0.5.4"}, EXACT),
        ({"model": "GRP2650", "version": "1.0.9.103"}, INCOMPLETE),
        ({"model": "GXP1405", "version": "1.0.4.23"}, INCOMPLETE),
        ({"model": "GXP2000", "version": "1.2.5.3"}, IMPROBABLE),
        ({"model": "GXW4216"}, IMPROBABLE),
        ({}, PROBABLE),
        ({"vendor": "Htek", "model": "GXP2130"}, NONE),
        ({"vendor": None}, UNKNOWN),
    ],
)
def test_how_well_a_device_is_supported(plugins: Plugins, info: dict[str, Any], level: int) -> None:
    """A known model is complete, exact with the firmware that the sources describe."""
    assert levels(plugins, "Grandstream", info) == [level]


def test_models_are_capabilities(plugins: Plugins) -> None:
    """What plugin-info declares is what is supported completely."""
    (plugin,) = plugins.loaded()
    for key in plugin.capabilities:
        vendor, model, version = key.split(", ")
        assert version == "*"
        assert plugin.associate({"vendor": vendor, "model": model}) == COMPLETE


@pytest.mark.parametrize("path", ["/cfg000b82005302.xml", "/cfg000b82005302", "/cfg000b82005301"])
def test_what_is_not_there(plugins: Plugins, path: str) -> None:
    """The file of another address is not found, and nobody's binary form is."""
    assert isinstance(asked(plugins, path, {}), Refusal)


def test_what_is_common_holds_no_secret(plugins: Plugins) -> None:
    """No password, key or address of a user is in cfg.xml or cfg<model>.xml."""
    secrets = {
        "admin_password": "secret-1",
        "user_password": "secret-2",
        "X_8021x_mode": "md5",
        "X_8021x_password": "secret-3",
        "sip_local_certificate": "-----BEGIN CERTIFICATE-----",
        "sip_local_key": "secret-4",
        "X_grandstream_phonebook_url": "http://secret-5/",
        "X_grandstream_p_values": {"1361": "secret-6"},
        "sip_lines": {"1": {**LINE, "password": "secret-7"}},
    }
    own = asked(plugins, OWN_FILE, secrets).body.decode()
    shared = [
        asked(plugins, path, secrets).body.decode() for path in ("/cfg.xml", "/cfggxp2130.xml")
    ]
    for secret in (f"secret-{number}" for number in range(1, 8)):
        assert secret in own
        assert not any(secret in text for text in shared)


def test_firmware_is_a_file(tmp_path: Path) -> None:
    """What the operator puts into the tree is served, and nothing stands in for it."""
    plugins = installed(SOURCE, tmp_path)
    assert isinstance(asked(plugins, "/1.0.11.85/gxp2130fw.bin", {}), Refusal)
    tree = tmp_path / "grandstream" / "var" / "tftpboot" / "1.0.11.85"
    tree.mkdir(parents=True)
    (tree / "gxp2130fw.bin").write_bytes(b"firmware")
    assert isinstance(asked(plugins, "/1.0.11.85/gxp2130fw.bin", {}), FileContent)


def test_every_golden_case_is_of_a_model_or_of_none() -> None:
    """The cases cover every series that differs, and a device that told nothing."""
    cases = [json.loads(path.read_bytes())["device"] for path in (SOURCE / "golden").glob("*.json")]
    models = {case.get("model") for case in cases}
    assert {"GXP1628", "GXP1782", "GXP2170", "GRP2614", "GXV3240", "GXV3370"} < models
    assert {"DP750", "HT802V2", "HT814", None} < models


ACK = """\
reply
xid: 0x00000000
chaddr: 00:0b:82:00:53:01
yiaddr: 192.0.2.10
option 53 message-type: ack
option 54 server-id: 192.0.2.1
option 51 address-time: 3600
option 58 renewal-time: 1800
option 59 rebinding-time: 2700
option 1 subnet-mask: 255.255.255.0
option 66 tftp-server-name: "http://192.0.2.1:8667"
option 160 provisioning-server: "http://192.0.2.1:8667"
"""


def test_what_a_device_is_told_over_dhcp(tmp_path: Path) -> None:
    """The URL in both options that set its server; 43 stays away even when asked for."""
    registry = installed(SOURCE, tmp_path, base_url="http://192.0.2.1:8667")
    wants = {60: b"Grandstream GXP2130", 55: bytes((1, 43, 66, 160))}
    ack = site(a_subnet(), registry=registry).lease(MAC, options=wants)
    assert format_packet(replace(ack, xid=0)) == ACK


def test_a_device_is_told_what_it_asks_for(tmp_path: Path) -> None:
    """A device that asks for neither option gets neither."""
    registry = installed(SOURCE, tmp_path, base_url="http://192.0.2.1:8667")
    wants = {60: b"Grandstream GXP2130", 55: bytes((1, 3))}
    ack = site(a_subnet(), registry=registry).lease(MAC, options=wants)
    assert {66, 160}.isdisjoint(ack.options)


def test_the_file_says_whose_it_is(plugins: Plugins) -> None:
    """A gateway takes a file only that names it, or names nobody."""
    own, shared = asked(plugins, OWN_FILE, {}), asked(plugins, "/cfg.xml", {})
    assert isinstance(own, Content)
    assert b"<mac>000b82005301</mac>" in own.body
    assert b"<mac>" not in shared.body
