"""The cisco-spa plugin: which devices it knows, which files it serves to whom, and what it tells over DHCP."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk import DeviceSupport, Notify
from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import site
from provd.testing.documents import a_device
from provd.testing.families import asking_as, concluded, installed, levels
from provd.testing.inquiries import dhcp, http, tftp
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "cisco-spa"
MAC, BARE = "00:02:fd:00:53:01", "0002fd005301"
OWN, COMMON = f"/{BARE}.xml", f"/{BARE}-common.xml"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}

CAPABILITIES: dict[str, dict[str, Any]] = {
    key.split(", ")[1]: capability
    for key, capability in json.loads((SOURCE / "plugin-info").read_bytes())["capabilities"].items()
}

asked = asking_as(mac=MAC, model="SPA504G", plugin="cisco-spa")
"""What a device gets, an SPA504G unless said otherwise."""


@pytest.mark.parametrize(
    "user_agent",
    [
        "Cisco/SPA508G-7.4.4 (0002FDFF2103)(CBT141400UK) ",
        "Cisco/SPA508G-7.4.4",
        "Cisco/SPA508G (CBT141400UK)",
        "Cisco/SPA508G-7.4.4 (0002FDFF2103)(CBT 141400UK)",
        "Cisco/SPA-7.4.4 (CBT141400UK)",
        "Linksys/SPA-942-6.1.5(a)",
        "Cisco/SPA" + "5" * 5000,
        "Cisco/SPA508G-" + "7." * 2500 + " (CBT141400UK)",
    ],
)
def test_other_user_agents_say_nothing(plugins: Plugins, user_agent: str) -> None:
    """A User-Agent that is not spelt as the devices spell it is nobody's word."""
    assert concluded(plugins, http(OWN, user_agent)) == []


@pytest.mark.parametrize(
    ("path", "mac"),
    [
        (OWN, MAC),
        ("/0002FD005301.xml", MAC),
        (COMMON, MAC),
        ("/spa525G.cfg", None),
        (f"/{BARE}-ca.pem", None),
        (f"/{BARE}0.xml", None),
    ],
)
def test_a_file_name_tells_the_address_that_the_user_agent_does_not(
    plugins: Plugins, path: str, mac: str | None
) -> None:
    """Many models tell their serial number only; the files they are told to ask for hold the address."""
    [said] = concluded(plugins, http(path, "Cisco/SPA525G-7.4.7 (CBT141900G7)"))
    assert said.get("mac") == mac


def test_the_address_in_the_user_agent_goes_before_that_of_the_file(plugins: Plugins) -> None:
    """Asking for another's file makes nobody the other."""
    [said] = concluded(plugins, http(OWN, "Cisco/SPA508G-7.4.4 (0002FDFF2103)(CBT141400UK)"))
    assert said["mac"] == "00:02:fd:ff:21:03"


@given(st.text(max_size=60))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, http("/" + text, "Cisco/SPA504G-" + text))
    concluded(plugins, http("/" + text, "Linksys/SPA" + text))
    concluded(plugins, tftp("spa" + text))
    concluded(plugins, tftp(text + "-common.xml"))
    concluded(plugins, dhcp(MAC, dhcp={60: b"Cisco SPA" + text.encode()}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0]


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"model": "SPA504G", "version": "7.6.2f"}, DeviceSupport.COMPLETE),
        ({"model": "ATA191"}, DeviceSupport.COMPLETE),
        ({"model": "ATA190"}, DeviceSupport.IMPROBABLE),
        ({"model": "7941G"}, DeviceSupport.IMPROBABLE),
        ({}, DeviceSupport.IMPROBABLE),
        ({"vendor": "Polycom", "model": "SPA504G"}, DeviceSupport.NONE),
        ({"vendor": None}, DeviceSupport.UNKNOWN),
    ],
)
def test_how_well_a_device_is_supported(
    plugins: Plugins, info: dict[str, Any], level: DeviceSupport
) -> None:
    """By its model: a vendor alone is that of another family, too."""
    assert levels(plugins, "Cisco", info) == [level]


@pytest.mark.parametrize("model", sorted(CAPABILITIES))
def test_a_model_has_what_it_is_said_to_have(plugins: Plugins, model: str) -> None:
    """plugin-info and the files agree on how many lines and keys there are."""
    told = CAPABILITIES[model]
    [plugin] = plugins.loaded()
    assert plugin.associate({"vendor": "Cisco", "model": model}) == DeviceSupport.COMPLETE
    raw = {"sip_lines": {str(n): LINE for n in range(1, 21)}}
    own = asked(plugins, OWN, raw, model=model).body.decode()
    assert len(re.findall("<Line_Enable_.*>Yes<", own)) == told["lines"]
    keys = {"funckeys": {str(n): {"type": "blf", "value": "1"} for n in range(1, 100)}}
    own = asked(plugins, OWN, keys, model=model).body.decode()
    consoles = 32 * told["expansion_modules"]
    assert own.count("fnc=blf") == told["function_keys"] + consoles


@pytest.mark.parametrize("path", ["/0002fd005302.xml", "/0002fd005302-common.xml"])
def test_a_devices_own_file_is_its_own(plugins: Plugins, path: str) -> None:
    """The file of another address is not found, whoever asks."""
    answer = asked(plugins, path, {})
    assert isinstance(answer, Refusal)
    assert "another device" in answer.reason


@pytest.mark.parametrize(
    "path", ["/SEP0002FD005301.cnf.xml", "/XMLDefault.cnf.xml", "/dialplan.xml"]
)
def test_what_is_not_served(plugins: Plugins, path: str) -> None:
    """Phones that look for a call manager first go on without one."""
    assert isinstance(asked(plugins, path, {}), Refusal)


@pytest.mark.parametrize("model", ["SPA504G", "SPA122", "SPA8000"])
def test_only_the_devices_own_file_holds_secrets(plugins: Plugins, model: str) -> None:
    """No password is in the file of all of a model, nor in the common one."""
    secrets = {
        "admin_password": "admin-secret",
        "user_password": "user-secret",
        "sip_lines": {"1": {**LINE, "password": "line-secret"}},
        "X_cisco_spa_parameters": {"LDAP_Password": "bind-secret"},
    }
    own = asked(plugins, OWN, secrets, model=model).body.decode()
    for secret in ("admin-secret", "user-secret", "line-secret", "bind-secret"):
        assert secret in own
        for path in ("/spa504G.cfg", "/ata192.cfg", COMMON):
            assert secret not in asked(plugins, path, secrets, model=model).body.decode()


def test_whom_it_trusts_is_one_file_of_its_own(plugins: Plugins) -> None:
    """The common file says where it is; it is there, for that device alone."""
    raw = {"sip_servers_root_and_intermediate_certificates": [PEM, PEM.replace("MIIB", "MIIC")]}
    common = ET.fromstring(asked(plugins, COMMON, raw).body)
    url = common.findtext("Custom_CA_URL") or ""
    path = url.removeprefix("http://192.0.2.9:8667")
    answer = asked(plugins, path, raw)
    assert isinstance(answer, Content)
    assert answer.body.decode() == PEM + PEM.replace("MIIB", "MIIC")
    assert isinstance(asked(plugins, path, raw, mac="00:02:fd:00:53:02"), Refusal)
    assert isinstance(asked(plugins, path, {}), Refusal)


def test_a_device_whose_address_nobody_knows_says_it_itself(plugins: Plugins) -> None:
    """The file of its model sends it to names that it makes from its own address."""
    body = asked(plugins, "/spa504G.cfg", {}, mac=None).body.decode()
    assert "http://192.0.2.9:8667/$MA-common.xml" in body
    assert isinstance(asked(plugins, OWN, {}, mac=None), Refusal)


@pytest.mark.parametrize("vendor_class", [b"Cisco SPA504G", b"CISCO ATA191-MPP"])
def test_dhcp_tells_where_to_begin(tmp_path: Path, vendor_class: bytes) -> None:
    """An address where the device asks over TFTP, a URL with its own file where it takes one."""
    registry = installed(SOURCE, tmp_path, base_url="http://192.0.2.1:8667")
    lan = site(a_subnet(options=[{"code": 3, "value": "192.0.2.1"}]), registry=registry)
    ack = lan.lease(MAC, options={60: vendor_class, 55: bytes((1, 3, 66, 150, 159, 160))})
    assert ack.options[66] == b"192.0.2.1"
    assert ack.options[150] == bytes((192, 0, 2, 1))
    assert ack.options[159] == ack.options[160] == f"http://192.0.2.1:8667{COMMON}".encode()


def test_how_a_device_is_made_to_ask_again(plugins: Plugins) -> None:
    """By an event of its own; what it then asks for last tells it its lines."""
    [plugin] = plugins.loaded()
    device = a_device(mac=MAC, model="SPA504G", plugin="cisco-spa")
    assert list(plugin.ways(device, {})) == [Notify(event="resync", reboot="reboot_now")]
    assert plugin.accounts_file(device) == f"{BARE}.xml"
    assert plugin.accounts_file(a_device(model="SPA504G", plugin="cisco-spa", mac=None)) == ""
