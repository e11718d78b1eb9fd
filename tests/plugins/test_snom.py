"""The snom family: which devices it knows, how well it takes them, and which files they get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk import DeviceSupport
from provd.testing.families import asking_as, concluded, levels
from provd.testing.inquiries import dhcp, http, tftp
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "snom"
MAC = "00:04:13:00:53:01"
GENERAL, OWN_FILE = "/snom-general-000413005301.xml", "/000413005301.xml"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}


asked = asking_as(mac=MAC, model="D785", plugin="snom")
"""What a phone gets, a D785 unless said otherwise."""


def read(answer: Any) -> ET.Element:
    """A rendered file as the phone reads it."""
    assert isinstance(answer, Content), answer
    return ET.fromstring(answer.body.decode())


def settings_of(answer: Any) -> dict[str, str]:
    """The settings in a file, `user_host 1` for those with an index, each written once."""
    elements = list(read(answer).iterfind("phone-settings/*"))
    names = [" ".join([each.tag, *filter(None, [each.get("idx")])]) for each in elements]
    assert len(set(names)) == len(names)
    return {name: each.text or "" for name, each in zip(names, elements, strict=True)}


def files_of(answer: Any) -> list[str]:
    """The names of the files that a list of files tells the phone to fetch."""
    return [file.attrib["url"].rpartition("/")[2] for file in read(answer).iterfind("file")]


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/4.0 (compatible; snomD785 10.1.33.33)",
        "Mozilla/4.0 (compatible; snomD785-SIP x)",
        "Mozilla/4.0 (compatible; snom-SIP 8.7.3.19)",
        "Mozilla/4.0 (compatible; snom370-SIP 8.7.3.19evil)",
        "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)",
        "Mozilla/4.0 (compatible; snom" + "3" * 5000,
        "Mozilla/4.0 (compatible; snom370-SIP 8.7.3.19 " + "a" * 5000,
    ],
)
def test_other_user_agents_say_nothing(plugins: Plugins, user_agent: str) -> None:
    """A User-Agent that is not spelt as the phones spell it is nobody's word."""
    assert concluded(plugins, http("/snomD785.htm", user_agent)) == []


@pytest.mark.parametrize(
    "path",
    [
        "/snom370-000413005301.htm",
        "/snom370-000413005301-firmware.xml",
        GENERAL,
        OWN_FILE,
        "/tree/000413005301.xml",
    ],
)
def test_a_file_name_tells_the_address_that_old_firmware_does_not(
    plugins: Plugins, path: str
) -> None:
    """The User-Agent of firmware 8.7.3 holds no address; every file that the phone is told to fetch does."""
    user_agent = "Mozilla/4.0 (compatible; snom370-SIP 8.7.3.25 1.1.3-IFX-05.01.12)"
    (info,) = concluded(plugins, http(path, user_agent))
    assert info == {"vendor": "Snom", "model": "370", "version": "8.7.3.25", "mac": MAC}
    assert "mac" not in concluded(plugins, http("/snom370.htm", user_agent))[0]


@pytest.mark.parametrize("before", ["", "Mozilla/5.0 (compatible; "])
def test_what_stands_before_the_model_is_nobodys_word(plugins: Plugins, before: str) -> None:
    """Whatever browser a firmware says that it is like, the phone is the same."""
    (info,) = concluded(plugins, http("/", f"{before}snomD862-SIP 10.1.198.19 000413005301)"))
    assert info == {"vendor": "Snom", "model": "D862", "version": "10.1.198.19", "mac": MAC}


def test_the_address_in_the_user_agent_goes_before_that_of_the_file(plugins: Plugins) -> None:
    """Asking for another's file makes nobody the other."""
    user_agent = (
        "Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12 000413922D24 SXM:0 UXM:0)"
    )
    (info,) = concluded(plugins, http(OWN_FILE, user_agent))
    assert info["mac"] == "00:04:13:92:2d:24"


def test_a_vendor_class_may_say_more_for_a_base_only_behind_a_sign(plugins: Plugins) -> None:
    """`snomM900-…` is an M900; `snom3705` is no 370."""
    expected = [{"vendor": "Snom", "model": "M900"}]
    assert concluded(plugins, dhcp(MAC, dhcp={60: b"snomM900-07.40\0"})) == expected
    assert concluded(plugins, dhcp(MAC, dhcp={60: b"snom3705"})) == []


@given(st.text(max_size=60))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, http("/" + text, "Mozilla/4.0 (compatible; snom" + text))
    concluded(plugins, http("/" + text, "Mozilla/4.0 (compatible; snom370-SIP 8.7.3 " + text))
    concluded(plugins, tftp("snom" + text))
    concluded(plugins, tftp("000413" + text))
    concluded(plugins, dhcp(MAC, dhcp={60: b"snom" + text.encode()}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0]


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"model": "D785", "version": "10.1.33.33"}, DeviceSupport.COMPLETE),
        ({"model": "370", "version": "8.7.3.25"}, DeviceSupport.COMPLETE),
        ({"model": "320", "version": "7.3.30"}, DeviceSupport.COMPLETE),
        ({"model": "320", "version": "6.5.20"}, DeviceSupport.IMPROBABLE),
        ({"model": "M900", "version": "05.20.0001"}, DeviceSupport.COMPLETE),
        ({"model": "M900", "version": "03.55"}, DeviceSupport.IMPROBABLE),
        ({"model": "D785"}, DeviceSupport.COMPLETE),
        ({"model": "D895", "version": "10.1.226.16"}, DeviceSupport.INCOMPLETE),
        ({"model": "m9", "version": "9.1.43"}, DeviceSupport.IMPROBABLE),
        ({}, DeviceSupport.PROBABLE),
        ({"vendor": "Cisco", "model": "370"}, DeviceSupport.NONE),
        ({"vendor": None}, DeviceSupport.UNKNOWN),
    ],
)
def test_support(plugins: Plugins, info: dict[str, Any], level: int) -> None:
    """Models of the table with firmware that reads XML; newer models in part."""
    assert levels(plugins, "Snom", info) == [level]


def test_models_are_the_capabilities(plugins: Plugins) -> None:
    """plugin-info and models.py say the same of each model: what the one promises, the other writes."""
    (plugin,) = plugins.loaded()
    lines = {str(n): LINE for n in range(1, 21)}
    for key, told in plugin.capabilities.items():
        model = key.split(", ")[1]
        own = asked(plugins, OWN_FILE, {"sip_lines": lines}, model=model)
        active = [name for name, value in settings_of(own).items() if value == "on"]
        assert len([name for name in active if name.startswith("user_active")]) == min(
            told["lines"], 20
        ), model
        keys = len(list(read(own).iterfind("functionKeys/fkey")))
        assert keys >= told["function_keys"], model
        assert (keys > told["function_keys"]) is (told["expansion_modules"] > 0), model


def test_a_phones_own_file_is_its_own(plugins: Plugins) -> None:
    """The file of another address is not found, whoever asks."""
    answer = asked(plugins, "/000413005302.xml", {})
    assert isinstance(answer, Refusal)
    assert "another device" in answer.reason


def test_only_the_phones_own_file_holds_secrets(plugins: Plugins) -> None:
    """No password of a raw config is in a file whose name another phone may ask under."""
    full = json.loads((SOURCE / "golden" / "D785-paris-full.json").read_bytes())["raw_config"]
    full |= {"admin_password": "topsecret", "X_snom_settings": {"ldap_password": "bind-secret"}}
    own = asked(plugins, OWN_FILE, full).body.decode()
    others = (GENERAL, "/snomD785.htm", "/snomD785-000413005301.htm", "/snomD785-firmware.xml")
    for secret in ("topsecret", "bind-secret", "secret-1", "secret-2", "secret-3"):
        assert secret in own
        for path in others:
            assert secret not in asked(plugins, path, full).body.decode()


@pytest.mark.parametrize(
    ("version", "first", "second"),
    [
        ("10.1.33.33", [GENERAL], [OWN_FILE]),
        ("8.7.5.35", [GENERAL, "/gui_lang.xml", "/web_lang.xml"], [OWN_FILE]),
        ("8.7.3.25", [GENERAL, "/gui_lang.xml", "/web_lang.xml"], [GENERAL, OWN_FILE]),
        (None, [GENERAL], [GENERAL, OWN_FILE]),
    ],
)
def test_which_files_a_phone_is_told_to_fetch(
    plugins: Plugins, version: str | None, first: list[str], second: list[str]
) -> None:
    """A phone that is not known when it asks for the file of its model is told everything in its own."""
    raw = {"locale": "fr_FR"}
    model = asked(plugins, "/snomD785.htm", raw, version=version)
    own = asked(plugins, "/snomD785-000413005301.htm", raw, version=version)
    assert files_of(model) == [path.removeprefix("/") for path in first]
    assert files_of(own) == [path.removeprefix("/") for path in second]


def test_english_needs_no_language_file(plugins: Plugins) -> None:
    """It is what old firmware speaks by itself."""
    answer = asked(plugins, "/snom370.htm", {"locale": "en_GB"}, model="370", version="8.7.3.25")
    assert files_of(answer) == [GENERAL.removeprefix("/")]
