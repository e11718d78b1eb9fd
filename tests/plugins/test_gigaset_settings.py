"""The gigaset family: what a raw config says to a device, in the form that its model reads."""

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
from provd.testing.families import asking_as, named_values
from provd.values import Refusal
from provd.values.package import PackageVersion

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "gigaset"
OWN = "/7C2F80005301.xml"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10", "number": "1001"}
BASE, MANAGER, DECT, DESK = "N510 IP PRO", "N720 DM PRO", "N870 IP PRO", "Maxwell 3"

asked = asking_as(mac="7c:2f:80:00:53:01", model=DECT, plugin="gigaset")
"""What a device gets, an N870 unless said otherwise."""


def written(answer: Any) -> dict[str, str]:
    """What a rendered file says, texts without their quotes."""
    return {name: value.strip('"') for name, value in named_values(answer).items()}


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ({"type": "speeddial", "value": "1002"}, ["3", "PhoneNumber", "1002", "", "1002"]),
        (
            {"type": "blf", "value": "1002", "label": "Bob"},
            ["4", "PhoneNumber", "1002", "*8", "Bob"],
        ),
        ({"type": "park"}, ["3", "PhoneNumber", "700", "", "700"]),
        ({"type": "line", "line": 3}, ["0", "Connection", "2", "", ""]),
        ({"type": "forward", "value": "1003"}, ["6", "PhoneNumber", "1003", "", "1003"]),
        ({"type": "dtmf", "value": "#1"}, ["7", "DTMFCode", "#1", "", "#1"]),
        ({"type": "url", "value": "http://x/"}, ["8", "URL", "http://x/", "", "http://x/"]),
        ({"type": "code", "value": "*25"}, ["10", "EnableCode", "*25", "", "*25"]),
    ],
)
def test_what_a_key_does(plugins: Plugins, key: dict[str, Any], told: list[str]) -> None:
    """Types are the vendor's; the plugin's own keys go before those of the raw config."""
    raw = {
        "exten_pickup_call": "*8",
        "exten_park": "700",
        "funckeys": {"1": {"type": "speeddial", "value": "9"}},
        "X_gigaset_keys": {"1": key},
    }
    said = written(asked(plugins, OWN, raw, model=DESK))
    place = "PhoneUI.Keys.FunctionKeys.0."
    parameters = [f"{place}{name}" for name in ("Type", told[1], "CallPickupCode", "DisplayName")]
    found = [said.get(name, "") for name in parameters]
    assert found == [told[0], told[2], told[3], told[4]]


def test_a_key_is_that_of_its_line_unless_told_otherwise(plugins: Plugins) -> None:
    """Key 1 was given a function, key 2 is line 2, key 3 has no line and does nothing."""
    raw = {
        "sip_lines": {"1": LINE, "2": LINE},
        "funckeys": {"1": {"type": "speeddial", "value": "1003"}},
    }
    said = written(asked(plugins, OWN, raw, model=DESK))
    types = [said[f"PhoneUI.Keys.FunctionKeys.{at}.Type"] for at in range(8)]
    assert types == ["3", "0", *["-1"] * 6]


@pytest.mark.parametrize(
    ("model", "raw", "reason"),
    [
        (DESK, {"X_gigaset_keys": {"1": {"type": "magic"}}}, "a key of type 'magic'"),
        (DESK, {"X_gigaset_keys": {"1": {"type": "line", "line": "5"}}}, "of line '5'"),
        (DECT, {"sip_lines": {"1": {"username": "alice"}}}, "line 1 has no proxy_ip"),
        (DECT, {"sip_lines": {"1": {**LINE, "proxy_ip": "no where"}}}, "which is no address"),
        (DECT, {"X_gigaset_registration_start": "soon"}, "is no number of seconds"),
        (DECT, {"X_gigaset_parameters": {"a b": 1}}, "is not the name of a parameter"),
        (BASE, {"sip_lines": {"1": {**LINE, "password": 'a"b'}}}, "a double quote"),
        (BASE, {"dns_enabled": True, "dns_ip": "2001:db8::1"}, "an IPv4 address only"),
        (DECT, {"timezone": "Mars/Olympus"}, "Mars/Olympus"),
    ],
)
def test_what_a_device_cannot_be_told_is_a_reason(
    plugins: Plugins, model: str, raw: dict[str, Any], reason: str
) -> None:
    """The operator reads what is wrong; the device keeps what it has."""
    answer = asked(plugins, OWN, raw, model=model)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("zone", "name", "number", "changes", "of_desk"),
    [
        ("America/New_York", "America/New_York", "0x0d", "0x1", "GMT-5.America/New_York"),
        ("Europe/Paris", "Europe/Paris", "0x1b", "0x1", "GMT+1.Europe/Amsterdam"),
        ("Europe/Brussels", "Europe/Brussels", "0x1b", "0x1", "GMT+1.Europe/Brussels"),
        ("Australia/Sydney", "Australia/Sydney", "0x43", "0x1", "GMT+10.Australia/Sydney"),
        ("Europe/Dublin", "Europe/Dublin", "0x1a", "0x1", "GMT.Europe/London"),
        ("Asia/Kathmandu", "Asia/Dhaka", "0x31", "0x0", "GMT+5.Asia/Karachi"),
        ("Arctic/Longyearbyen", "Europe/Amsterdam", "0x1b", "0x1", "GMT+1.Europe/Amsterdam"),
        ("Asia/Kolkata", "Asia/Karachi", "0x30", "0x0", "GMT+5.Asia/Karachi"),
        ("America/St_Johns", "America/Sao_Paulo", "0x0f", "0x1", "GMT-4.America/Halifax"),
        ("Africa/Nairobi", "Europe/Istanbul", "0x28", "0x0", "GMT+3.Africa/Nairob"),
    ],
)
def test_the_clock(
    plugins: Plugins, zone: str, name: str, number: str, changes: str, of_desk: str
) -> None:
    """A name, a number and a switch, or a name behind an offset: the rules themselves are in the devices."""
    raw = {"timezone": zone}
    assert written(asked(plugins, OWN, raw))["DmGlobal.0.TimeZone"] == name
    for model, data in ((BASE, "BS_IP_Data1"), (MANAGER, "BS_IP_Data")):
        said = written(asked(plugins, OWN, raw, model=model))
        told = (said[f"{data}.uiI_TIME_TIMEZONE"], said[f"{data}.ucB_TIME_USE_AUTOMATIC_DST"])
        assert told == (number, changes)
    desk = written(asked(plugins, OWN, raw, model=DESK))
    assert desk["System.DateAndTime.TimeZone"] == of_desk


@given(st.sampled_from(sorted(zone_names())))
def test_every_zone_is_told(plugins: Plugins, zone: str) -> None:
    """Whatever the zone, an N870 gets a name, and where it is another than the zone's, not one further away."""
    told = written(asked(plugins, OWN, {"timezone": zone}))["DmGlobal.0.TimeZone"]
    desk = written(asked(plugins, OWN, {"timezone": zone}, model=DESK))
    assert desk["System.DateAndTime.TimeZone"]
    off = abs(dst_rules(told).utc_offset_seconds - dst_rules(zone).utc_offset_seconds)
    assert off <= 3 * 3600
    assert told == zone or dst_rules(told) == dst_rules(zone) or zone not in told


@pytest.mark.parametrize(
    ("model", "locale", "told"),
    [
        (DECT, "fr_FR", {"Telephony.0.ToneScheme": "France"}),
        (DECT, "fr_CA", {"Telephony.0.ToneScheme": "Retail"}),
        (
            BASE,
            "de_CH",
            {"BS_AE_SwConfig.ucCountryCodeTone": "0x2", "BS_IP_Data1.ucI_HTTPLANGUAGE": "0x2"},
        ),
        (
            MANAGER,
            "tr_TR",
            {"BS_AE_SwConfig.ucCountryCodeTone": "0x0", "BS_IP_Data.ucI_HTTPLANGUAGE": "0x10"},
        ),
        (DESK, "it_IT", {"Telephony.ToneScheme": "ITA", "PhoneUI.Settings.Language": "it-it"}),
        (DESK, "fr_FR", {"Telephony.ToneScheme": "FRA", "PhoneUI.Settings.Language": "fr-fr"}),
        (DESK, "ja_JP", {"Telephony.ToneScheme": "INT", "PhoneUI.Settings.Language": None}),
    ],
)
def test_the_locale(plugins: Plugins, model: str, locale: str, told: dict[str, str | None]) -> None:
    """Tones are those of the country; languages only where a source tells the name or the number."""
    said = written(asked(plugins, OWN, {"locale": locale}, model=model))
    assert {name: said.get(name) for name in told} == told


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (
            BASE,
            {
                "BS_IP_Data1.ulI_DNS_SERVER_1": "0xc0000235",
                "BS_IP_Data1.ucB_VLAN_ENABLED": "0x1",
                "BS_IP_Data1.uiI_VLAN_ID": "0x2a",
                "BS_IP_Data1.ucI_VLAN_PRIORITY": "0x5",
                "BS_IP_Data1.aucS_TIME_NTP_SERVER": "192.0.2.123",
                "BS_IP_Data1.aucS_DATA_SERVER[0]": "192.0.2.9:8667",
                "BS_CUSTOM.aucKdsPin[0]": "0x47,0x11",
            },
        ),
        (
            MANAGER,
            {
                "BS_IP_Data.ulI_DNS_SERVER_1": "0xc0000235",
                "BS_IP_Data.uiI_VLAN_ID": "0x2a",
                "BS_IP_Data.aucS_TIME_NTP_SERVER[%]": "192.0.2.123",
                "BS_CUSTOM.WebUIPassword": "4711",
            },
        ),
        (
            DECT,
            {
                "DmGlobal.0.NtpServer": "192.0.2.123",
                "WebUIAccounts.1.Password": "4711",
                "Provisioning.global.ProvisioningServer": "http://192.0.2.9:8667",
            },
        ),
        (
            DESK,
            {
                "NET.VLAN.Tagging": "2",
                "NET.VLAN.LAN.Identifier": "42",
                "NET.VLAN.LAN.Priority": "5",
                "NET.VLAN.PC.Identifier": "43",
                "System.DateAndTime.TimeServer": "192.0.2.123",
                "WebUI.AdminPassword": "4711",
                "WebUI.UserPassword": "1234",
                "System.Provision.ProvisioningServer": "http://192.0.2.9:8667/%MACD.xml",
            },
        ),
    ],
)
def test_network_and_passwords(plugins: Plugins, model: str, told: dict[str, str]) -> None:
    """In the words of each form; who may log in where the form has such a user."""
    raw = {
        "dns_enabled": True,
        "dns_ip": "192.0.2.53",
        "ntp_enabled": True,
        "ntp_ip": "192.0.2.123",
        "vlan_enabled": True,
        "vlan_id": 42,
        "vlan_priority": 5,
        "vlan_pc_port_id": 43,
        "admin_password": "4711",
        "user_password": "1234",
    }
    said = written(asked(plugins, OWN, raw, model=model))
    assert {name: said.get(name) for name in told} == told


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (BASE, "BS_XML_Netdirs.astNetdirProvider[0].aucServerURL"),
        (MANAGER, "BS_XML_Netdirs.astNetdirProvider[0].aucServerURL[%]"),
        (DECT, "XMLDir.1.ServerURL"),
    ],
)
def test_the_phone_book(plugins: Plugins, model: str, name: str) -> None:
    """The user is named in the path, as Wazo's server has it for these devices."""
    raw = {"X_xivo_phonebook_ip": "192.0.2.80", "X_xivo_user_uuid": "4d1f"}
    url = "http://192.0.2.80:9498/0.1/directories/lookup/default/gigaset/4d1f?"
    assert written(asked(plugins, OWN, raw, model=model))[name] == url
    assert name not in written(asked(plugins, OWN, {}, model=model))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (BASE, "BS_IP_Data1.ucI_SIP_PREFERRED_VOCODER"),
        (MANAGER, "BS_VOIP_Data.astVoipAccounts[%].aucI_SIP_PREFERRED_VOCODER[%]"),
        (DECT, "SystemSettings.global.SipMulticastEnabled"),
        (DESK, "SIP.ActiveCodecs"),
    ],
)
def test_the_vendors_own_parameters(plugins: Plugins, model: str, name: str) -> None:
    """What no key speaks of, such as codecs, is said in the vendor's words, and goes last."""
    raw = {"X_gigaset_parameters": {name: "0x05,0x01"}}
    assert written(asked(plugins, OWN, raw, model=model))[name] == "0x05,0x01"


@implementer(IPackages)
class Firmware:
    """A server with firmware for each form installed, and for the bases of an N720."""

    def of(self, plugin_id: str) -> tuple[PackageVersion, ...]:
        """What is installed for the plugin."""
        return tuple(
            PackageVersion(
                id=name,
                version=version,
                kind="firmware",
                models=(model,),
                images={"*": f"{name}.bin"},
                installed=True,
                current=True,
            )
            for name, version, model in (
                ("n510", "42.262", BASE),
                ("iwu", "70.117", MANAGER),
                ("sat", "71.117", "N720 IP PRO"),
                ("n870", "2.65.0", DECT),
                ("mx3", "2.22.4", DESK),
            )
        )


@pytest.mark.parametrize(
    ("model", "element", "attribute", "files"),
    [
        (BASE, "S_SPECIAL_DATA_SRV", "value", ['"{}/n510/42.262/n510.bin"']),
        (MANAGER, "S_SPECIAL_DATA_SRV_IWU", "value", ['"{}/iwu/70.117/iwu.bin"']),
        (MANAGER, "S_SPECIAL_DATA_SRV_SAT", "value", ['"{}/sat/71.117/sat.bin"']),
        (DECT, "file", "url", ["{}/n870/2.65.0/n870.bin"]),
        (DESK, "file", "url", ["{}/mx3/2.22.4/mx3.bin"]),
        ("N670 IP PRO", "file", "url", []),
    ],
)
def test_firmware_is_pointed_to(model: str, element: str, attribute: str, files: list[str]) -> None:
    """Of its own model; an N720 is also told what its bases are to run."""
    with TemporaryDirectory() as scratch:
        advertised = Advertised("http://192.0.2.9:8667", 8667, 69)
        home = Path(scratch)
        host = Plugins(home, home / "none", advertised, Clock(), packages=Firmware())
        host.load(assemble(SOURCE, "", home).name)
        root = ET.fromstring(asked(host, OWN, {}, model=model).body)
        found = [each.get(attribute) for each in root.iter(element)]
        assert found == [each.format("http://192.0.2.9:8667/firmware") for each in files]
