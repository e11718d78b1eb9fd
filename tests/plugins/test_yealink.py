"""The yealink family: which devices it knows, which files it serves to whom, and what it tells over DHCP."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from provd.documents import CONFIGS, CREDENTIALS, DEVICES
from provd.plugins import Plugins
from provd.sdk import DeviceSupport
from provd.store import MemoryStore
from provd.testing.documents import a_device
from provd.testing.families import BASE_URL, asking_as, assert_ranges_are_guesses, concluded, levels
from provd.testing.inquiries import dhcp, http, tftp
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "yealink"
MAC = "00:15:65:00:53:01"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n"

CAPABILITIES: dict[str, dict[str, Any]] = {
    key.split(", ")[1]: capability
    for key, capability in json.loads((SOURCE / "plugin-info").read_bytes())["capabilities"].items()
}


asked = asking_as(mac=MAC, model="T46S", plugin="yealink")
"""What a phone gets, a T46S unless said otherwise."""


@pytest.mark.parametrize(
    "user_agent",
    [
        "Yealink SIP-T46S 66.85.0.5 00:15:65:b8:60:05 ",
        "Yealink SIP-T46S 66.85.0.5 00:15:65:b8:60",
        "Yealink SIP-T46S 66.85.0.5 00-15-65-b8-60-05",
        "Yealink SIP-T46S 66 00:15:65:b8:60:05",
        "Yealink SIP-T46S   66.85.0.5 00:15:65:b8:60:05",
        "Yealink SIP-X46S 66.85.0.5 00:15:65:b8:60:05",
        "T46S 66.85.0.5 00:15:65:b8:60:05",
        "yealink" + "1" * 5000,
    ],
)
def test_other_user_agents_say_nothing(plugins: Plugins, user_agent: str) -> None:
    """A User-Agent that is not spelt as the phones spell it is nobody's word."""
    assert concluded(plugins, http("/directory.xml", user_agent)) == []


@given(st.text(max_size=60))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, http("/", "Yealink" + text))
    concluded(plugins, tftp(text + ".cfg"))
    concluded(plugins, http("/001565" + text + ".boot"))
    concluded(plugins, dhcp(MAC, dhcp={60: b"yealink" + text.encode()}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0]


def test_hardware_addresses_are_a_guess_for_dhcp_alone(plugins: Plugins) -> None:
    """The ranges are those whose own files are believed over TFTP and HTTP."""
    assert_ranges_are_guesses(plugins, "Yealink", "{}.cfg")


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"model": "T46S", "version": "66.85.0.5"}, DeviceSupport.EXACT),
        ({"model": "T28P", "version": "2.70.0.140"}, DeviceSupport.EXACT),
        ({"model": "T77U", "version": "185.87.0.10"}, DeviceSupport.EXACT),
        ({"model": "T77U", "version": "185.88.0.10"}, DeviceSupport.INCOMPLETE),
        ({"model": "T46S", "version": "66"}, DeviceSupport.INCOMPLETE),
        ({"model": "T46S", "version": "66.٨٥.0"}, DeviceSupport.INCOMPLETE),
        ({"model": "T18", "version": "18.0.0.80"}, DeviceSupport.INCOMPLETE),
        ({"model": "T46S"}, DeviceSupport.COMPLETE),
        ({}, DeviceSupport.PROBABLE),
        ({"vendor": "Snom", "model": "T46S"}, DeviceSupport.NONE),
        ({"vendor": None}, DeviceSupport.UNKNOWN),
    ],
)
def test_how_well_a_device_is_supported(
    plugins: Plugins, info: dict[str, Any], level: DeviceSupport
) -> None:
    """Exactly with a release whose parameters are known; a new model or release as well as can be."""
    assert levels(plugins, "Yealink", info) == [level]


@pytest.mark.parametrize("model", sorted(CAPABILITIES))
def test_a_model_has_what_it_is_said_to_have(plugins: Plugins, model: str) -> None:
    """plugin-info and the files agree on how many lines and keys there are, and on the common file."""
    capability = CAPABILITIES[model]
    own = asked(plugins, "/001565005301.cfg", {}, model=model).body.decode()
    assert len(re.findall(r"^account\.\d+\.enable = 0$", own, re.MULTILINE)) == capability["lines"]
    keys = re.findall(r"^(?:line|memory)key\.\d+\.type = 0$", own, re.MULTILINE)
    assert len(keys) == capability["function_keys"]
    boot = asked(plugins, "/001565005301.boot", {}, model=model).body.decode()
    [name] = re.findall(r'^include:config "(y0{9}\d{3}\.cfg)"$', boot, re.MULTILINE)
    common = asked(plugins, f"/{name}", {}, model=model)
    assert (b"pc_port" in common.body) is not (capability["type"] == "dect")


def test_a_boot_file_names_what_the_phone_is_served(plugins: Plugins) -> None:
    """Both boot files send it to the common file of its model, then to its own; both are there."""
    for boot in ("/y000000000000.boot", "/001565005301.boot"):
        body = asked(plugins, boot, {}).body.decode()
        assert body.startswith("#!version:1.0.0.1\n")
        names = re.findall(r'^include:config "([^"]+)"$', body, re.MULTILINE)
        assert names == ["y000000000066.cfg", "001565005301.cfg"]
        for name in names:
            content = asked(plugins, f"/{name}", {})
            assert isinstance(content, Content)
            assert content.body.startswith(b"#!version:1.0.0.1\n")


def test_a_phone_whose_address_nobody_knows_gets_no_own_file(plugins: Plugins) -> None:
    """There is no file to name, and none that would be its own."""
    assert b".cfg" in asked(plugins, "/y000000000000.boot", {}, mac=None).body
    assert b'"001565' not in asked(plugins, "/y000000000000.boot", {}, mac=None).body
    assert isinstance(asked(plugins, "/001565005301.cfg", {}, mac=None), Refusal)


@pytest.mark.parametrize("path", ["/001565005302.cfg", "/001565005302.boot"])
def test_a_phones_own_files_are_its_own(plugins: Plugins, path: str) -> None:
    """The file of another address is not found, whoever asks."""
    answer = asked(plugins, path, {})
    assert isinstance(answer, Refusal)
    assert "another device" in answer.reason


@pytest.mark.parametrize(
    "path", ["/001565005301-local.cfg", "/001565005301-contact.xml", "/001565005301-calllog.xml"]
)
def test_what_users_changed_is_not_kept(plugins: Plugins, path: str) -> None:
    """A phone that asks for what it saved is refused, with a reason of its own."""
    answer = asked(plugins, path, {})
    assert isinstance(answer, Refusal)
    assert "not kept here" in answer.reason


def test_what_is_common_holds_no_secret(plugins: Plugins) -> None:
    """No password of a raw config is in what all phones of a model ask for, nor in a boot file."""
    secrets = {
        "admin_password": "admin-secret",
        "user_password": "user-secret",
        "X_8021x_mode": "md5",
        "X_8021x_password": "wire-secret",
        "sip_lines": {"1": {**LINE, "password": "line-secret"}},
    }
    own = asked(plugins, "/001565005301.cfg", secrets).body.decode()
    shared = [
        asked(plugins, path, secrets).body.decode()
        for path in ("/y000000000066.cfg", "/y000000000000.boot", "/001565005301.boot")
    ]
    for secret in ("admin-secret", "user-secret", "wire-secret", "line-secret"):
        assert secret in own
        assert all(secret not in text for text in shared)


CERTIFICATES = {
    "sip_servers_root_and_intermediate_certificates": [PEM, PEM.replace("MIIB", "MIID")],
    "sip_local_certificate": PEM,
    "sip_local_key": KEY,
    "sip_local_root_and_intermediate_certificates": [PEM.replace("MIIB", "MIIE")],
    "X_8021x_mode": "tls",
    "X_8021x_ca_certificate": PEM,
    "X_8021x_certificate": PEM,
    "X_8021x_private_key": KEY,
}


def test_every_certificate_that_is_named_is_served(plugins: Plugins) -> None:
    """The phone's own file says where they are, and each is there, for that phone alone."""
    own = asked(plugins, "/001565005301.cfg", CERTIFICATES).body.decode()
    urls = re.findall(r"^\S+url = (\S+\.pem)$", own, re.MULTILINE)
    assert [url.rpartition("-")[2] for url in urls] == [
        "ca.pem",
        "client.pem",
        "1.pem",
        "2.pem",
        "device.pem",
    ]
    for url in urls:
        path = url.removeprefix("http://192.0.2.9:8667")
        assert asked(plugins, path, CERTIFICATES).body.startswith(b"-----BEGIN CERTIFICATE-----")
        stranger = asked(plugins, path, CERTIFICATES, mac="00:15:65:00:53:02")
        assert isinstance(stranger, Refusal)


def test_a_certificate_goes_with_its_chain_and_its_key(plugins: Plugins) -> None:
    """The phone takes them in one file, the key last."""
    body = asked(plugins, "/001565005301-device.pem", CERTIFICATES).body.decode()
    assert body == PEM + PEM.replace("MIIB", "MIIE") + KEY


@pytest.mark.parametrize("name", ["trusted-1", "trusted-99", "device", "8021x-ca", "../x", ""])
def test_a_certificate_that_is_not_there_is_not_found(plugins: Plugins, name: str) -> None:
    """A raw config without certificates has no such files."""
    assert isinstance(asked(plugins, f"/001565005301-{name}.pem", {}), Refusal)


def test_dhcp_tells_one_url_in_every_option(plugins: Plugins) -> None:
    """The custom option, 66 and 43 say the same, so that it does not matter which one wins."""
    [plugin] = plugins.loaded()
    draft = MemoryStore((DEVICES, CONFIGS, CREDENTIALS), Clock()).draft("test")
    device = a_device(mac=MAC, model="T46S", plugin="yealink", config=None)
    inquiry = dhcp(MAC, dhcp={60: b"yealink"}, local="192.0.2.9")
    told = dict(plugin.dhcp_options(inquiry, device, draft, keep=False))
    assert told == dict.fromkeys((43, 66, 160), BASE_URL.encode())
