"""The fanvil family: what a raw config says to a phone, in the form that its model reads."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from zope.interface import implementer

from provd.contracts.packages import IPackages
from provd.plugins import Advertised, Plugins
from provd.plugins.assemble import assemble
from provd.sdk.timezones import dst_rules, zone_names
from provd.testing.families import asking_as, installed
from provd.values import Content, Refusal
from provd.values.package import PackageVersion

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "fanvil"
OWN = "/0c383e005301.cfg"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}
NEW, OLD = "X5U-V2", "X4"

asked = asking_as(mac="0c:38:3e:00:53:01", model=NEW, plugin="fanvil")
"""What a phone gets, an X5U-V2 unless said otherwise."""


def written(answer: Any) -> ET.Element:
    """The root of a rendered file."""
    assert isinstance(answer, Content), answer
    return ET.fromstring(answer.body)


def of_line(answer: Any, number: int) -> dict[str, str]:
    """The parameters of a line by their names without underscores, in either form."""
    root = written(answer)
    if root.tag == "sysConf":
        [line] = root.findall(f"sip/line[@index='{number}']")
    else:
        entries = root.findall("SIP_CONFIG_MODULE/SIP_Line_List/SIP_Line_List_Entry")
        [line] = [each for each in entries if each.findtext("ID") == f"SIP{number}"]
    return {each.tag.replace("_", ""): each.text or "" for each in line}


def keys(answer: Any) -> dict[str, tuple[str, str, str]]:
    """Type, value and title of each key that does something, by where it is."""
    found = {}
    for area in ("dssSide", "internal", "external"):
        for page in written(answer).findall(f"dsskey/{area}"):
            for key in page:
                told = tuple(key.findtext(name) or "" for name in ("Type", "Value", "Title"))
                found[f"{area} {page.get('index')}.{key.get('index')}"] = told
    return {place: told for place, told in found.items() if told[0] != "0"}  # type: ignore[misc]  # three texts


@pytest.mark.parametrize("model", [NEW, OLD])
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ("192.0.2.10:5060", ":", ":", ":")),
        ({"sip_transport": "tls"}, ("192.0.2.10:5061", ":", ":", ":")),
        ({"sip_backup_proxy_ip": "192.0.2.11"}, ("192.0.2.10:5060", "192.0.2.11:5060", ":", ":")),
        (
            {"sip_registrar_ip": "192.0.2.12", "sip_backup_proxy_ip": "192.0.2.11"},
            ("192.0.2.12:5060", ":", "192.0.2.10:5060", "192.0.2.11:5060"),
        ),
        (
            {"sip_outbound_proxy_ip": "192.0.2.14", "sip_outbound_proxy_port": 5070},
            ("192.0.2.10:5060", ":", "192.0.2.14:5070", ":"),
        ),
    ],
)
def test_which_servers_a_line_uses(
    plugins: Plugins, model: str, more: dict[str, Any], expected: tuple[str, ...]
) -> None:
    """The registrar, its backup, the outbound proxy and its backup, in either form."""
    line = {"username": "alice", "password": "secret"}
    raw = {"sip_proxy_ip": "192.0.2.10", **more, "sip_lines": {"1": line}}
    told = of_line(asked(plugins, OWN, raw, model=model), 1)
    found = [
        f"{told[f'{role}Addr']}:{told[f'{role}Port']}"
        for role in ("Register", "Backup", "Proxy", "BakProxy")
    ]
    assert tuple(found) == expected
    failback = told.get("EnableFailback") or told["EnableFailbac"]
    assert failback == ("1" if any(each != ":" for each in (found[1], found[3])) else "0")
    assert told["ProxyUser"] == ("alice" if found[2] != ":" else "")


@pytest.mark.parametrize("model", [NEW, OLD])
@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        ({"sip_transport": "udp"}, "Transport", "0"),
        ({"sip_transport": "tcp"}, "Transport", "1"),
        ({"sip_transport": "tls"}, "Transport", "3"),
        ({"sip_srtp_mode": "disabled"}, "MediaCrypto", "0"),
        ({"sip_srtp_mode": "preferred"}, "MediaCrypto", "1"),
        ({"sip_srtp_mode": "required"}, "MediaCrypto", "2"),
        ({"sip_dtmf_mode": "RTP-in-band"}, "DTMFMode", "0"),
        ({"sip_dtmf_mode": "RTP-out-of-band"}, "DTMFMode", "1"),
        ({"sip_dtmf_mode": "SIP-INFO"}, "DTMFMode", "2"),
        ({"sip_subscribe_mwi": True}, "Subscribe", "1"),
        ({"sip_subscribe_mwi": False}, "Subscribe", "0"),
        ({"exten_voicemail": "*98"}, "MWINum", "*98"),
        ({"exten_pickup_call": "*8"}, "PickupNum", "*8"),
    ],
)
def test_how_a_line_speaks(
    plugins: Plugins, model: str, more: dict[str, Any], name: str, value: str
) -> None:
    """Transport, encryption, DTMF, messages and pickup, by the vendor's numbers."""
    answer = asked(plugins, OWN, {**more, "sip_lines": {"1": LINE}}, model=model)
    assert of_line(answer, 1)[name] == value


def test_a_line_nobody_configured_is_emptied(plugins: Plugins) -> None:
    """What it had before is gone, and a line beyond the last is left out with a word."""
    raw = {"sip_lines": {"2": LINE, "17": LINE}}
    answer = asked(plugins, OWN, raw)
    told = of_line(answer, 1)
    assert told.pop("EnableReg") == "0"
    assert set(told.values()) == {""}
    assert of_line(answer, 2)["EnableReg"] == "1"
    assert len(written(answer).findall("sip/line")) == 16
    assert b"left out" in answer.body


@pytest.mark.parametrize(
    ("model", "number", "place"),
    [
        ("X5U-V2", "4", "dssSide 1.4"),
        ("X5U-V2", "5", "internal 1.1"),
        ("X5U-V2", "11", "internal 2.1"),
        ("X5U-V2", "34", "internal 5.6"),
        ("X5U-V2", "35", ""),
        ("X7C", "13", "dssSide 2.1"),
        ("X210-Pro", "11", "internal 1.1"),
        ("X210-Pro", "106", "internal 3.32"),
        ("V65", "10", "dssSide 2.1"),
        ("W611W", "9", "internal 2.1"),
        ("X5S", "40", "internal 5.8"),
        ("X5S", "41", "external 1.1"),
        ("X5S", "140", "external 5.20"),
        ("X5S", "141", ""),
        ("H2U", "1", ""),
        ("X99", "1", ""),
    ],
)
def test_which_key_a_function_key_is(plugins: Plugins, model: str, number: str, place: str) -> None:
    """Keys beside the display first, page by page, then those of the pages; what is beyond is left out."""
    raw = {"funckeys": {number: {"type": "speeddial", "value": "1002"}}}
    answer = asked(plugins, OWN, raw, model=model)
    expected = {place: ("1", "1002@1/f", "1002")} if place else {}
    assert keys(answer) == expected
    assert (b"left out" in answer.body) is (not place)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ({"type": "speeddial", "value": "1002", "line": 2}, ("1", "1002@2/f", "1002")),
        ({"type": "blf", "value": "1002", "label": "Bob"}, ("1", "1002@1/ba*81002", "Bob")),
        ({"type": "park"}, ("1", "700@1/c", "700")),
        ({"type": "line", "line": 3}, ("2", "SIP3", "")),
        ({"type": "dnd", "label": "Quiet"}, ("3", "F_DND", "Quiet")),
        ({"type": "prefix", "value": "0"}, ("3", "F_PREFIX:0", "0")),
        ({"type": "record"}, ("3", "F_RECORD", "")),
        ({"type": "dtmf", "value": "#1"}, ("4", "#1", "#1")),
        (
            {"type": "multicast", "value": "224.0.0.10:10000/PCMU"},
            ("14", "224.0.0.10:10000/PCMU", "224.0.0.10:10000/PCMU"),
        ),
    ],
)
def test_what_a_key_does(plugins: Plugins, key: dict[str, Any], told: tuple[str, str, str]) -> None:
    """Types and values are the vendor's; the plugin's own keys go before those of the raw config."""
    raw = {
        "exten_pickup_call": "*8",
        "exten_park": "700",
        "funckeys": {"1": {"type": "speeddial", "value": "9"}},
        "X_fanvil_keys": {"1": key},
    }
    assert keys(asked(plugins, OWN, raw)) == {"dssSide 1.1": told}


def test_a_key_is_that_of_its_line_unless_told_otherwise(plugins: Plugins) -> None:
    """Key 1 was given a function, key 2 is line 2, key 3 has no line and does nothing."""
    raw = {
        "sip_lines": {"1": LINE, "2": LINE},
        "funckeys": {
            "1": {"type": "speeddial", "value": "1003"},
            "4": {"type": "blf", "value": ""},
        },
    }
    told = keys(asked(plugins, OWN, raw))
    assert {place: each[:2] for place, each in told.items()} == {
        "dssSide 1.1": ("1", "1003@1/f"),
        "dssSide 1.2": ("2", "SIP2"),
    }


def test_old_phones_count_their_keys_in_one_row(plugins: Plugins) -> None:
    """Key 30 of an X4 is `Fkey30`, and recording has another name there."""
    raw = {"X_fanvil_keys": {"30": {"type": "record", "label": "Rec"}}}
    entries = written(asked(plugins, OWN, raw, model=OLD)).iter("Function_Key_Entry")
    told = [[each.text or "" for each in entry] for entry in entries]
    assert [each for each in told if each[1] != "0"] == [["Fkey30", "3", "F_REC", "Rec"]]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"funckeys": {"1": {"type": "speeddial", "value": "1", "line": "x"}}}, "of line 'x'"),
        ({"X_fanvil_keys": {"1": {"type": "magic"}}}, "a key of type 'magic'"),
        ({"X_fanvil_keys": {"one": {}}}, "not a number"),
        ({"X_8021x_mode": "tls"}, "X_8021x_mode: 'tls' is none of disabled, md5"),
        ({"sip_lines": {"1": {"username": "alice"}}}, "line 1 has no proxy_ip"),
    ],
)
def test_what_a_phone_cannot_be_told_is_a_reason(
    plugins: Plugins, raw: dict[str, Any], reason: str
) -> None:
    """The operator reads what is wrong; the phone keeps what it has."""
    answer = asked(plugins, OWN, raw)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("zone", "quarters", "name", "rule"),
    [
        ("America/New_York", "-20", "UTC-5", ("3", "2", "0", "2", "11", "1", "0", "2", "60")),
        ("Europe/Paris", "4", "UTC+1", ("3", "5", "0", "2", "10", "5", "0", "3", "60")),
        ("Australia/Sydney", "40", "UTC+10", ("10", "1", "0", "2", "4", "1", "0", "3", "60")),
        ("Europe/Dublin", "0", "UTC", ("3", "5", "0", "1", "10", "5", "0", "2", "60")),
        ("Australia/Lord_Howe", "42", "UTC+10:30", ("10", "1", "0", "2", "4", "1", "0", "2", "30")),
        ("Asia/Kathmandu", "23", "UTC+5:45", None),
        ("America/St_Johns", "-14", "UTC-3:30", ("3", "2", "0", "2", "11", "1", "0", "2", "60")),
    ],
)
def test_the_clock(
    plugins: Plugins, zone: str, quarters: str, name: str, rule: tuple[str, ...] | None
) -> None:
    """Quarters of an hour and a rule of weeks, the same in both forms."""
    new = written(asked(plugins, OWN, {"timezone": zone})).find("phone/date")
    old = written(asked(plugins, OWN, {"timezone": zone}, model=OLD)).find("GLOBAL_CONFIG_MODULE")
    assert new is not None
    assert old is not None
    told = {each.tag: each.text for each in new}
    assert (told["TimeZone"], told["TimeZoneName"]) == (quarters, name)
    names = [
        f"DST{end}{part}" for end in ("Start", "End") for part in ("Mon", "Week", "Wday", "Hour")
    ]
    names.append("DSTMinOffset")
    assert tuple(told[each] for each in names if each in told) == (rule or ())
    assert told["DSTType"] == ("2" if rule else "0")
    before = {each.tag.replace("_", ""): each.text for each in old}
    assert before["EnableDST"] == told["DSTType"]
    for each in ("TimeZone", "TimeZoneName", *names):
        assert before.get(each) == told.get(each)


@given(st.sampled_from(sorted(zone_names())))
def test_every_zone_is_told(plugins: Plugins, zone: str) -> None:
    """Whatever the zone, there is an offset, and a rule exactly where its clocks are changed."""
    told = written(asked(plugins, OWN, {"timezone": zone})).find("phone/date")
    assert told is not None
    assert int(told.findtext("TimeZone") or "") * 900 == dst_rules(zone).utc_offset_seconds
    assert (told.findtext("DSTType") == "2") is (dst_rules(zone).dst is not None)


@pytest.mark.parametrize(
    ("model", "locale", "language", "tones"),
    [
        (NEW, "fr_FR", "fr", "25"),
        (NEW, "zh_TW", "tc", "10"),
        (NEW, "zh_CN", "cn", "1"),
        (NEW, "uk_UA", "ua", None),
        (NEW, "xx_XX", None, None),
        (OLD, "fr_CA", "4", "18"),
        (OLD, "zh_TW", "2", "10"),
        (OLD, "ko_KR", None, "7"),
        (NEW, "gl_ES", "gal", "33"),
        (OLD, "en_GB", "0", "13"),
    ],
)
def test_the_locale(
    plugins: Plugins, model: str, locale: str, language: str | None, tones: str | None
) -> None:
    """Names of languages in the new form, numbers in the old; tones are those of the country."""
    root = written(asked(plugins, OWN, {"locale": locale}, model=model))
    spoken, played = (
        ("phone/display/DefaultLanguage", "mm/SelectYourTone")
        if model == NEW
        else ("GLOBAL_CONFIG_MODULE/Language", "DSP_CONFIG_MODULE/Signal_Standard")
    )
    assert (root.findtext(spoken), root.findtext(played)) == (language, tones)


@pytest.mark.parametrize(
    ("level", "told"),
    [("critical", "ERROR"), ("error", "ERROR"), ("warning", "INFO"), ("debug", "INFO")],
)
def test_what_is_logged(plugins: Plugins, level: str, told: str) -> None:
    """The two levels that sources tell; nothing is sent anywhere unless somebody wants it."""
    raw = {"syslog_enabled": True, "syslog_ip": "192.0.2.2", "syslog_level": level}
    log = written(asked(plugins, OWN, raw)).find("log")
    assert log is not None
    assert [each.text for each in log] == [told, "syslog", "192.0.2.2", "514"]
    assert written(asked(plugins, OWN, {})).findtext("log/SyslogServer") == "0.0.0.0"


def test_the_menu_has_the_administrators_password(plugins: Plugins) -> None:
    """As his account has; a user without a password stays as he is."""
    root = written(asked(plugins, OWN, {"admin_password": "4711", "user_username": "worker"}))
    assert root.findtext("phone/MenuPassword") == "4711"
    accounts = [[each.text for each in account] for account in root.findall("web/account")]
    assert accounts == [["admin", "4711", "10"]]


@pytest.mark.parametrize(("scheme", "protocol"), [("http", "4"), ("https", "5")])
def test_the_protocol_goes_with_the_url(scheme: str, protocol: str) -> None:
    """It is told beside the URL, in both forms."""
    with TemporaryDirectory() as scratch:
        secured = installed(SOURCE, Path(scratch), base_url=f"{scheme}://prov.example.org")
        new, old = (written(asked(secured, OWN, {}, model=model)) for model in (NEW, OLD))
        assert new.findtext("ap/FlashProtocol") == protocol
        assert old.findtext("AUTOUPDATE_CONFIG_MODULE/Download_Protocol") == protocol


@implementer(IPackages)
class OnePackage:
    """A server with one firmware package installed."""

    def of(self, plugin_id: str) -> tuple[PackageVersion, ...]:
        """What is installed for the plugin."""
        return (
            PackageVersion(
                id="x5u",
                version="2.12.22.2",
                kind="firmware",
                models=(NEW, OLD),
                images={"*": "x5u.z"},
                installed=True,
                current=True,
            ),
        )


def test_firmware_is_described_to_new_phones_and_pointed_to_for_old_ones() -> None:
    """A new phone asks for a description by its own name; an old one is told the URL."""
    with TemporaryDirectory() as scratch:
        advertised = Advertised("http://192.0.2.9:8667", 8667, 69)
        home = Path(scratch)
        host = Plugins(home, home / "none", advertised, Clock(), packages=OnePackage())
        host.load(assemble(SOURCE, "", home).name)
        root = written(asked(host, OWN, {}))
        assert root.findtext("fwCheck/UpgradeServer1") == "http://192.0.2.9:8667"
        url = "http://192.0.2.9:8667/firmware/x5u/2.12.22.2/x5u.z"
        text = asked(host, "/fanvil_x5u_v2_hwv2_0.txt", {}).body.decode()
        assert text.splitlines()[:2] == ["Version=2.12.22.2", f"Firmware={url}"]
        old = written(asked(host, OWN, {}, model=OLD))
        assert old.findtext("AUTOUPDATE_CONFIG_MODULE/Auto_Image_Url") == url
        other = asked(host, "/fanvil_v67_hw1_1.txt", {}, model="V67")
        assert isinstance(other, Refusal)
