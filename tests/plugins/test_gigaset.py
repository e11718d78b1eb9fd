"""The gigaset family: which devices it knows, which files it serves to whom, and what it tells over DHCP."""

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

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "gigaset"
MAC, OWN = "7c:2f:80:00:53:01", "/7C2F80005301.xml"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10", "number": "1001"}

CAPABILITIES: dict[str, dict[str, Any]] = {
    key.split(", ")[1]: capability
    for key, capability in json.loads((SOURCE / "plugin-info").read_bytes())["capabilities"].items()
}

asked = asking_as(mac=MAC, model="N870 IP PRO", plugin="gigaset")
"""What a device gets, an N870 unless said otherwise."""


@pytest.mark.parametrize(
    "user_agent",
    [
        "Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D6",
        "Gigaset N870 IP PRO;7C2F80E0D605",
        "Gigaset N870 IP PRO/83;7C2F80E0D605",
        "Gigaset C430 IP/1.0.0",
        "N510" + "1" * 5000,
    ],
)
def test_other_user_agents_say_nothing(plugins: Plugins, user_agent: str) -> None:
    """A User-Agent that is not spelt as the devices spell it is nobody's word."""
    assert concluded(plugins, http("/directory.xml", user_agent)) == []


def test_a_user_agent_may_stand_between_quotes(plugins: Plugins) -> None:
    """As Wazo's plugin allows for."""
    quoted = '"Gigaset N770 IP PRO/83.V2.62.0+build.c358757;7C2F80005301;Handset=100"'
    [info] = concluded(plugins, http("/", quoted))
    assert info == {
        "vendor": "Gigaset",
        "model": "N770 IP PRO",
        "version": "83.V2.62.0",
        "mac": MAC,
    }


@given(st.text(max_size=60))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, http("/", "Gigaset N" + text))
    concluded(plugins, http("/7C2F80" + text))
    concluded(plugins, tftp("7C2F80" + text))
    concluded(plugins, dhcp(MAC, dhcp={60: b"Gigaset_" + text.encode()}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0]


def test_hardware_addresses_are_a_guess_for_dhcp_alone(plugins: Plugins) -> None:
    """The ranges are those whose own files are believed."""
    assert_ranges_are_guesses(plugins, "Gigaset", "{}.xml")


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"model": "N870 IP PRO", "version": "83.V2.65.0"}, DeviceSupport.COMPLETE),
        ({"model": "N510 IP PRO"}, DeviceSupport.COMPLETE),
        ({"model": "Maxwell 3"}, DeviceSupport.COMPLETE),
        ({"model": "N530 IP PRO"}, DeviceSupport.INCOMPLETE),
        ({"model": "C610 IP"}, DeviceSupport.INCOMPLETE),
        ({"model": "N990 IP PRO"}, DeviceSupport.INCOMPLETE),
        ({"model": "C470 IP"}, DeviceSupport.IMPROBABLE),
        ({}, DeviceSupport.PROBABLE),
        ({"vendor": "Snom", "model": "N870 IP PRO"}, DeviceSupport.NONE),
        ({"vendor": None}, DeviceSupport.UNKNOWN),
    ],
)
def test_how_well_a_device_is_supported(
    plugins: Plugins, info: dict[str, Any], level: DeviceSupport
) -> None:
    """Completely where a source writes files for the model; not by itself where none does."""
    assert levels(plugins, "Gigaset", info) == [int(level)]


@pytest.mark.parametrize("model", sorted(CAPABILITIES))
def test_a_model_has_what_it_is_said_to_have(plugins: Plugins, model: str) -> None:
    """plugin-info and the files agree on how many lines and keys there are, in whichever form they are written."""
    capability = CAPABILITIES[model]
    every = {str(number): LINE for number in range(1, 301)}
    own = asked(plugins, OWN, {"sip_lines": every}, model=model).body.decode()
    active = (
        r'_IS_ACTIVE_[0-9]" class="symb_item" value="0x1"|name="add_hs"|[0-9]\.Active" value="1"'
    )
    assert len(re.findall(active, own)) == capability["lines"]
    assert len(re.findall(r"FunctionKeys\.[0-9]+\.Type", own)) == capability["function_keys"]
    assert "left out" in own


def test_what_is_common_holds_no_secret(plugins: Plugins) -> None:
    """No password of a raw config is in what a Maxwell asks for before its own file."""
    secrets = {
        "admin_password": "4711-admin",
        "user_password": "user-secret",
        "sip_lines": {"1": {**LINE, "password": "line-secret"}},
    }
    own = asked(plugins, OWN, secrets, model="Maxwell 3").body.decode()
    shared = asked(plugins, "/provisioning.xml", secrets, model="Maxwell 3").body.decode()
    for secret in ("4711-admin", "user-secret", "line-secret"):
        assert secret in own
        assert secret not in shared
    assert f'<step type="Redirect" url="{BASE_URL}/%MACD.xml"/>' in shared
    assert "Redirect" not in own


@pytest.mark.parametrize("model", ["N510 IP PRO", "N720 DM PRO", "N870 IP PRO"])
def test_a_base_gets_its_own_file_under_the_common_name(plugins: Plugins, model: str) -> None:
    """One that asks for `provisioning.xml` gets everything at once: no source sends it on."""
    own = asked(plugins, OWN, {}, model=model).body
    assert asked(plugins, "/provisioning.xml", {}, model=model).body == own
    assert asked(plugins, OWN.lower(), {}, model=model).body == own


@pytest.mark.parametrize("model", ["N510 IP PRO", "N720 DM PRO", "N870 IP PRO", "Maxwell 3"])
def test_a_devices_own_file_is_its_own(plugins: Plugins, model: str) -> None:
    """The file of another address is not found, whoever asks."""
    answer = asked(plugins, "/7C2F80005302.xml", {}, model=model)
    assert isinstance(answer, Refusal)
    assert "another device" in answer.reason


def test_a_chain_of_files_leads_to_the_devices_own(plugins: Plugins) -> None:
    """Each names the next in a block of its length, and the last the URL."""
    path, names = "/42/2/master.bin", []
    while path:
        body = asked(plugins, path, {}, model="N510 IP PRO").body
        kind, length, three, of_text = body[:4]
        assert (length, three, len(body)) == (of_text + 2, 3, of_text + 4)
        assert body.endswith(b"\0")
        names.append((kind, body[4:-1].decode()))
        path = f"/42/2/{names[-1][1]}" if kind else ""
    assert names == [
        (3, "sifsroot.bin"),
        (4, "sih.bin"),
        (4, "sit.bin"),
        (4, "siu.bin"),
        (0, f"{BASE_URL}/%MACD.xml"),
    ]
    assert isinstance(asked(plugins, "/42/2/baselines.bin", {}), Refusal)


@pytest.mark.parametrize(
    ("model", "url"),
    [
        ("N510 IP PRO", BASE_URL),
        ("N870 IP PRO", BASE_URL),
        (None, BASE_URL),
        ("Maxwell 2", f"{BASE_URL}/%MACD.xml"),
    ],
)
def test_dhcp_tells_the_url(plugins: Plugins, model: str | None, url: str) -> None:
    """In option 114, and in no other: a Maxwell would add its domain to what it finds in 66."""
    [plugin] = plugins.loaded()
    draft = MemoryStore((DEVICES, CONFIGS, CREDENTIALS), Clock()).draft("test")
    device = a_device(mac=MAC, model=model, plugin="gigaset", config=None)
    inquiry = dhcp(MAC, dhcp={60: b"N510_IP_PRO"}, local="192.0.2.9")
    told = dict(plugin.dhcp_options(inquiry, device, draft, keep=False))
    assert told == {114: url.encode()}


@pytest.mark.parametrize(
    ("model", "event"),
    [
        ("N510 IP PRO", "check-sync"),
        ("N870 IP PRO", "check-sync;reboot=false"),
        ("Maxwell 3", "check-sync"),
    ],
)
def test_a_device_is_told_to_fetch_again(plugins: Plugins, model: str, event: str) -> None:
    """By `check-sync`; what brings it its accounts is its own file."""
    [plugin] = plugins.loaded()
    device = a_device(mac=MAC, model=model, plugin="gigaset")
    assert list(plugin.ways(device, {})) == [Notify(event=event)]
    assert plugin.accounts_file(device) == OWN[1:]
    assert isinstance(asked(plugins, OWN, {}), Content)
