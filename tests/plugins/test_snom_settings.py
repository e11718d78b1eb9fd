"""The snom family: what a raw config says to a phone and to a base."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk import dst_rules
from provd.sdk.timezones import zone_names
from provd.testing.families import asking_as
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "snom"
MAC = "00:04:13:00:53:01"
GENERAL, OWN_FILE = "/snom-general-000413005301.xml", "/000413005301.xml"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\nAQID\n-----END CERTIFICATE-----\n"


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


def keys_of(answer: Any) -> dict[int, tuple[str, str]]:
    """Identity and function of each key that somebody gave one, by its index."""
    found = [
        (int(key.attrib["idx"]), (key.attrib["context"], key.text or ""))
        for key in read(answer).iterfind("functionKeys/fkey")
    ]
    assert [index for index, _key in found] == list(range(len(found)))
    return {index: key for index, key in found if key != ("active", "line")}


@pytest.mark.parametrize(
    ("raw_config", "reason"),
    [
        ({"sip_lines": {"1": {"username": "a"}}}, "line 1 has no proxy_ip"),
        ({"sip_lines": {"one": LINE}}, "'one' is not a number"),
        ({"X_snom_keys": {"1": {"type": "nonsense"}}}, "of type 'nonsense'"),
        ({"X_snom_keys": {"x": {"type": "line"}}}, "'x' is not a number"),
        ({"X_snom_keys": {"1": {"type": "line", "line": "a b"}}}, "'a b' is not the number"),
        ({"X_snom_settings": {"a b": "c"}}, "'a b' is not the name"),
        ({"X_snom_settings": {"a": {"x": "c"}}}, "an index that is no number"),
        ({"X_snom_settings": {"a": ["c"]}}, "neither a text nor a number"),
        ({"X_snom_settings": ["a"]}, "no object of values"),
        ({"X_snom_contacts": {"1": {"name": "a"}}}, "has no number"),
        ({"sip_servers_root_and_intermediate_certificates": ["x"]}, "certificate 1"),
        ({"sip_servers_root_and_intermediate_certificates": [PEM] * 11}, "at most 10"),
    ],
)
def test_why_a_phone_is_not_configured(
    plugins: Plugins, raw_config: dict[str, Any], reason: str
) -> None:
    """What the phone cannot be told is a reason the operator reads, not a broken file."""
    answer = asked(plugins, OWN_FILE, raw_config)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("raw_config", "reason"),
    [
        ({"sip_transport": "tls"}, "cannot be told to use TLS"),
        ({"sip_srtp_mode": "required"}, "line 1 requires SRTP"),
    ],
)
def test_a_base_is_not_told_less_than_is_required(
    plugins: Plugins, raw_config: dict[str, Any], reason: str
) -> None:
    """Rather no lines than lines without the encryption that somebody asked for."""
    raw = {"sip_lines": {"1": LINE}, **raw_config}
    answer = asked(plugins, OWN_FILE, raw, model="M900")
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


def test_lines_of_a_base_share_their_servers(plugins: Plugins) -> None:
    """Each server stands once, and is named by number; a base knows ten of them."""
    proxies = ("192.0.2.10", "192.0.2.11", "192.0.2.10")
    lines = {str(n): {**LINE, "proxy_ip": ip} for n, ip in enumerate(proxies, start=1)}
    written = settings_of(asked(plugins, OWN_FILE, {"sip_lines": lines}, model="M900"))
    assert [written[f"subscr_sip_ua_data_server_id {n}"] for n in (1, 2, 3)] == ["1", "2", "1"]
    hosts = [written[f"user_host {n}"] for n in range(1, 11)]
    assert hosts == ["192.0.2.10", "192.0.2.11", *[""] * 8]
    many = {str(n): {**LINE, "proxy_ip": f"192.0.2.{n}"} for n in range(1, 12)}
    answer = asked(plugins, OWN_FILE, {"sip_lines": many}, model="M900")
    assert isinstance(answer, Refusal)
    assert "10 servers" in answer.reason


@pytest.mark.parametrize(
    ("mode", "own", "expected"),
    [
        (None, None, ("off", "off")),
        ("preferred", None, ("on", "optional")),
        ("required", None, ("on", "mandatory")),
        ("required", "disabled", ("off", "off")),
        ("disabled", "required", ("on", "mandatory")),
    ],
)
def test_srtp(
    plugins: Plugins, mode: str | None, own: str | None, expected: tuple[str, str]
) -> None:
    """Whether media is encrypted, and whether a call may go without; a line knows better."""
    raw = {"sip_srtp_mode": mode, "sip_lines": {"1": {**LINE, "srtp_mode": own}}}
    written = settings_of(asked(plugins, OWN_FILE, raw))
    assert (written["user_srtp 1"], written["user_savp 1"]) == expected


@pytest.mark.parametrize(
    ("line", "shared", "host", "outbound"),
    [
        ({}, {}, "192.0.2.10", "192.0.2.10:5060;transport=udp"),
        ({"proxy_port": 5080}, {}, "192.0.2.10:5080", "192.0.2.10:5080;transport=udp"),
        ({}, {"sip_transport": "tls"}, "192.0.2.10", "192.0.2.10:5061;transport=tls"),
        (
            {"registrar_ip": "192.0.2.12", "registrar_port": 5090},
            {"sip_transport": "tcp"},
            "192.0.2.12:5090",
            "192.0.2.10:5060;transport=tcp",
        ),
        (
            {},
            {"sip_outbound_proxy_ip": "2001:db8::1"},
            "192.0.2.10",
            "[2001:db8::1]:5060;transport=udp",
        ),
    ],
)
def test_servers_of_an_identity(
    plugins: Plugins, line: dict[str, Any], shared: dict[str, Any], host: str, outbound: str
) -> None:
    """The registrar is its domain; requests go to the outbound proxy, or else to the proxy."""
    raw = {**shared, "sip_lines": {"1": {**LINE, **line}}}
    written = settings_of(asked(plugins, OWN_FILE, raw))
    assert (written["user_host 1"], written["user_outbound 1"]) == (host, outbound)


def test_a_backup_is_an_identity_behind_the_last_line(plugins: Plugins) -> None:
    """It takes over while the line is not registered, is not shown, and raises no alarm."""
    raw = {
        "sip_backup_proxy_ip": "192.0.2.11",
        "sip_lines": {"1": LINE, "3": {**LINE, "backup_registrar_ip": "192.0.2.13"}},
    }
    written = settings_of(asked(plugins, OWN_FILE, raw))
    assert [written[f"user_active {n}"] for n in range(1, 7)] == [
        "on",
        "off",
        "on",
        "on",
        "on",
        "off",
    ]
    assert (written["user_failover_identity 1"], written["user_failover_identity 3"]) == ("4", "5")
    assert (written["user_host 4"], written["user_host 5"]) == ("192.0.2.11", "192.0.2.13")
    assert written["user_outbound 5"] == "192.0.2.11:5060;transport=udp"
    assert (written["hide_identity 1"], written["hide_identity 4"]) == ("false", "true")
    alarms = written["status_msgs_that_are_blocked"]
    assert alarms == "Identity04IsNotRegistered Identity05IsNotRegistered"


def test_a_phone_without_a_spare_identity_has_no_backup(plugins: Plugins) -> None:
    """The line itself is there, and the file says that something is left out."""
    raw = {"sip_backup_proxy_ip": "192.0.2.11", "sip_lines": {str(n): LINE for n in (1, 2)}}
    answer = asked(plugins, OWN_FILE, raw, model="D120")
    written = settings_of(answer)
    assert (written["user_active 2"], written["user_failover_identity 2"]) == ("on", "none")
    assert b"are left out" in answer.body


@pytest.mark.parametrize(
    ("model", "number", "index"),
    [
        ("D785", 24, 23),
        ("D785", 25, 24),  # the first of the first module
        ("D785", 78, 77),  # the last of the third
        ("D785", 79, None),
        ("D865", 220, 219),
        ("D865", 221, None),
        ("370", 13, 12),
        ("D120", 3, None),
        ("300", 7, None),
    ],
)
def test_which_key_a_function_key_is(
    plugins: Plugins, model: str, number: int, index: int | None
) -> None:
    """Those of the phone first, then those of the modules; beyond the last they are left out."""
    raw = {"funckeys": {str(number): {"type": "speeddial", "value": "1002"}}}
    answer = asked(plugins, OWN_FILE, raw, model=model)
    assert list(keys_of(answer)) == ([] if index is None else [index])
    assert (b"are left out" in answer.body) is (index is None)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ({"type": "speeddial", "value": "1"}, ("active", "speed 1")),
        ({"type": "speeddial", "value": "1", "line": "2"}, ("2", "speed 1")),
        ({"type": "blf", "value": "1002", "line": 1}, ("1", "blf 1002|*8")),
        ({"type": "park"}, ("active", "orbit 700")),
        ({"type": "park", "value": "701"}, ("active", "orbit 701")),
    ],
)
def test_functions_of_keys(
    plugins: Plugins, key: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Without a line a key is that of whichever identity is active."""
    raw = {"exten_park": "700", "exten_pickup_call": "*8", "funckeys": {"1": key}}
    assert keys_of(asked(plugins, OWN_FILE, raw)) == {0: expected}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ({"type": "line", "line": 2}, {0: ("2", "line")}),
        ({"type": "dtmf", "value": "*1"}, {0: ("active", "dtmf *1")}),
        ({"type": "url", "value": "http://192.0.2.1/"}, {0: ("active", "url http://192.0.2.1/")}),
        ({"type": "dtmf"}, {}),
        ({"type": "none"}, {0: ("active", "none")}),
    ],
)
def test_functions_of_the_vendors_own(
    plugins: Plugins, key: dict[str, Any], expected: dict[int, tuple[str, str]]
) -> None:
    """X_snom_keys knows those for which the raw config has no word, and goes before funckeys."""
    raw = {"funckeys": {"1": {"type": "blf", "value": "9"}}, "X_snom_keys": {"1": key}}
    assert keys_of(asked(plugins, OWN_FILE, raw)) == expected


def test_every_time_zone_is_one_the_phone_understands(plugins: Plugins) -> None:
    """Each rule is of one of the vendor's two forms, and says what the database says."""
    change = r"(?:\d\d\.0[1-5]\.0[1-7]|\d\d\.\d\d) \d\d:\d\d:\d\d"
    for zone in zone_names():
        written = settings_of(asked(plugins, GENERAL, {"timezone": zone}))
        rules = dst_rules(zone)
        assert int(written["utc_offset"]) == rules.utc_offset_seconds, zone
        if rules.dst is None:
            assert written["dst"] == "", zone
            continue
        offset, _, changes = written["dst"].partition(" ")
        assert int(offset) == rules.dst.save_seconds, zone
        assert re.fullmatch(f"{change} {change}", changes), zone


def test_the_vendors_name_of_a_zone_stands_only_where_it_means_the_same(plugins: Plugins) -> None:
    """Dublin keeps London's time; Lisbon's other half, the Azores, keeps nobody's that has a name."""
    for zone, name in (
        ("Europe/Dublin", "GBR-0"),
        ("Europe/Vienna", "FRA+1"),
        ("America/Phoenix", None),
        ("Atlantic/Azores", None),
        ("Asia/Kathmandu", None),
    ):
        written = settings_of(asked(plugins, GENERAL, {"timezone": zone}))
        assert written.get("timezone") == name, zone


def test_certificates_are_files_of_their_own(plugins: Plugins) -> None:
    """The settings name them, and each is served in DER to the phone that is told it."""
    raw = {"sip_servers_root_and_intermediate_certificates": [PEM, PEM]}
    urls = [each.attrib["url"] for each in read(asked(plugins, GENERAL, raw)).iter("certificate")]
    assert [url.partition("//")[2].partition("/")[2] for url in urls] == [
        "certificates/1.der",
        "certificates/2.der",
    ]
    served = asked(plugins, "/certificates/2.der", raw)
    assert served.body == bytes((0x30, 0x82, 0x01, 0x01, 0x02, 0x03))
    for path in ("/certificates/3.der", "/certificates/0.der"):
        assert isinstance(asked(plugins, path, raw), Refusal)


@pytest.mark.parametrize(
    ("model", "wanted", "url"),
    [
        ("D785", "10.1.198.19", "http://192.0.2.9:8667/firmware/snomD785-10.1.198.19-SIP-r.bin"),
        ("D865", "10.1.198.19", "http://192.0.2.9:8667/firmware/snomD865-10.1.198.19-SIP-r.swu"),
        ("715", "own.bin", "http://192.0.2.9:8667/firmware/own.bin"),
        ("715", "https://example.org/a.bin", "https://example.org/a.bin"),
    ],
)
def test_firmware(plugins: Plugins, model: str, wanted: str, url: str) -> None:
    """A version, a file below `firmware/` or a URL; without one the phone keeps what it has."""
    raw = {"X_snom_firmware": wanted}
    general = settings_of(asked(plugins, GENERAL, raw, model=model))
    assert general["update_policy"] == "auto_update"
    path = "/" + general["firmware_status"].rpartition("/")[2]
    assert [each.text for each in read(asked(plugins, path, raw, model=model))] == [url]
    assert settings_of(asked(plugins, GENERAL, {}))["update_policy"] == "settings_only"


@given(
    st.fixed_dictionaries(
        {name: st.text(max_size=30) for name in ("username", "display_name", "number", "voicemail")}
    ),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_no_value_adds_an_element(
    plugins: Plugins, line: dict[str, str], value: str, label: str
) -> None:
    """Whatever a document holds, the file has the elements and attributes that its template wrote."""
    raw = {
        "exten_pickup_call": value,
        "X_snom_settings": {"ldap_base": value},
        "X_snom_contacts": {"1": {"name": label, "number": value or "1"}},
        "sip_lines": {"1": {**LINE, **line}},
        "funckeys": {"1": {"type": "speeddial", "value": value or "1", "label": label}},
    }
    harmless = {
        **raw,
        "exten_pickup_call": "x",
        "X_snom_settings": {"ldap_base": "x"},
        "X_snom_contacts": {"1": {"name": "x", "number": "x"}},
        "sip_lines": {"1": {**LINE, **dict.fromkeys(line, "x")}},
        "funckeys": {"1": {"type": "speeddial", "value": "x", "label": "x"}},
    }
    shapes = [
        [(each.tag, sorted(each.attrib)) for each in read(asked(plugins, OWN_FILE, given)).iter()]
        for given in (raw, harmless)
    ]
    assert shapes[0] == shapes[1]
