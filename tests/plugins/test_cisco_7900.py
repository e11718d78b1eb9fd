"""The cisco-7900 plugin: which devices it knows, and what it renders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk import DeviceSupport, Notify
from provd.sdk.timezones import zone_names
from provd.testing.documents import a_device
from provd.testing.families import asking_as, concluded
from provd.testing.inquiries import dhcp, tftp
from provd.values import Content, Refusal, RefusalKind

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "cisco-7900"
MAC, SEP, TEXT = "00:1b:d4:00:53:01", "SEP001BD4005301.cnf.xml", "SIP001BD4005301.cnf"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}


asked = asking_as(ask=tftp, mac=MAC, model="7961G", plugin="cisco-7900")
"""What a phone gets, a 7961G unless said otherwise."""


def element(answer: Any) -> ET.Element:
    """The document in a rendered file."""
    assert isinstance(answer, Content), answer
    return ET.fromstring(answer.body)


@given(st.text(max_size=40), st.sampled_from(["SEP", "CTLSEP", "SIP", "OS79XX", "P0S", ""]))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str, prefix: str) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, tftp(prefix + text))
    concluded(plugins, dhcp(MAC, dhcp={60: b"Cisco Systems" + text.encode()}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0]


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"vendor": "Cisco", "model": "7941G"}, DeviceSupport.COMPLETE),
        ({"vendor": "Cisco", "model": "7960G", "version": "8.12"}, DeviceSupport.COMPLETE),
        ({"vendor": "Cisco"}, DeviceSupport.PROBABLE),
        ({"vendor": "Cisco", "model": "8961"}, DeviceSupport.COMPLETE),
        ({"vendor": "Cisco", "model": "7921G"}, DeviceSupport.COMPLETE),
        ({"vendor": "Cisco", "model": "8851"}, DeviceSupport.PROBABLE),
        ({"vendor": "Cisco", "model": "7912"}, DeviceSupport.IMPROBABLE),
        ({"vendor": "Cisco", "model": "SPA504G"}, DeviceSupport.IMPROBABLE),
        ({"vendor": "Polycom"}, DeviceSupport.NONE),
        ({}, DeviceSupport.UNKNOWN),
    ],
)
def test_support(plugins: Plugins, info: dict[str, str], level: DeviceSupport) -> None:
    """A model of the table is supported, probably where it may run other firmware; another model is not."""
    [plugin] = plugins.loaded()
    assert plugin.associate(info) == level


def test_models_are_its_capabilities(plugins: Plugins) -> None:
    """plugin-info names the models that are associated."""
    [plugin] = plugins.loaded()
    for key in plugin.capabilities:
        vendor, model, _version = key.split(", ")
        info = {"vendor": vendor, "model": model}
        assert plugin.associate(info) >= DeviceSupport.PROBABLE


@pytest.mark.parametrize("path", ["CTLSEP001BD4005301.tlv", "ITLSEP001BD4005301.tlv", "x.loads"])
def test_what_the_operator_did_not_put_there_is_not_found(plugins: Plugins, path: str) -> None:
    """There is no trust list and no firmware; the phone goes on without."""
    answer = asked(plugins, path, {})
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.NOT_FOUND


@pytest.mark.parametrize("path", ["SEP001BD4005302.cnf.xml", "SIP001BD4005302.cnf"])
def test_a_phones_own_file_is_its_own(plugins: Plugins, path: str) -> None:
    """The file of another address is not found, whoever asks."""
    answer = asked(plugins, path, {})
    assert isinstance(answer, Refusal)
    assert "another device" in answer.reason


@pytest.mark.parametrize(
    "path", ["OS79XX.TXT", "SIPDefault.cnf", "XMLDefault.cnf.xml", "dialplan.xml", "RINGLIST.XML"]
)
def test_files_without_an_address_hold_no_secret(plugins: Plugins, path: str) -> None:
    """What is given to whoever has the address holds no password."""
    full = json.loads((SOURCE / "golden" / "7961G-new-york-full.json").read_bytes())["raw_config"]
    body = asked(plugins, path, full).body
    assert not [secret for secret in (b"22#223", b"secret-1", b"secret-2") if secret in body]


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("America/New_York", "Eastern Standard/Daylight Time"),
        ("America/Montreal", "Eastern Standard/Daylight Time"),
        ("America/Panama", "SA Pacific Standard Time"),
        ("Europe/Paris", "Central Europe Standard/Daylight Time"),
        ("Europe/Dublin", "GMT Standard/Daylight Time"),
        ("Europe/Helsinki", "E. Europe Standard/Daylight Time"),
        ("Africa/Cairo", "E. Europe Standard/Daylight Time"),
        ("Africa/Lagos", "Central Europe Standard/Daylight Time"),
        ("Europe/Moscow", "Saudi Arabia Standard Time"),
        ("Australia/Sydney", "AUS Eastern Standard/Daylight Time"),
        ("Australia/Brisbane", "E. Australia Standard Time"),
        ("Australia/Adelaide", "Cen. Australia Standard/Daylight Time"),
        ("Asia/Kathmandu", "India Standard Time"),
        ("UTC", "Greenwich Standard Time"),
    ],
)
def test_the_name_of_a_time_zone(plugins: Plugins, zone: str, name: str) -> None:
    """A name is chosen by its offset and its summer time, and the nearest where there is none."""
    device = element(asked(plugins, SEP, {"timezone": zone}))
    assert device.findtext("devicePool/dateTimeSetting/timeZone") == name


def test_every_time_zone_can_be_told(plugins: Plugins) -> None:
    """Both files render for every zone, with days and hours that the text firmware knows."""
    for zone in zone_names():
        element(asked(plugins, SEP, {"timezone": zone}))
        text = asked(plugins, "SIPDefault.cnf", {"timezone": zone}).body.decode()
        told = dict(line.split(": ") for line in text.splitlines() if line.startswith("dst_"))
        for when in ("start", "stop") if told["dst_auto_adjust"] == "1" else ():
            assert int(told[f"dst_{when}_week_of_month"]) in {1, 2, 3, 4, 8}, zone
            assert 1 <= int(told[f"dst_{when}_day_of_week"]) <= 7, zone
            assert 0 <= int(told[f"dst_{when}_time"].split("/")[0]) <= 23, zone


@pytest.mark.parametrize(
    ("model", "buttons"),
    [("7911G", []), ("7941G", ["2"]), ("7961G", ["2", "3"]), (None, ["2", "3", "40"])],
)
def test_function_keys_follow_the_lines(
    plugins: Plugins, model: str | None, buttons: list[str]
) -> None:
    """The n-th function key is the n-th button after the lines, as far as the phone has buttons."""
    keys = {number: {"type": "speeddial", "value": "1"} for number in ("1", "2", "39")}
    raw = {"sip_lines": {"1": LINE}, "funckeys": keys}
    lines = element(asked(plugins, SEP, raw, model=model)).findall("sipProfile/sipLines/line")
    assert [line.get("button") for line in lines[1:]] == buttons


def module_elements(plugins: Plugins, **raw: Any) -> ET.Element:
    """What a 7965G is told that has keys on all buttons up to the sixtieth."""
    keys = {str(number): {"type": "speeddial", "value": "1"} for number in range(1, 60)}
    return element(
        asked(plugins, SEP, {"sip_lines": {"1": LINE}, "funckeys": keys, **raw}, model="7965G")
    )


@pytest.mark.parametrize(
    ("modules", "buttons", "types"),
    [
        ([], 6, []),
        (["7914"], 20, ["7914"]),
        (["7915-12"], 18, ["7915"]),
        (["7916-24", "7916-24"], 54, ["7916", "7916"]),
    ],
)
def test_expansion_modules_add_buttons(
    plugins: Plugins, modules: list[str], buttons: int, types: list[str]
) -> None:
    """The phone is told what is attached, and its keys go on there."""
    device = module_elements(plugins, X_cisco_expansion_modules=modules, X_cisco_module_load="L")
    lines = device.findall("sipProfile/sipLines/line")
    assert [line.get("button") for line in lines] == [str(n) for n in range(1, buttons + 1)]
    told = device.findall("addOnModules/addOnModule")
    assert [each.findtext("deviceType") for each in told] == types
    assert [each.get("idx") for each in told] == [str(n) for n in range(1, len(types) + 1)]
    assert {each.findtext("loadInformation") for each in told} <= {"L"}


@pytest.mark.parametrize(
    ("transport", "protocol", "security", "ports"),
    [("udp", "2", "1", ("5060", "5061")), ("tls", "3", "3", ("5060", "5061"))],
)
def test_tls_encrypts_and_has_its_port(
    plugins: Plugins, transport: str, protocol: str, security: str, ports: tuple[str, str]
) -> None:
    """The server's port is the plain one or the secured one, as the transport is."""
    raw = {"sip_transport": transport, "sip_lines": {"1": LINE}}
    device = element(asked(plugins, SEP, raw))
    assert device.findtext("transportLayerProtocol") == protocol
    assert device.findtext("deviceSecurityMode") == security
    manager = device.find("devicePool/callManagerGroup/members/member/callManager")
    assert manager is not None
    assert (manager.findtext("ports/sipPort"), manager.findtext("ports/securedSipPort")) == ports


def test_what_somebody_says_goes_before_ours(plugins: Plugins) -> None:
    """Codecs and the rest of the profile, elements of the phone, parameters of the text files."""
    raw = {
        "sip_lines": {"1": LINE},
        "X_cisco_sip_profile": {"preferredCodec": "g729", "natEnabled": True},
        "X_cisco_vendor_config": {"voiceVlanAccess": 1, "webAccess": 1},
        "X_cisco_parameters": {"time_zone": "AUS"},
        "X_8021x_mode": "tls",
        "X_cisco_directory_url": "http://192.0.2.1/d?a&b",
    }
    device = element(asked(plugins, SEP, raw))
    assert [each.text for each in device.findall("sipProfile/preferredCodec")] == ["g729"]
    assert device.findtext("sipProfile/natEnabled") == "true"
    told = {each.tag: each.text for each in device.findall("vendorConfig/*")}
    assert told == {"voiceVlanAccess": "1", "eapAuthentication": "2", "webAccess": "1"}
    assert device.findtext("directoryURL") == "http://192.0.2.1/d?a&b"
    assert 'time_zone: "AUS"' in asked(plugins, TEXT, raw).body.decode().splitlines()


@pytest.mark.parametrize(("model", "waiting"), [("7961G", "3"), ("9971", "3"), ("8841", "1")])
def test_call_waiting_by_series(plugins: Plugins, model: str, waiting: str) -> None:
    """Series do not agree on what its numbers mean."""
    line = element(asked(plugins, SEP, {"sip_lines": {"1": LINE}}, model=model))
    assert line.findtext("sipProfile/sipLines/line/callWaiting") == waiting


def test_a_phone_without_sip_is_told_call_managers(plugins: Plugins) -> None:
    """A wireless phone of the series speaks SCCP, whatever its config says."""
    raw = {"sip_lines": {"1": LINE}, "sccp_call_managers": {"1": {"ip": "192.0.2.10"}}}
    device = element(asked(plugins, SEP, raw, model="7925G"))
    assert device.findtext("deviceProtocol") == "SCCP"
    assert device.find("sipProfile") is None
    assert device.findtext(".//processNodeName") == "192.0.2.10"


@pytest.mark.parametrize(
    ("model", "event", "file"),
    [("7961G", "service-control", SEP), ("7960G", "check-sync", TEXT)],
)
def test_how_a_phone_is_made_to_ask_again(
    plugins: Plugins, model: str, event: str, file: str
) -> None:
    """Each firmware by its own word; what then tells it its lines is a file of its own."""
    [plugin] = plugins.loaded()
    device = a_device(mac=MAC, model=model, plugin="cisco-7900")
    [way] = plugin.ways(device, {"XX_sccp": False})
    assert isinstance(way, Notify)
    assert way.event == event
    assert plugin.accounts_file(device) == file


def test_a_line_of_another_server_names_it(plugins: Plugins) -> None:
    """USECALLMANAGER stands for the phone's first server and for no other."""
    raw = {
        "sip_proxy_ip": "192.0.2.10",
        "sip_lines": {"1": LINE, "2": {**LINE, "proxy_ip": "192.0.2.20"}},
    }
    proxies = element(asked(plugins, SEP, raw)).findall("sipProfile/sipLines/line/proxy")
    assert [proxy.text for proxy in proxies] == ["USECALLMANAGER", "192.0.2.20"]


@pytest.mark.parametrize(
    ("raw_config", "reason"),
    [
        ({"sip_lines": {"1": {"username": "a"}}}, "line 1 has no proxy_ip"),
        ({"sip_lines": {"one": LINE}}, "'one' is not a number"),
        ({"X_cisco_expansion_modules": ["7916-24"]}, "7914 does"),
        ({"X_cisco_expansion_modules": ["7914"] * 3}, "a 7961G takes 2"),
        ({"X_cisco_expansion_modules": "7914"}, "no list of modules"),
        ({"X_8021x_mode": "leap"}, "X_8021x_mode"),
        ({"X_cisco_vendor_config": {"a><b": 1}}, "not the name of a parameter"),
        ({"X_cisco_sip_profile": {"a": [1]}}, "neither a text nor a number"),
        ({"X_cisco_parameters": {"a: b": 1}}, "not the name of a parameter"),
    ],
)
def test_why_a_phone_is_not_configured(
    plugins: Plugins, raw_config: dict[str, Any], reason: str
) -> None:
    """What the phone cannot be told is a reason the operator reads, not a broken file."""
    answer = asked(plugins, SEP, raw_config)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


def shape(found: ET.Element) -> list[str]:
    """The elements of a document, in order, without what they hold."""
    return [part.tag for part in found.iter()]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(
    st.fixed_dictionaries(dict.fromkeys(("username", "password", "display_name", "number"), TEXTS)),
    TEXTS,
)
def test_no_value_adds_an_element_or_a_line(
    plugins: Plugins, line: dict[str, str], value: str
) -> None:
    """Whatever a document holds, the files have the elements and the parameters of their templates."""
    raw, harmless = (
        {
            "sip_lines": {"1": {**LINE, **given}},
            "funckeys": {"1": {"type": "blf", "value": text, "label": text}},
            "X_cisco_load": text,
            "X_cisco_services_url": text,
            "X_cisco_vendor_config": {"loadServer": text},
            "X_cisco_parameters": {"logo_url": text},
        }
        for given, text in ((line, value), (dict.fromkeys(line, "x"), "x"))
    )
    one, other = (element(asked(plugins, SEP, given)) for given in (raw, harmless))
    assert shape(one) == shape(other)
    for path in (TEXT, "SIPDefault.cnf", "OS79XX.TXT"):
        one_text, other_text = (
            [part.split(":")[0] for part in asked(plugins, path, given).body.decode().split("\n")]
            for given in (raw, harmless)
        )
        if path != "OS79XX.TXT":
            assert one_text == other_text
        else:
            assert len(one_text) == len(other_text) == 2
