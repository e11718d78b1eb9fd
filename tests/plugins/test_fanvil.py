"""The fanvil family: which devices it knows, which files it serves to whom, and what it tells over DHCP."""

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
from provd.sdk import DeviceSupport, Notify
from provd.store import MemoryStore
from provd.testing.documents import a_device
from provd.testing.families import (
    BASE_URL,
    asking_as,
    assert_ranges_are_guesses,
    concluded,
    levels,
)
from provd.testing.inquiries import dhcp, http, tftp
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "fanvil"
MAC, OWN = "0c:38:3e:00:53:01", "/0c383e005301.cfg"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}

CAPABILITIES: dict[str, dict[str, Any]] = {
    key.split(", ")[1]: capability
    for key, capability in json.loads((SOURCE / "plugin-info").read_bytes())["capabilities"].items()
}

asked = asking_as(mac=MAC, model="X5U-V2", plugin="fanvil")
"""What a phone gets, an X5U-V2 unless said otherwise."""


@pytest.mark.parametrize(
    "user_agent",
    [
        "Fanvil X4 2.10.2.6887 0c383e07e16c ",
        "Fanvil X4 2.10.2.6887 0c383e07e1",
        "Fanvil X4 2.10.2.6887 0c:38:3e:07:e1:6c",
        "Fanvil X4 0c383e07e16c",
        "Fanvil X4 SG 2.10.2 0c383e07e16c",
        "Fanvil 2.10.2.6887 0c383e07e16c",
        "fanvil" + "1" * 5000,
    ],
)
def test_other_user_agents_say_nothing(plugins: Plugins, user_agent: str) -> None:
    """A User-Agent that is not spelt as the phones spell it is nobody's word."""
    assert concluded(plugins, http("/directory.xml", user_agent)) == []


@given(st.text(max_size=60))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, http("/", "Fanvil " + text))
    concluded(plugins, tftp("0c383e" + text))
    concluded(plugins, tftp("F0" + text + ".cfg"))
    concluded(plugins, dhcp(MAC, dhcp={60: b"Fanvil " + text.encode()}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0]


def test_hardware_addresses_are_a_guess_for_dhcp_alone(plugins: Plugins) -> None:
    """The ranges are those whose own files are believed over TFTP."""
    assert_ranges_are_guesses(plugins, "Fanvil", "{}.cfg")


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"model": "X5U-V2", "version": "2.12.16.17"}, DeviceSupport.COMPLETE),
        ({"model": "V62Pro"}, DeviceSupport.COMPLETE),
        ({"model": "X6U Pro"}, DeviceSupport.COMPLETE),
        ({"model": "A32"}, DeviceSupport.INCOMPLETE),
        ({}, DeviceSupport.PROBABLE),
        ({"vendor": "Yealink", "model": "X5U-V2"}, DeviceSupport.NONE),
        ({"vendor": None}, DeviceSupport.UNKNOWN),
    ],
)
def test_how_well_a_device_is_supported(
    plugins: Plugins, info: dict[str, Any], level: DeviceSupport
) -> None:
    """A known model completely, whatever its firmware; another as well as can be."""
    assert levels(plugins, "Fanvil", info) == [int(level)]


@pytest.mark.parametrize("model", sorted(CAPABILITIES))
def test_a_model_has_what_it_is_said_to_have(plugins: Plugins, model: str) -> None:
    """plugin-info and the files agree on how many lines and keys there are, in whichever form they are written."""
    capability = CAPABILITIES[model]
    own = asked(plugins, OWN, {}, model=model).body.decode()
    lines = re.findall("<EnableReg>0<|<Enable_Reg>0<", own)
    assert len(lines) == capability["lines"]
    keys = re.findall("<Fkey index=|<Function_Key_Entry>", own)
    assert len(keys) == capability["function_keys"]


def test_what_is_common_holds_no_secret(plugins: Plugins) -> None:
    """No password of a raw config is in what all phones of a model ask for."""
    secrets = {
        "admin_password": "4711-admin",
        "user_password": "user-secret",
        "X_8021x_mode": "md5",
        "X_8021x_password": "wire-secret",
        "sip_lines": {"1": {**LINE, "password": "line-secret"}},
    }
    for model, common in (("X5U-V2", "/F0V5UV200000.cfg"), ("X4", "/f0X4hw1.100.cfg")):
        own = asked(plugins, OWN, secrets, model=model).body.decode()
        shared = asked(plugins, common, secrets, model=model).body.decode()
        for secret in ("4711-admin", "user-secret", "wire-secret", "line-secret"):
            assert secret in own
            assert secret not in shared


@pytest.mark.parametrize("model", ["X5U-V2", "X4"])
def test_a_phones_own_file_is_its_own(plugins: Plugins, model: str) -> None:
    """The file of another address is not found, whoever asks."""
    answer = asked(plugins, "/0c383e005302.cfg", {}, model=model)
    assert isinstance(answer, Refusal)
    assert "another device" in answer.reason


def test_a_wireless_phone_may_ask_for_xml(plugins: Plugins) -> None:
    """The W611W asks for `<mac>.xml`, which is the same file."""
    body = asked(plugins, "/0c383e005301.xml", {}, model="W611W").body
    assert body == asked(plugins, OWN, {}, model="W611W").body


@pytest.mark.parametrize("path", ["/fanvil_x5u_v2_hwv2_0.txt", "/F00000000000.boot", "/x.z"])
def test_what_is_not_there_is_not_found(plugins: Plugins, path: str) -> None:
    """Without firmware nothing describes it; a boot file there is none."""
    assert isinstance(asked(plugins, path, {}), Refusal)


def test_dhcp_tells_the_phone_its_own_file(plugins: Plugins) -> None:
    """The phone puts its address for `$mac`; 66 and 43 say the same, so that it does not matter which it looks in."""
    [plugin] = plugins.loaded()
    draft = MemoryStore((DEVICES, CONFIGS, CREDENTIALS), Clock()).draft("test")
    device = a_device(mac=MAC, model="X5U-V2", plugin="fanvil", config=None)
    inquiry = dhcp(MAC, dhcp={60: b"Fanvil X5U"}, local="192.0.2.9")
    told = dict(plugin.dhcp_options(inquiry, device, draft, keep=False))
    assert told == dict.fromkeys((43, 66), f"{BASE_URL}/$mac.cfg".encode())


def test_a_phone_is_told_to_fetch_again(plugins: Plugins) -> None:
    """By `check-sync`; what brings it its accounts is its own file."""
    [plugin] = plugins.loaded()
    device = a_device(mac=MAC, model="X5U-V2", plugin="fanvil")
    assert list(plugin.ways(device, {})) == [Notify(event="check-sync")]
    assert plugin.accounts_file(device) == OWN[1:]
    assert isinstance(asked(plugins, OWN, {}), Content)
