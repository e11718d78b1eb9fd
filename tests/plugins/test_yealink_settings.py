"""The yealink family: what a raw config says to a phone, model by model and release by release."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk.timezones import zone_names
from provd.testing.families import asking_as
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "yealink"
OWN, BOOT, COMMON = "/001565005301.cfg", "/001565005301.boot", "/y000000000000.cfg"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}


asked = asking_as(mac="00:15:65:00:53:01", model="T46S", plugin="yealink")
"""What a phone gets, a T46S of today unless said otherwise."""


def parameters(answer: Any) -> dict[str, str]:
    """The parameters in a rendered file; those that are no list are written once."""
    assert isinstance(answer, Content), answer
    lines = [line for line in answer.body.decode().split("\n") if line and line[0] != "#"]
    pairs = [line.partition(" = ")[::2] for line in lines]
    names = [
        name for name, _value in pairs if not name.endswith(("user_password", "tificates.url"))
    ]
    assert len(set(names)) == len(names)
    return dict(pairs)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (
            "2.70.0.140",
            {"sip_server_host": "192.0.2.10", "sip_server_port": "5060", "transport": "1"},
        ),
        ("2.73.0.50", {"sip_server.1.address": "192.0.2.10", "transport": "1"}),
        ("28.80.0.1", {"sip_server.1.address": "192.0.2.10", "sip_server.1.transport_type": "1"}),
        ("66.86.0.15", {"sip_server.1.address": "192.0.2.10", "sip_server.1.transport_type": "1"}),
        (None, {"sip_server.1.address": "192.0.2.10", "sip_server.1.transport_type": "1"}),
    ],
)
def test_servers_go_by_the_names_of_the_release(
    plugins: Plugins, version: str | None, expected: dict[str, str]
) -> None:
    """Each release gets the parameters it knows, and not those of another."""
    raw = {"sip_transport": "tcp", "sip_lines": {"1": LINE}}
    written = parameters(asked(plugins, OWN, raw, version=version))
    about = {
        name.removeprefix("account.1."): value
        for name, value in written.items()
        if name.startswith("account.1.sip_server") or name == "account.1.transport"
    }
    assert expected.items() <= about.items()
    assert {"transport", "sip_server.1.transport_type"} & about.keys() == {
        "transport",
        "sip_server.1.transport_type",
    } & expected.keys()


@pytest.mark.parametrize(
    ("version", "name", "absent"),
    [
        ("66.85.0.5", "static.syslog.level", "syslog.log_level"),
        ("28.73.0.1", "syslog.log_level", "static.syslog.level"),
    ],
)
def test_what_stays_after_a_reset_goes_by_the_names_of_the_release(
    plugins: Plugins, version: str, name: str, absent: str
) -> None:
    """From release 81 on, such parameters begin with `static.`."""
    raw = {"syslog_enabled": True, "syslog_ip": "192.0.2.2", "syslog_level": "error"}
    written = parameters(asked(plugins, COMMON, raw, version=version))
    assert written[name] == "3"
    assert absent not in written
    assert {key.startswith("static.") for key in written if "vlan" in key} == {
        name.startswith("static.")
    }


@pytest.mark.parametrize(
    ("mode", "version", "value"),
    [
        ("disabled", None, "0"),
        ("preferred", "66.86.0.15", "1"),
        ("required", "66.86.0.15", "2"),
        ("preferred", "2.73.0.50", "2"),
        ("required", "2.73.0.50", "1"),
    ],
)
def test_encryption_of_media(plugins: Plugins, mode: str, version: str | None, value: str) -> None:
    """Old firmware counts the other way round: a line that must be encrypted is never one that may."""
    raw = {"sip_lines": {"1": {**LINE, "srtp_mode": mode}}}
    written = parameters(asked(plugins, OWN, raw, version=version))
    assert written["account.1.srtp_encryption"] == value


@pytest.mark.parametrize(
    ("more", "servers", "outbound"),
    [
        ({}, ["192.0.2.10:5060"], []),
        ({"sip_transport": "tls"}, ["192.0.2.10:5061"], []),
        ({"sip_backup_proxy_ip": "192.0.2.11"}, ["192.0.2.10:5060", "192.0.2.11:5060"], []),
        (
            {"sip_backup_proxy_ip": "192.0.2.11", "sip_backup_registrar_ip": "192.0.2.13"},
            ["192.0.2.10:5060", "192.0.2.13:5060"],
            [],
        ),
        (
            {"sip_registrar_ip": "192.0.2.12", "sip_backup_proxy_ip": "192.0.2.11"},
            ["192.0.2.12:5060"],
            ["192.0.2.10:5060", "192.0.2.11:5060"],
        ),
        (
            {"sip_registrar_ip": "192.0.2.12", "sip_outbound_proxy_ip": "192.0.2.14"},
            ["192.0.2.12:5060"],
            ["192.0.2.14:5060"],
        ),
    ],
)
def test_which_servers_a_line_uses(
    plugins: Plugins, more: dict[str, Any], servers: list[str], outbound: list[str]
) -> None:
    """The registrar is the server; a proxy of its own is the outbound proxy; a second waits for the first."""
    line = {"username": "alice", "password": "secret"}
    raw = {"sip_proxy_ip": "192.0.2.10", **more, "sip_lines": {"1": line}}
    written = parameters(asked(plugins, OWN, raw))

    def of(role: str) -> list[str]:
        numbers = [n for n in (1, 2) if f"account.1.{role}.{n}.address" in written]
        return [
            f"{written[f'account.1.{role}.{n}.address']}:{written[f'account.1.{role}.{n}.port']}"
            for n in numbers
        ]

    assert (of("sip_server"), of("outbound_proxy")) == (servers, outbound)
    assert written["account.1.outbound_proxy_enable"] == str(int(bool(outbound)))
    assert ("account.1.fallback.redundancy_type" in written) is (len(servers) > 1)


def test_a_manager_of_cells_has_its_servers_in_templates(plugins: Plugins) -> None:
    """Two lines of one server share a template; a third has another."""
    lines = {
        "1": LINE,
        "2": {**LINE, "username": "bob"},
        "3": {**LINE, "proxy_ip": "192.0.2.20"},
    }
    written = parameters(asked(plugins, OWN, {"sip_lines": lines}, model="W80DM"))
    named = [written[f"account.{number}.sip_server.template"] for number in (1, 2, 3)]
    assert named == ["1", "1", "2"]
    assert written["template.2.sip_server.1.address"] == "192.0.2.20"
    assert "account.1.sip_server.1.address" not in written
    assert written["account.100.enable"] == "0"
    assert (written["template.3.sip_server.1.address"], written["template.10.name"]) == (
        "",
        "provd 10",
    )


def test_a_manager_keeps_ten_sets_of_servers(plugins: Plugins) -> None:
    """An eleventh is a reason, not a template that the manager does not have."""
    lines = {str(n): {**LINE, "proxy_ip": f"192.0.2.{n}"} for n in range(1, 12)}
    assert isinstance(asked(plugins, OWN, {"sip_lines": lines}, model="W90DM"), Refusal)
    del lines["11"]
    written = parameters(asked(plugins, OWN, {"sip_lines": lines}, model="W90DM"))
    assert written["account.10.sip_server.template"] == "10"


@pytest.mark.parametrize(
    ("model", "number", "slot"),
    [
        ("T46S", "27", "linekey.27"),
        ("T46S", "28", "expansion_module.1.key.1"),
        ("T46S", "68", "expansion_module.2.key.1"),
        ("T46S", "267", "expansion_module.6.key.40"),
        ("T46S", "268", ""),
        ("T27G", "41", "expansion_module.1.key.20"),
        ("T27G", "42", "expansion_module.1.key.22"),
        ("T28P", "7", "memorykey.1"),
        ("T28P", "16", "memorykey.10"),
        ("T28P", "55", "expansion_module.2.key.1"),
        ("T54W", "207", "expansion_module.3.key.60"),
        ("T54W", "208", ""),
        ("T33G", "12", "linekey.12"),
        ("T33G", "13", ""),
        ("T19P_E2", "1", ""),
        ("W70B", "1", ""),
        ("T99X", "27", "linekey.27"),
    ],
)
def test_which_key_a_function_key_is(plugins: Plugins, model: str, number: str, slot: str) -> None:
    """Line keys first, then memory keys, then expansion modules; what is beyond is left out."""
    raw = {"funckeys": {number: {"type": "speeddial", "value": "1002"}}}
    answer = asked(plugins, OWN, raw, model=model)
    kinds = {
        name.removesuffix(".type"): value
        for name, value in parameters(answer).items()
        if name.endswith("key.1.type") or ".type" in name
    }
    assert [name for name, value in kinds.items() if value == "13"] == ([slot] if slot else [])
    assert (b"# function key " + number.encode() in answer.body) is (not slot)


def test_an_expansion_module_can_be_named(plugins: Plugins) -> None:
    """A T28P takes two kinds, with 38 keys and with 40; key 55 is elsewhere on each."""
    raw = {"funckeys": {"55": {"type": "speeddial", "value": "1"}}}
    named = {**raw, "X_yealink_expansion_module": "EXP39"}
    written = parameters(asked(plugins, OWN, named, model="T28P"))
    assert written["expansion_module.1.key.39.type"] == "13"
    answer = asked(plugins, OWN, {**raw, "X_yealink_expansion_module": "EXP50"}, model="T28P")
    assert isinstance(answer, Refusal)
    assert "EXP38 or EXP39 does" in answer.reason


def test_a_line_key_is_that_of_its_line_unless_told_otherwise(plugins: Plugins) -> None:
    """Key 1 was given a function, key 2 is line 2, key 3 has no line and does nothing."""
    raw = {
        "sip_lines": {"1": LINE, "2": {**LINE, "number": "1002"}},
        "funckeys": {"1": {"type": "blf", "value": "1003"}},
    }
    written = parameters(asked(plugins, OWN, raw))
    assert [written[f"linekey.{number}.type"] for number in (1, 2, 3)] == ["16", "15", "0"]
    assert (written["linekey.2.line"], written["linekey.2.label"]) == ("2", "1002")


def test_keys_that_only_these_phones_have(plugins: Plugins) -> None:
    """`X_yealink_keys` goes before `funckeys`; programmable keys have numbers of their own."""
    raw = {
        "exten_voicemail": "*98",
        "funckeys": {"1": {"type": "speeddial", "value": "1002"}},
        "X_yealink_keys": {"1": {"type": "dtmf", "value": "*3"}, "2": {"type": "voicemail"}},
        "X_yealink_programmable_keys": {"14": {"type": "directory"}},
    }
    written = parameters(asked(plugins, OWN, raw))
    assert (written["linekey.1.type"], written["linekey.1.value"]) == ("11", "*3")
    assert (written["linekey.2.type"], written["linekey.2.value"]) == ("12", "*98")
    assert written["programablekey.14.type"] == "29"


@pytest.mark.parametrize(("version", "line"), [("2.70.0.140", "1"), ("2.73.0.50", "2")])
def test_release_70_counts_lines_of_watched_keys_from_0(
    plugins: Plugins, version: str, line: str
) -> None:
    """The same key, on the second line."""
    raw = {"funckeys": {"1": {"type": "blf", "value": "1002", "line": 2}}}
    written = parameters(asked(plugins, OWN, raw, model="T28P", version=version))
    assert written["linekey.1.line"] == line


@pytest.mark.parametrize(
    ("raw_config", "reason"),
    [
        ({"sip_lines": {"1": {"username": "a"}}}, "line 1 has no proxy_ip"),
        ({"sip_lines": {"one": LINE}}, "'one' is not a number"),
        ({"admin_username": "a:b"}, "the admin's name holds a colon"),
        ({"X_yealink_keys": {"1": {"type": "fly"}}}, "a key of type 'fly'"),
        ({"X_yealink_keys": [1]}, "X_yealink_keys is no object"),
        ({"X_yealink_programmable_keys": {"15": {"type": "menu"}}}, "there are 14, and no 15"),
        ({"X_8021x_mode": "wep"}, "X_8021x_mode: 'wep' is none of"),
        ({"X_8021x_mode": ["md5"]}, "X_8021x_mode: ['md5'] is none of"),
        ({"X_yealink_firmware": 86}, "X_yealink_firmware is no name"),
        ({"X_yealink_handset_firmware": {"w73h": 1}}, "X_yealink_handset_firmware is no object"),
        ({"X_yealink_handset_firmware": {"w73h\nx": "a"}}, "'w73h\\nx' is no model"),
        ({"X_yealink_parameters": ["a.b"]}, "X_yealink_parameters is no object"),
        ({"X_yealink_parameters": {"a.b\nc": 1}}, "'a.b\\nc' is not the name of a parameter"),
        ({"X_yealink_parameters": {"account": 1}}, "'account' is not the name of a parameter"),
        ({"X_yealink_parameters": {"a.b": None}}, "a.b is neither a text nor a number"),
        ({"sip_local_certificate": "-----BEGIN x"}, "sip_local_certificate and sip_local_key go"),
        (
            {"sip_servers_root_and_intermediate_certificates": ["x"]},
            "the certificate trusted-1 is no PEM",
        ),
        (
            {"sip_servers_root_and_intermediate_certificates": ["-----BEGIN x"] * 11},
            "the phone takes 10, and not 11",
        ),
    ],
)
def test_why_a_phone_is_not_configured(
    plugins: Plugins, raw_config: dict[str, Any], reason: str
) -> None:
    """What the phone cannot be told is a reason the operator reads, not a broken file."""
    answer = asked(plugins, OWN, raw_config)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("said", "model", "expected"),
    [
        ("a.rom", "T46S", "http://192.0.2.9:8667/firmware/a.rom"),
        ({"T46S": "a.rom"}, "T46S", "http://192.0.2.9:8667/firmware/a.rom"),
        ({"T46S": "a.rom"}, "T48S", None),
        (None, "T46S", None),
    ],
)
def test_firmware_is_what_somebody_named(
    plugins: Plugins, said: Any, model: str, expected: str | None
) -> None:
    """One file for all, or one for each model; a phone of another model is told none."""
    written = parameters(asked(plugins, COMMON, {"X_yealink_firmware": said}, model=model))
    assert written.get("static.firmware.url") == expected


def test_parameters_that_nothing_else_writes(plugins: Plugins) -> None:
    """Numbers, truths and texts, each on its line, whatever the text holds."""
    wanted = {"account.1.codec.opus.enable": True, "voice.ring_vol": 3, "a.b": "x\nc.d = 1"}
    written = parameters(asked(plugins, OWN, {"X_yealink_parameters": wanted}))
    assert written["account.1.codec.opus.enable"] == "1"
    assert (written["voice.ring_vol"], written["a.b"]) == ("3", "x c.d = 1")


def test_every_time_zone_is_one_the_phone_understands(plugins: Plugins) -> None:
    """Offsets, months, weeks, weekdays, hours and minutes are in the ranges of the guide."""
    for zone in zone_names():
        written = parameters(asked(plugins, COMMON, {"timezone": zone}))
        offset = written["local_time.time_zone"]
        assert re.fullmatch(r"0|[+-]\d{1,2}(:(15|30|45))?", offset), zone
        assert -11 <= int(offset.partition(":")[0]) <= 14, zone
        if written["local_time.summer_time"] == "1":
            assert written["local_time.dst_time_type"] == "1", zone
            assert 0 < int(written["local_time.offset_time"]) <= 300, zone
            for when in ("start", "end"):
                change = written[f"local_time.{when}_time"]
                assert re.fullmatch(r"([1-9]|1[0-2])/[1-5]/[1-7]/(1?\d|2[0-3])", change), zone


@given(
    st.fixed_dictionaries(
        {name: st.text(max_size=30) for name in ("username", "display_name", "number", "voicemail")}
    ),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_no_value_adds_a_parameter(
    plugins: Plugins, line: dict[str, str], value: str, label: str
) -> None:
    """Whatever a document holds, the files have the parameters that their templates wrote."""

    def raw(text: dict[str, str], value: str, label: str) -> dict[str, Any]:
        return {
            "exten_pickup_call": value,
            "admin_password": value,
            "X_8021x_mode": "md5",
            "X_8021x_identity": label,
            "X_8021x_password": value,
            "X_yealink_firmware": value,
            "sip_lines": {"1": {**LINE, **text}},
            "X_yealink_keys": {"1": {"type": "dtmf", "value": value or "1", "label": label}},
        }

    wild = raw(line, value, label)
    tame = raw(
        {name: "x" if text else "" for name, text in line.items()},
        "x" if value else "",
        "x" if label else "",
    )
    for path in (COMMON, BOOT, OWN):
        names = [list(parameters(asked(plugins, path, given))) for given in (wild, tame)]
        assert names[0] == names[1]
