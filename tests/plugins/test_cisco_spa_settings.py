"""What the cisco-spa plugin writes for a raw config: lines, keys, clock, network."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk.timezones import dst_rules, zone_names
from provd.testing.families import asking_as
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "cisco-spa"
OWN, COMMON = "/0002fd005301.xml", "/0002fd005301-common.xml"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}

asked = asking_as(mac="00:02:fd:00:53:01", model="SPA504G", plugin="cisco-spa")
"""What a device gets, an SPA504G unless said otherwise."""


def parameters(answer: Any) -> dict[str, str]:
    """The parameters in a rendered file, each written once; `Time_Setup/Time_Zone` inside the router's."""
    assert isinstance(answer, Content), answer
    root = ET.fromstring(answer.body)
    pairs = [(each.tag, each.text or "") for each in root if each.tag != "router-configuration"]
    for section in root.iterfind("router-configuration/*"):
        inside = [(f"{section.tag}/{each.tag}", each.text or "") for each in section]
        pairs += inside or [(section.tag, section.text or "")]
    found = dict(pairs)
    assert len(found) == len(pairs)
    return found


def of_line(
    plugins: Plugins, line: dict[str, Any], model: str = "SPA504G", **raw: Any
) -> dict[str, str]:
    """What is written of line 1."""
    own = parameters(
        asked(plugins, OWN, {"sip_lines": {"1": {**LINE, **line}}, **raw}, model=model)
    )
    return {name[:-3]: value for name, value in own.items() if name.endswith("_1_")}


@pytest.mark.parametrize(
    ("line", "proxy", "srv", "outbound"),
    [
        ({}, "192.0.2.10:5060", "No", ""),
        ({"proxy_port": 5070}, "192.0.2.10:5070", "No", ""),
        (
            {"backup_proxy_ip": "192.0.2.11"},
            "servers1:SRV=192.0.2.10:5060:p=0|192.0.2.11:5060:p=1",
            "Yes",
            "",
        ),
        ({"outbound_proxy_ip": "192.0.2.14"}, "192.0.2.10:5060", "No", "192.0.2.14:5060"),
        ({"registrar_ip": "192.0.2.12"}, "192.0.2.12:5060", "No", "192.0.2.10:5060"),
    ],
)
def test_which_servers_a_line_uses(
    plugins: Plugins, line: dict[str, Any], proxy: str, srv: str, outbound: str
) -> None:
    """One server, with its backup as the DNS would tell it; a proxy beside the registrar is the outbound proxy."""
    told = of_line(plugins, line)
    assert (told["Proxy"], told["Use_DNS_SRV"]) == (proxy, srv)
    assert told["Outbound_Proxy"] == outbound
    assert told["Use_Outbound_Proxy"] == ("Yes" if outbound else "No")


def test_the_last_adapters_register_elsewhere(plugins: Plugins) -> None:
    """They have a parameter for a registrar that is not their proxy."""
    told = of_line(plugins, {"registrar_ip": "192.0.2.12"}, model="ATA192")
    assert (told["Proxy"], told["Registrar_Server"]) == ("192.0.2.10:5060", "192.0.2.12:5060")
    assert told["Use_Outbound_Proxy"] == "No"


def test_a_backup_for_calls_alone_is_left_out(plugins: Plugins) -> None:
    """A line that registers elsewhere goes through its proxy, which is one."""
    raw = {
        "sip_lines": {"1": {**LINE, "registrar_ip": "192.0.2.12", "backup_proxy_ip": "192.0.2.11"}}
    }
    assert b"192.0.2.11" not in asked(plugins, OWN, raw).body


@pytest.mark.parametrize(
    ("transport", "word", "port"), [(None, "UDP", 5060), ("tcp", "TCP", 5060), ("tls", "TLS", 5061)]
)
def test_transports(plugins: Plugins, transport: str | None, word: str, port: int) -> None:
    """Each by its name, with its own port."""
    told = of_line(plugins, {}, sip_transport=transport)
    assert (told["SIP_Transport"], told["Proxy"]) == (word, f"192.0.2.10:{port}")


@pytest.mark.parametrize(
    ("mode", "word"),
    [(None, "Auto"), ("RTP-in-band", "InBand"), ("RTP-out-of-band", "AVT"), ("SIP-INFO", "INFO")],
)
def test_dtmf(plugins: Plugins, mode: str | None, word: str) -> None:
    """What a line says goes before what the phone says."""
    assert of_line(plugins, {}, sip_dtmf_mode=mode)["DTMF_Tx_Method"] == word
    other = "SIP-INFO" if mode != "SIP-INFO" else "RTP-in-band"
    assert (
        of_line(plugins, {"dtmf_mode": mode}, sip_dtmf_mode=other if mode else None)[
            "DTMF_Tx_Method"
        ]
        == word
    )


@pytest.mark.parametrize(
    ("auth", "use", "told"), [(None, "No", ""), ("alice", "No", ""), ("auth", "Yes", "auth")]
)
def test_a_name_of_its_own_for_authentication(
    plugins: Plugins, auth: str | None, use: str, told: str
) -> None:
    """It is used where it is another than the user's."""
    written = of_line(plugins, {"auth_username": auth})
    assert (written["Use_Auth_ID"], written["Auth_ID"]) == (use, told)


@pytest.mark.parametrize(
    ("mode", "secure"), [(None, "No"), ("preferred", "Yes"), ("required", "Yes")]
)
def test_srtp_is_one_setting_of_a_phone(plugins: Plugins, mode: str | None, secure: str) -> None:
    """As soon as one of its lines wants it; by the method of RFC 4568."""
    raw = {"sip_lines": {"1": LINE, "2": {**LINE, "srtp_mode": mode}}}
    own = parameters(asked(plugins, OWN, raw))
    assert (own["Secure_Call_Setting"], own["SRTP_Method"]) == (secure, "s-descriptor")


@pytest.mark.parametrize(
    ("mode", "setting", "option"),
    [(None, "No", "Optional"), ("preferred", "Yes", "Optional"), ("required", "Yes", "Strict")],
)
def test_srtp_is_a_setting_of_each_line_of_an_adapter(
    plugins: Plugins, mode: str | None, setting: str, option: str
) -> None:
    """The last of them can refuse calls that are not secured."""
    told = of_line(plugins, {"srtp_mode": mode}, model="ATA191")
    assert (told["Secure_Call_Setting"], told["Secure_Call_Option"]) == (setting, option)
    assert "Secure_Call_Option" not in of_line(plugins, {"srtp_mode": mode}, model="SPA112")


def test_lines_that_there_are_not(plugins: Plugins) -> None:
    """Those that nobody configured are off; those that the model does not have are left out, and it says so."""
    raw = {"sip_lines": {"2": LINE, "9": LINE}}
    answer = asked(plugins, OWN, raw)
    own = parameters(answer)
    assert [own[f"Line_Enable_{n}_"] for n in (1, 2, 3, 4)] == ["No", "Yes", "No", "No"]
    assert "Proxy_9_" not in own
    assert b"Some lines are left out" in answer.body


def test_where_messages_are_watched(plugins: Plugins) -> None:
    """By each line at its server, where somebody wants it; the number that the key dials is that of the first."""
    raw: dict[str, Any] = {"sip_subscribe_mwi": True, "exten_voicemail": "*98"}
    assert of_line(plugins, {}, **raw)["Voice_Mail_Server"] == "192.0.2.10:5060"
    assert of_line(plugins, {}, model="SPA112", **raw)["Mailbox_Subscribe_URL"] == "192.0.2.10:5060"
    own = parameters(
        asked(plugins, OWN, {"sip_lines": {"1": {**LINE, "voicemail": "8001"}}, **raw})
    )
    assert own["Voice_Mail_Number"] == "8001"


def test_which_key_a_function_key_is(plugins: Plugins) -> None:
    """The first that no line has, then those of the consoles; one that there is not is left out."""
    keys = {str(n): {"type": "speeddial", "value": f"10{n}"} for n in (1, 2, 3, 4, 35, 67, 68)}
    answer = asked(plugins, OWN, {"sip_lines": {"2": LINE}, "funckeys": keys})
    own = parameters(answer)
    functions = {
        name: value.split("=", 2)[2].partition("@")[0]
        for name, value in own.items()
        if value.startswith("fnc")
    }
    assert functions == {
        "Extended_Function_1_": "101",
        "Extended_Function_3_": "102",
        "Extended_Function_4_": "103",
        "Unit_1_Key_1": "104",
        "Unit_1_Key_32": "1035",
        "Unit_2_Key_32": "1067",
    }
    assert [own[f"Extension_{n}_"] for n in (1, 2, 3, 4)] == [
        "Disabled",
        "2",
        "Disabled",
        "Disabled",
    ]
    assert (own["Unit_1_Enable"], own["Unit_2_Enable"]) == ("Yes", "Yes")
    assert b"Some function keys are left out" in answer.body


@pytest.mark.parametrize(
    ("key", "function"),
    [
        ({"type": "speeddial", "value": "1002"}, "fnc=sd;ext=1002@$PROXY;vid=1;nme=1002"),
        (
            {"type": "blf", "value": "1002", "label": "Bob", "line": 2},
            "fnc=blf+sd+cp;sub=1002@$PROXY;ext=1002@$PROXY;vid=2;nme=Bob",
        ),
        ({"type": "park", "label": "Lot"}, "fnc=sd;ext=700@$PROXY;vid=1;nme=Lot"),
        ({"type": "park", "value": "701"}, "fnc=sd;ext=701@$PROXY;vid=1;nme=701"),
        (
            {"type": "speeddial", "value": "1002", "label": "a;fnc=blf $USER"},
            "fnc=sd;ext=1002@$PROXY;vid=1;nme=a,fnc=blf $$USER",
        ),
        ({"type": "speeddial", "value": ""}, ""),
    ],
)
def test_what_a_key_does(plugins: Plugins, key: dict[str, Any], function: str) -> None:
    """One text with fields; what would begin another field is written otherwise."""
    own = parameters(asked(plugins, OWN, {"funckeys": {"1": key}, "exten_park": "700"}))
    assert own["Extended_Function_1_"] == function


@pytest.mark.parametrize(
    ("zone", "offset", "more", "rule"),
    [
        ("America/New_York", "GMT-05:00", "", "start=3/8/7/2:0:0;end=11/1/7/2:0:0;save=1:0:0"),
        ("Europe/Paris", "GMT+01:00", "", "start=3/-1/7/2:0:0;end=10/-1/7/3:0:0;save=1:0:0"),
        ("Australia/Sydney", "GMT+10:00", "", "start=10/1/7/2:0:0;end=4/1/7/3:0:0;save=1:0:0"),
        ("Europe/Dublin", "GMT", "", "start=3/-1/7/1:0:0;end=10/-1/7/2:0:0;save=1:0:0"),
        ("Asia/Kathmandu", "GMT+05:45", "", ""),
        ("America/St_Johns", "GMT-03:30", "", "start=3/8/7/2:0:0;end=11/1/7/2:0:0;save=1:0:0"),
        ("Asia/Kabul", "GMT+04:00", "00/30", ""),
        ("Australia/Eucla", "GMT+08:00", "00/45", ""),
        (
            "Australia/Lord_Howe",
            "GMT+10:00",
            "00/30",
            "start=10/1/7/2:0:0;end=4/1/7/2:0:0;save=0:30:0",
        ),
        ("Pacific/Marquesas", "GMT-10:00", "00/30", ""),
        ("Pacific/Kiritimati", "GMT+13:00", "01/00", ""),
    ],
)
def test_clocks(plugins: Plugins, zone: str, offset: str, more: str, rule: str) -> None:
    """A listed offset, what is missing from it, and the rule of the summer time."""
    told = parameters(asked(plugins, COMMON, {"timezone": zone}))
    assert (told["Time_Zone"], told["Time_Offset__HH_mm_"]) == (offset, more)
    assert told["Daylight_Saving_Time_Rule"] == rule
    assert told["Daylight_Saving_Time_Enable"] == ("Yes" if rule else "No")


@pytest.mark.parametrize(
    ("zone", "setting", "adjust", "rule"),
    [
        ("America/New_York", "-05 2 1", "1", "start=3/8/7/2:0:0;end=11/1/7/2:0:0;save=1:0:0"),
        ("Europe/Paris", "+01 2 2", "1", "start=3/-1/7/2:0:0;end=10/-1/7/3:0:0;save=1:0:0"),
        ("Australia/Sydney", "+10 2 4", "1", "start=10/1/7/2:0:0;end=4/1/7/3:0:0;save=1:0:0"),
        ("Europe/Dublin", "+00 2 2", "1", "start=3/-1/7/1:0:0;end=10/-1/7/2:0:0;save=1:0:0"),
        ("Asia/Kathmandu", "+05.75 1 0", "0", ""),
        ("Africa/Lagos", "+01 2 2", "0", ""),
    ],
)
def test_clocks_of_adapters(
    plugins: Plugins, zone: str, setting: str, adjust: str, rule: str
) -> None:
    """A zone of their list, and the rule, which goes before that of the list."""
    told = parameters(asked(plugins, COMMON, {"timezone": zone}, model="SPA122"))
    assert told["Time_Setup/Time_Zone"] == setting
    assert told["Time_Setup/Auto_Adjust_Clock"] == adjust
    assert told["Time_Setup/Daylight_Saving_Time_Rule"] == rule


@given(st.sampled_from(sorted(zone_names())))
def test_every_offset_is_exact(plugins: Plugins, zone: str) -> None:
    """The listed offset and what is added to it are that of the zone."""
    told = parameters(asked(plugins, COMMON, {"timezone": zone}))
    sign = -1 if "-" in told["Time_Zone"] else 1
    hours, _colon, minutes = told["Time_Zone"].lstrip("GMT+-").partition(":")
    more = [int(part) for part in (told["Time_Offset__HH_mm_"] or "0/0").split("/")]
    listed = sign * (int(hours or 0) * 60 + int(minutes or 0))
    exact = dst_rules(zone).utc_offset_seconds
    assert (listed + more[0] * 60 + more[1]) * 60 == exact - exact % 60


def test_network(plugins: Plugins) -> None:
    """Name server, VLAN and where to log; what was said before is undone."""
    raw: dict[str, Any] = {
        "dns_enabled": True,
        "dns_ip": "192.0.2.53",
        "vlan_enabled": True,
        "vlan_id": 100,
        "vlan_pc_port_id": 20,
        "vlan_priority": 5,
        "syslog_enabled": True,
        "syslog_ip": "192.0.2.2",
        "syslog_port": 1514,
        "syslog_level": "debug",
    }
    told = parameters(asked(plugins, COMMON, raw))
    assert (told["Primary_DNS"], told["Syslog_Server"]) == ("192.0.2.53", "192.0.2.2:1514")
    assert (told["Debug_Level"], told["Enable_VLAN"], told["VLAN_ID"]) == ("3", "Yes", "100")
    assert (told["Enable_PC_Port_VLAN_Tagging"], told["PC_Port_VLAN_ID"]) == ("Yes", "20")
    assert of_line(plugins, {}, **raw)["SIP_CoS_Value"] == "5"
    bare = parameters(asked(plugins, COMMON, {}))
    assert (bare["Enable_VLAN"], bare["Enable_PC_Port_VLAN_Tagging"]) == ("No", "No")
    assert bare["Syslog_Server"] == ""
    router = parameters(asked(plugins, COMMON, raw, model="SPA122"))
    assert router["WAN_VLAN_Setting/WAN_VLAN_ID"] == "100"
    assert (router["Internet_Option/DNS"], router["Log_Configuration/Syslog_Server_Port"]) == (
        "192.0.2.53",
        "1514",
    )
    assert "Enable_VLAN" not in router


def test_passwords_of_adapters_stand_elsewhere(plugins: Plugins) -> None:
    """With their names, in what is said of the router."""
    raw = {
        "admin_username": "root",
        "admin_password": "a&b",
        "user_username": "guest",
        "user_password": "c<d",
    }
    own = parameters(asked(plugins, OWN, raw, model="ATA191"))
    logins = {name: value for name, value in own.items() if name.startswith("Web_Login")}
    assert logins == {
        "Web_Login_Admin_Name": "root",
        "Web_Login_Admin_Password": "a&b",
        "Web_Login_Guest_Name": "guest",
        "Web_Login_Guest_Password": "c<d",
    }
    phone = parameters(asked(plugins, OWN, raw))
    assert (phone["Admin_Passwd"], phone["User_Password"]) == ("a&b", "c<d")


def test_firmware_and_language_are_files_of_the_tree(plugins: Plugins) -> None:
    """Without one the device keeps what it has."""
    raw = {
        "X_cisco_spa_firmware": "firmware/spa50x-30x-7-6-2g.bin",
        "X_cisco_spa_dictionary": "i18n/de.xml",
        "locale": "de_DE",
    }
    told = parameters(asked(plugins, COMMON, raw))
    assert told["Upgrade_Rule"] == "http://192.0.2.9:8667/firmware/spa50x-30x-7-6-2g.bin"
    assert (
        told["Dictionary_Server_Script"] == "serv=http://192.0.2.9:8667/;d0=German;x0=i18n/de.xml;"
    )
    assert (told["Language_Selection"], told["Locale"]) == ("German", "de-DE")
    bare = parameters(asked(plugins, COMMON, {"locale": "de_DE"}))
    assert (bare["Upgrade_Enable"], bare["Upgrade_Rule"]) == ("No", "")
    assert "Dictionary_Server_Script" not in bare


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"sip_lines": {"1": {"username": "a"}}}, "line 1 has no proxy_ip"),
        (
            {"funckeys": {"1": {"type": "blf", "value": "1;fnc=sd"}}},
            "nothing that a key could dial",
        ),
        ({"funckeys": {"9": {"type": "speeddial", "value": "$USER"}}}, "nothing that a key could"),
        ({"X_cisco_spa_firmware": "../x"}, "is no file"),
        ({"X_cisco_spa_firmware": "http://192.0.2.1/x"}, "is no file"),
        ({"X_cisco_spa_dictionary": 5}, "is no file"),
        ({"X_cisco_spa_parameters": {"a b": 1}}, "is not the name of a parameter"),
        ({"X_cisco_spa_parameters": {"a><b": 1}}, "is not the name of a parameter"),
        ({"sip_servers_root_and_intermediate_certificates": ["x"]}, "no certificate in PEM"),
    ],
)
def test_why_a_device_is_not_configured(plugins: Plugins, raw: dict[str, Any], reason: str) -> None:
    """The operator is told what it is."""
    answer = asked(plugins, OWN, raw)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=30))
def test_every_value_is_read_back(plugins: Plugins, text: str) -> None:
    """Whatever is in a name or a password, the file is XML, and holds it."""
    line = {**LINE, "display_name": f"a{text}b", "password": f"c{text}d"}
    own = parameters(asked(plugins, OWN, {"sip_lines": {"1": line}}))
    assert (own["Display_Name_1_"], own["Password_1_"]) == (f"a{text}b", f"c{text}d")


def test_what_is_left_to_the_operator(plugins: Plugins) -> None:
    """Codecs and whatever else, in the vendor's own words, behind what the plugin writes."""
    more = {"Preferred_Codec_1_": "G722", "Use_Pref_Codec_Only_1_": False, "GPP_A": 7}
    own = parameters(asked(plugins, OWN, {"X_cisco_spa_parameters": more}))
    assert (own["Preferred_Codec_1_"], own["Use_Pref_Codec_Only_1_"], own["GPP_A"]) == (
        "G722",
        "No",
        "7",
    )
