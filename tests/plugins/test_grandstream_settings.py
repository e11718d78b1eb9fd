"""What the grandstream plugin writes: P-values for a raw config, series by series."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import REDACTED, redacted
from provd.plugins import Plugins
from provd.sdk.timezones import dst_rules, parse_posix_rule, zone_names
from provd.testing.families import asking_as
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "grandstream"
MAC, OWN_FILE = "00:0b:82:00:53:01", "/cfg000b82005301.xml"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}

OPEN, HIDDEN = "X_grandstream_p_values", "X_grandstream_secret_p_values"


served = asking_as(mac=MAC, plugin="grandstream")


def asked(plugins: Plugins, model: str, raw_config: Mapping[str, Any]) -> Any:
    """What a device of a model gets as its own file."""
    return served(plugins, OWN_FILE, raw_config, model=model)


def values(answer: Any) -> dict[int, str]:
    """The P-values in a rendered file, each written once."""
    assert isinstance(answer, Content), answer
    config = ET.fromstring(answer.body).find("config")
    assert config is not None
    written = [(int(element.tag[1:]), element.text or "") for element in config]
    assert len(dict(written)) == len(written)
    return dict(written)


@pytest.mark.parametrize(
    ("model", "line", "codes"),
    [
        ("GXP1630", 1, (271, 47, 35, 34)),
        ("GXP1630", 3, (501, 502, 504, 506)),
        ("GXP2170", 5, (1701, 1702, 1704, 1706)),
        ("GXP2170", 6, (1801, 1802, 1804, 1806)),
        ("GRP2616", 5, (701, 702, 704, 706)),
        ("GRP2616", 6, (1801, 1802, 1804, 1806)),
        ("GXV3370", 2, (401, 402, 404, 406)),
        ("HT802", 2, (401, 747, 735, 734)),
        ("HT814", 4, (4598, 47, 4063, 4123)),
        ("DP750", 10, (4604, 47, 4069, 4129)),
    ],
)
def test_where_an_account_is(
    plugins: Plugins, model: str, line: int, codes: tuple[int, ...]
) -> None:
    """Each series has its own numbers, and the last account of each is where the templates have it."""
    written = values(asked(plugins, model, {"sip_lines": {str(line): LINE}}))
    found = [written[code] for code in codes]  # active, server, user, password
    assert found == ["1", "192.0.2.10:5060", "alice", "secret"]


@pytest.mark.parametrize(
    ("raw_config", "expected"),
    [
        ({}, ("192.0.2.10:5060", "", "", "")),
        ({"sip_backup_proxy_ip": "192.0.2.11"}, ("192.0.2.10:5060", "192.0.2.11:5060", "", "")),
        (
            {"registrar_ip": "192.0.2.12", "sip_backup_registrar_ip": "192.0.2.13"},
            ("192.0.2.12:5060", "192.0.2.13:5060", "192.0.2.10:5060", ""),
        ),
        (
            {"registrar_ip": "192.0.2.12", "sip_backup_proxy_ip": "192.0.2.11"},
            ("192.0.2.12:5060", "", "192.0.2.10:5060", "192.0.2.11:5060"),
        ),
        (
            {"registrar_ip": "192.0.2.12", "sip_outbound_proxy_ip": "2001:db8::1"},
            ("192.0.2.12:5060", "", "[2001:db8::1]:5060", ""),
        ),
        ({"sip_transport": "tls"}, ("192.0.2.10:5061", "", "", "")),
    ],
)
def test_which_server_is_which(
    plugins: Plugins, raw_config: dict[str, Any], expected: tuple[str, ...]
) -> None:
    """The registrar is the SIP server; a proxy beside it is an outbound proxy."""
    shared = {key: value for key, value in raw_config.items() if key.startswith("sip_")}
    line = {**LINE, "registrar_ip": raw_config.get("registrar_ip")}
    written = values(asked(plugins, "GXP2130", {**shared, "sip_lines": {"1": line}}))
    assert tuple(written[code] for code in (47, 2312, 48, 2333)) == expected


def test_what_nobody_configured_is_switched_off(plugins: Plugins) -> None:
    """A phone that lost a line loses its account."""
    written = values(asked(plugins, "GXP2160", {"sip_lines": {"2": LINE}}))
    assert [written[code] for code in (271, 401, 501, 601, 1701, 1801)] == list("010000")


@pytest.mark.parametrize(
    ("model", "raw_config", "reason"),
    [
        ("GXP2130", {"sip_lines": {"1": {"username": "a"}}}, "line 1 has no proxy_ip"),
        ("GXP2130", {"sip_lines": {"one": LINE}}, "'one' is not a number"),
        ("HT814", {"sip_lines": {"1": LINE, "2": {**LINE, "proxy_ip": "192.0.2.9"}}}, "takes 1"),
        (
            "DP750",
            {"sip_lines": {str(n): {**LINE, "proxy_ip": f"192.0.2.{n}"} for n in range(1, 6)}},
            "5 different sets",
        ),
        ("GXP2130", {"X_8021x_mode": "wep"}, "'wep' is none of disabled"),
        ("GXP2130", {"sip_local_key": "key"}, "go together"),
        ("GXP2130", {"X_grandstream_firmware": "../etc"}, "is no directory like"),
        ("GXP2130", {"X_grandstream_phonebook_url": "ftp://a"}, "does not begin with"),
        ("GXP2130", {"X_grandstream_p_values": {"P0": 1}}, "'P0' is no number"),
        ("GXP2130", {"X_grandstream_p_values": {"P57": [1]}}, "is no number with a value"),
        ("GXP2130", {"X_grandstream_p_values": [57]}, "is no object"),
        (
            "GXP2130",
            {"funckeys": {"1": {"type": "blf", "value": "1", "line": "x"}}},
            "of line 'x'",
        ),
        (
            "GRP2614",
            {"sip_servers_root_and_intermediate_certificates": ["pem"] * 7},
            "takes 6, and not 7",
        ),
    ],
)
def test_why_a_device_is_not_configured(
    plugins: Plugins, model: str, raw_config: dict[str, Any], reason: str
) -> None:
    """What the device cannot be told is a reason the operator reads, not a broken file."""
    answer = asked(plugins, model, raw_config)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("model", "number", "kind", "mode", "value"),
    [
        ("GXP1620", 2, "speeddial", (1365, "10"), 1468),
        ("GXP1628", 3, "blf", (323, "1"), 303),
        ("GXP1628", 10, "park", (353, "9"), 356),
        ("GXP1760", 6, "blf", (1373, "11"), 1476),
        ("GXP1760", 7, "blf", (23800, "1"), 23803),
        ("GXP2130", 12, "blf", (23820, "1"), 23823),
        ("GXP2130", 13, "blf", (323, "1"), 303),
        ("GXP2130", 20, "blf", (353, "1"), 356),
        ("GXP2160", 48, "blf", (1460, "1"), 1463),
        ("GXP2170", 12, "blf", (23820, "11"), 23823),
        ("GXP2170", 13, "blf", (23824, "1"), 23827),
        ("GXP2170", 49, "blf", (23000, "1"), 23003),
        ("GXP2140", 176, "speeddial", (23795, "0"), 23798),
        ("GRP2612", 1, "blf", (1363, "blf"), 1466),
        ("GRP2614", 17, "park", (323, "callpark"), 303),
        ("GRP2615", 41, "speeddial", (23000, "speeddial"), 23003),
        ("GXV3350", 160, "blf", (23795, "1"), 23798),
    ],
)
def test_which_key_a_function_key_is(
    plugins: Plugins, model: str, number: int, kind: str, mode: tuple[int, str], value: int
) -> None:
    """The keys of the display first, those beside it next, then those of modules."""
    raw = {"funckeys": {str(number): {"type": kind, "value": "1002"}}}
    written = values(asked(plugins, model, raw))
    assert (mode[0], written[mode[0]]) == mode
    assert written[value] == "1002"
    assert [code for code, text in written.items() if text == "1002"] == [value - 1, value]


@pytest.mark.parametrize(
    ("model", "number", "kind"),
    [
        ("GXP1610", 1, "speeddial"),
        ("GXP1620", 1, "blf"),
        ("GXP1628", 11, "blf"),
        ("GXP2130", 21, "blf"),
        ("GXP2170", 209, "blf"),
        ("GRP2650", 1, "blf"),
        ("HT802", 1, "speeddial"),
    ],
)
def test_a_key_that_there_is_not_is_left_out(
    plugins: Plugins, model: str, number: int, kind: str
) -> None:
    """Beyond the last key, or where a key cannot do it, the file says that something is missing."""
    answer = asked(plugins, model, {"funckeys": {str(number): {"type": kind, "value": "1002"}}})
    assert b"<!-- Some function keys are left out" in answer.body
    assert "1002" not in values(answer).values()


def test_a_line_key_is_its_line_unless_it_has_a_function(plugins: Plugins) -> None:
    """Line defaults are those of the factory, for lines that there are."""
    lines = {"1": LINE, "2": LINE, "9": LINE}
    keys = {"2": {"type": "blf", "value": "1002"}}
    written = values(asked(plugins, "GXP2170", {"sip_lines": lines, "funckeys": keys}))
    found = [(written[1363 + 2 * at], written.get(1364 + 2 * at)) for at in range(3)]
    assert found == [("0", "0"), ("11", "0"), ("-1", None)]
    assert written[23808] == "-1"


def test_a_park_key_calls_the_parking_lot(plugins: Plugins) -> None:
    """Without a value of its own it takes that of all."""
    raw = {"exten_park": "700", "funckeys": {"1": {"type": "park", "label": "Park", "line": 2}}}
    written = values(asked(plugins, "GXP2130", raw))
    assert [written[code] for code in (1363, 1364, 1465, 1466)] == ["19", "1", "Park", "700"]


def test_every_time_zone_is_told_exactly(plugins: Plugins) -> None:
    """The string read back is the zone, as near as a rule of hours in a day can be; and fits."""
    too_long = {("DP750", "Pacific/Chatham"), ("DP750", "NZ-CHAT")}
    for name in zone_names():
        zone = dst_rules(name)
        for model, most in (("GXP2130", 64), ("DP750", 32)):
            written = values(asked(plugins, model, {"timezone": name}))
            if (model, name) in too_long:
                assert {64, 143, 246}.isdisjoint(written)
                continue
            assert written[64] == "customize"
            assert written[143] == "0"
            assert len(written[246]) <= most, name
            told = parse_posix_rule(written[246])
            assert told.utc_offset_seconds == zone.utc_offset_seconds, name
            assert (told.dst is None) is (zone.dst is None), name
            if zone.dst and told.dst:
                assert told.dst.start == zone.dst.start.in_one_day(), name
                assert told.dst.end == zone.dst.end.in_one_day(), name
                assert told.dst.save_seconds == zone.dst.save_seconds, name


@pytest.mark.parametrize(
    ("timezone", "entry"),
    [
        ("America/New_York", "EST5EDT"),
        ("Europe/Paris", "CET-1CEST-2,M3.5.0/02:00:00,M10.5.0/03:00:00"),
        ("Europe/Dublin", "GMT+0BST-1,M3.5.0/01:00:00,M10.5.0/02:00:00"),
        ("Asia/Kathmandu", "TZU-5:45"),
        ("Australia/Sydney", None),
    ],
)
def test_a_video_phone_gets_an_entry_of_its_list_or_none(
    plugins: Plugins, timezone: str, entry: str | None
) -> None:
    """What an entry does counts, not what it is called; Sydney's is that of an old law."""
    written = values(asked(plugins, "GXV3370", {"timezone": timezone}))
    assert (written.get(64), 246 in written) == (entry, False)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("GXP2130", {51: "42", 87: "5", 229: "43"}),
        ("GRP2612", {22174: "1", 51: "42", 87: "5", 229: "43"}),
        ("DP750", {27004: "1", 51: "42", 5038: "5", 5042: "5"}),
        ("HT801", {51: "42", 5038: "5", 5042: "5"}),
    ],
)
def test_a_network_of_its_own(plugins: Plugins, model: str, expected: dict[int, str]) -> None:
    """Each series has its numbers for the VLAN, all of them 0 when it is taken away."""
    raw = {"vlan_enabled": True, "vlan_id": 42, "vlan_priority": 5, "vlan_pc_port_id": 43}
    written = values(asked(plugins, model, raw))
    assert {code: written[code] for code in expected} == expected
    without = values(asked(plugins, model, {}))
    assert {code: without[code] for code in expected} == dict.fromkeys(expected, "0")


@pytest.mark.parametrize(
    ("model", "codes"),
    [
        ("GRP2614", (8433, 8434)),
        ("GXP1782", (8433, 8434)),
        ("GXV3370", (2386, 2886)),
        ("HT802", (2386, 2486)),
        ("DP750", (2386, 2686)),
        ("GXP2130", ()),
    ],
)
def test_whom_a_device_trusts(plugins: Plugins, model: str, codes: tuple[int, ...]) -> None:
    """Certificates stand one by one, or all of them with each account; some series take none."""
    raw = {"sip_servers_root_and_intermediate_certificates": ["root", "between"]}
    written = values(asked(plugins, model, raw))
    assert tuple(code for code in (2386, 2486, 2686, 2886, 8433, 8434) if code in codes) == codes
    assert all(written[code] for code in codes)
    assert ("root" in "".join(written.values())) is bool(codes)


def test_p_values_of_ones_own_come_last(plugins: Plugins) -> None:
    """Codecs and whatever else there is no parameter for."""
    raw = {
        OPEN: {"P58": "8", "57": 9, "P1650": True},
        HIDDEN: {"P1361": "secret"},
    }
    written = list(values(asked(plugins, "GXP2130", raw)).items())
    assert written[-4:] == [(57, "9"), (58, "8"), (1361, "secret"), (1650, "1")]


def test_p_values_that_are_secret_are_not_shown() -> None:
    """Whoever reads a config without the right to its secrets sees one parameter and not the other."""
    raw = {name: {"P1361": "x"} for name in (OPEN, HIDDEN)}
    assert redacted(raw) == {OPEN: {"P1361": "x"}, HIDDEN: REDACTED}


@given(
    st.fixed_dictionaries(
        {name: st.text(max_size=30) for name in ("username", "display_name", "number", "voicemail")}
    ),
    st.text(max_size=30),
    st.text(min_size=1, max_size=30),
)
def test_no_value_adds_an_element(
    plugins: Plugins, line: dict[str, str], password: str, label: str
) -> None:
    """Whatever a document holds, the file has the P-values that its template wrote."""
    raw = {
        "admin_password": password or "x",
        "sip_lines": {"1": {**LINE, **line, "password": password}},
        "funckeys": {"1": {"type": "speeddial", "value": label, "label": label}},
    }
    harmless = {
        "admin_password": "x",
        "sip_lines": {"1": LINE},
        "funckeys": {"1": {"type": "speeddial", "value": "x"}},
    }
    found = [list(values(asked(plugins, "GXP2130", given))) for given in (raw, harmless)]
    assert found[0] == found[1]
