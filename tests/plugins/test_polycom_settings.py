"""What the polycom plugin writes for a raw config."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk.timezones import zone_names
from provd.testing.families import asking_as
from provd.values import Content, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "polycom"
BARE = "0004f2005301"
MASTER, USER, COMMON, DIRECTORY = (
    f"/{BARE}{rest}" for rest in (".cfg", "-user.cfg", "-common.cfg", "-directory.xml")
)
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}
SMALL, LARGE, THIRD = (
    f"-----BEGIN CERTIFICATE-----\n{'A' * size}\n-----END CERTIFICATE-----\n"
    for size in (100, 2000, 300)
)
TRUSTED = "sip_servers_root_and_intermediate_certificates"


asked = asking_as(mac="00:04:f2:00:53:01", model="VVX410", plugin="polycom")
"""What a phone gets, a VVX 410 unless said otherwise."""


def element(answer: Any) -> ET.Element:
    """The document in a rendered file."""
    assert isinstance(answer, Content), answer
    return ET.fromstring(answer.body)


def parameters(answer: Any) -> dict[str, str]:
    """The parameters in a rendered file, each written once."""
    pairs = [pair for part in element(answer).iter() for pair in part.attrib.items()]
    found = dict(pairs)
    assert len(found) == len(pairs)
    return found


def test_what_is_common_holds_no_secret(plugins: Plugins) -> None:
    """No password of a raw config is in a file other than the phone's own."""
    golden = json.loads((SOURCE / "golden" / "VVX410-paris-full.json").read_bytes())["raw_config"]
    others = [asked(plugins, path, golden).body.decode() for path in (MASTER, COMMON, DIRECTORY)]
    own = set(parameters(asked(plugins, USER, golden)).values())
    secrets = {"22\"<&'23", "1234", "secret-1", "secret-2", "secret-3", "dot1x-secret"}
    assert secrets <= own
    assert not [secret for secret in secrets - {"1234"} for text in others if secret in text]


SERVERS = {"proxy_ip": "192.0.2.10", "registrar_ip": "192.0.2.12"}


@pytest.mark.parametrize(
    ("line", "first", "second", "outbound"),
    [
        ({}, "192.0.2.10:5060", None, None),
        ({"proxy_port": 5070}, "192.0.2.10:5070", None, None),
        ({"backup_proxy_ip": "192.0.2.11"}, "192.0.2.10:5060", "192.0.2.11:5060", None),
        ({"backup_registrar_ip": "192.0.2.13"}, "192.0.2.10:5060", "192.0.2.13:5060", None),
        ({"outbound_proxy_ip": "192.0.2.14"}, "192.0.2.10:5060", None, "192.0.2.14:5060"),
        (SERVERS, "192.0.2.12:5060", None, "192.0.2.10:5060"),
        (
            {**SERVERS, "backup_proxy_ip": "192.0.2.11", "backup_registrar_ip": "192.0.2.13"},
            "192.0.2.12:5060",
            "192.0.2.13:5060",
            "192.0.2.10:5060",
        ),
        (
            {**SERVERS, "outbound_proxy_ip": "192.0.2.14"},
            "192.0.2.12:5060",
            None,
            "192.0.2.14:5060",
        ),
    ],
)
def test_which_servers_a_line_uses(
    plugins: Plugins, line: dict[str, Any], first: str, second: str | None, outbound: str | None
) -> None:
    """It registers with the first and falls back on the second; the proxy goes before a registrar elsewhere."""
    written = parameters(asked(plugins, USER, {"sip_lines": {"1": {**LINE, **line}}}))

    def server(name: str) -> str | None:
        address = written.get(f"reg.1.{name}.address")
        return None if address is None else f"{address}:{written[f'reg.1.{name}.port']}"

    assert (server("server.1"), server("server.2"), server("outboundProxy")) == (
        first,
        second,
        outbound,
    )


@pytest.mark.parametrize(
    ("raw_config", "expected"),
    [
        ({}, ("UDPOnly", "5060")),
        ({"sip_transport": "tcp"}, ("TCPOnly", "5060")),
        ({"sip_transport": "tls"}, ("TLS", "5061")),
    ],
)
def test_transports(
    plugins: Plugins, raw_config: dict[str, Any], expected: tuple[str, str]
) -> None:
    """The words of the vendor, with the port that belongs to them."""
    written = parameters(asked(plugins, USER, {**raw_config, "sip_lines": {"1": LINE}}))
    assert (written["reg.1.server.1.transport"], written["reg.1.server.1.port"]) == expected


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("disabled", "000"), ("preferred", "110"), ("required", "111"), (None, "000")],
)
def test_srtp(plugins: Plugins, mode: str | None, expected: str) -> None:
    """Enabled, offered, required: for all calls, and for a line that says so."""
    raw = {"sip_srtp_mode": mode, "sip_lines": {"1": {**LINE, "srtp_mode": mode}}}
    words = ("enable", "offer", "require")
    common, own = (parameters(asked(plugins, path, raw)) for path in (COMMON, USER))
    assert "".join(common[f"sec.srtp.{word}"] for word in words) == expected
    line = "".join(own.get(f"reg.1.srtp.{word}", "") for word in words)
    assert line == ("" if mode is None else expected)


def keys_of(plugins: Plugins, model: str, funckeys: dict[str, Any], lines: int = 1) -> str:
    """What stands on the line keys, watched numbers, speed dials and whether some were left out."""
    raw = {
        "sip_lines": {str(number): LINE for number in range(1, lines + 1)},
        "funckeys": funckeys,
        "exten_park": "700",
    }
    answer = asked(plugins, USER, raw, model=model)
    written = parameters(answer)
    watched = [
        written[name] + written[name.replace("address", "type")][0]
        for name in written
        if name.endswith(".address") and name.startswith("attendant")
    ]
    placed = [
        category[0] + written[f"lineKey.{name.split('.')[1]}.index"]
        for name, category in written.items()
        if name.endswith(".category")
    ]
    dialled = [
        item.findtext("ct") or ""
        for item in element(asked(plugins, DIRECTORY, raw, model=model)).iter("item")
    ]
    left_out = "left out" if b"function keys are left out" in answer.body else ""
    return "|".join((" ".join(placed), " ".join(watched), " ".join(dialled), left_out))


DIAL, WATCH = {"type": "speeddial", "value": "200"}, {"type": "blf", "value": "201"}


@pytest.mark.parametrize(
    ("model", "lines", "funckeys", "expected"),
    [
        ("VVX410", 1, {}, "|||"),
        ("VVX410", 1, {"1": DIAL, "3": WATCH}, "L1 S1 U0 B0|201n|200|"),
        ("VVX410", 2, {"1": {"type": "park"}}, "L1 L2 B0|700a||"),
        ("VVX250", 2, {"2": DIAL, "3": WATCH}, "L1 L2 U0 S1||200|left out"),
        ("VVX410", 1, {"1": {"type": "blf", "value": ""}}, "|||left out"),
        ("SPIP650", 1, {"1": DIAL, "47": WATCH, "48": WATCH}, "|201n|200|left out"),
        ("SPIP335", 1, {"1": DIAL}, "||200|"),
        ("SPIP335", 1, {"1": WATCH}, "|||left out"),
        ("SSIP6000", 1, {"1": DIAL}, "|||left out"),
        ("EdgeE450", 1, {"1": WATCH, "2": DIAL}, "L1 B0 S1|201n|200|"),
        ("VVX1500", 1, {"1": WATCH, "2": DIAL}, "|201n|200|"),
    ],
)
def test_which_key_a_function_key_is(
    plugins: Plugins, model: str, lines: int, funckeys: dict[str, Any], expected: str
) -> None:
    """The n-th is the n-th line key after the lines where keys are flexible; else they follow one another."""
    assert keys_of(plugins, model, funckeys, lines) == expected


def test_keys_of_expansion_modules_follow_those_of_the_phone(plugins: Plugins) -> None:
    """A VVX 410 has 12 keys and three modules of 40."""
    assert keys_of(plugins, "VVX410", {"131": WATCH}).endswith(" B0|201n||")
    assert keys_of(plugins, "VVX410", {"132": WATCH}) == "|||left out"


@pytest.mark.parametrize(("line", "expected"), [(None, "1"), ("2", "2"), (2, "2"), ("9", "1")])
def test_which_line_watches(plugins: Plugins, line: object, expected: str) -> None:
    """That of the first watching key, if there is such a line; the first otherwise."""
    raw = {
        "sip_lines": {"1": LINE, "2": LINE},
        "funckeys": {"1": {**DIAL, "line": 1}, "2": {**WATCH, "line": line}},
    }
    assert parameters(asked(plugins, USER, raw))["attendant.reg"] == expected


def test_lines_that_the_phone_has_not_are_left_out(plugins: Plugins) -> None:
    """A VVX 101 has one line."""
    raw = {"sip_lines": {"1": LINE, "2": LINE}}
    answer = asked(plugins, USER, raw, model="VVX101")
    assert "reg.2.address" not in parameters(answer)
    assert b"lines are left out" in answer.body


@pytest.mark.parametrize(
    ("certificates", "network", "places"),
    [
        ([], None, {}),
        ([SMALL], None, {2: SMALL}),
        ([LARGE, SMALL], None, {1: SMALL, 2: LARGE}),
        ([SMALL], LARGE, {1: SMALL, 2: LARGE}),
        ([SMALL, SMALL], SMALL, {2: SMALL}),
    ],
)
def test_certificates(
    plugins: Plugins, certificates: list[str], network: str | None, places: dict[int, str]
) -> None:
    """The larger one has the larger place, and each is there once."""
    raw = {TRUSTED: certificates, "X_8021x_ca_certificate": network}
    written = parameters(asked(plugins, COMMON, raw))
    found = {n: written.get(f"device.sec.TLS.customCaCert{n}") for n in (1, 2)}
    assert {n: text for n, text in found.items() if text} == {
        n: text.strip() for n, text in places.items()
    }
    assert ("sec.TLS.profileSelection.SIP" in written) is bool(places)


@pytest.mark.parametrize(
    ("firmware", "path"),
    [
        (None, f"{BARE}/sip.ld"),
        ("5.9.7", f"{BARE}/5.9.7/sip.ld"),
        ("vvx/5.9.7", f"{BARE}/vvx/5.9.7/sip.ld"),
        ({"VVX410": "5.9.7"}, f"{BARE}/5.9.7/sip.ld"),
        ({"VVX500": "5.9.7"}, f"{BARE}/sip.ld"),
    ],
)
def test_where_firmware_is(plugins: Plugins, firmware: object, path: str) -> None:
    """Below the phone's own address, in the directory that the raw config names for its model."""
    written = parameters(asked(plugins, MASTER, {"X_polycom_firmware": firmware}))
    assert written["APP_FILE_PATH"] == path


@pytest.mark.parametrize(
    ("raw_config", "reason"),
    [
        ({"sip_lines": {"1": {"username": "a"}}}, "line 1 has no proxy_ip"),
        ({"sip_lines": {"one": LINE}}, "'one' is not a number"),
        ({"X_8021x_mode": "ttls-mschapv2"}, "is none of disabled, md5, tls, peap-mschapv2, fast"),
        ({"X_8021x_mode": ["md5"]}, "is none of"),
        ({"X_polycom_firmware": "../secrets"}, "is no name of a directory"),
        ({"X_polycom_firmware": "/etc"}, "is no name of a directory"),
        ({"X_polycom_firmware": "a,b"}, "is no name of a directory"),
        ({"X_polycom_firmware": 5}, "is no name of a directory"),
        ({TRUSTED: [SMALL, LARGE, THIRD]}, "takes two, and not 3"),
        (
            {TRUSTED: [LARGE], "X_8021x_ca_certificate": LARGE.replace("AA", "BB")},
            "1536 are the most",
        ),
        ({TRUSTED: ["MIIB"]}, "no certificate in PEM"),
        ({"X_polycom_parameters": {"a=b": 1}}, "'a=b' is not the name of a parameter"),
    ],
)
def test_why_a_phone_is_not_configured(
    plugins: Plugins, raw_config: dict[str, Any], reason: str
) -> None:
    """What the phone cannot be told is a reason the operator reads, not a broken file."""
    answer = asked(plugins, USER, raw_config)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


def test_a_phone_keeps_what_nobody_speaks_of(plugins: Plugins) -> None:
    """VLAN, 802.1X and name server may have been told by hand; an empty config takes none of them away."""
    written = [*parameters(asked(plugins, COMMON, {})), *parameters(asked(plugins, USER, {}))]
    assert not [name for name in written if "vlan" in name or "dot1x" in name or "dns" in name]


@pytest.mark.parametrize(
    ("zone", "offset", "start", "stop"),
    [
        ("America/New_York", "-18000", "3/8/2/1/0", "11/1/2/1/0"),
        ("Europe/Paris", "3600", "3/1/2/1/1", "10/1/3/1/1"),
        ("Europe/Dublin", "0", "3/1/1/1/1", "10/1/2/1/1"),
        ("Australia/Sydney", "36000", "10/1/2/1/0", "4/1/3/1/0"),
        ("Asia/Kathmandu", "20700", "", ""),
        ("America/Nuuk", "-7200", "3/1/0/1/1", "10/1/0/1/1"),
    ],
)
def test_time_zones(plugins: Plugins, zone: str, offset: str, start: str, stop: str) -> None:
    """Month, first day to look from, hour, weekday, whether it is the last: as the zone does today."""
    written = parameters(asked(plugins, COMMON, {"timezone": zone}))
    prefix = "tcpIpApp.sntp.daylightSavings"
    assert written["tcpIpApp.sntp.gmtOffset"] == offset
    assert written[f"{prefix}.enable"] == ("1" if start else "0")
    parts = ("month", "date", "time", "dayOfWeek", "dayOfWeek.lastInMonth")
    for when, expected in (("start", start), ("stop", stop)):
        found = "/".join(written.get(f"{prefix}.{when}.{part}", "") for part in parts)
        assert found == (expected or "////")


def test_every_time_zone_is_one_the_phone_understands(plugins: Plugins) -> None:
    """Months, days, hours and weekdays are in the ranges of the administrator guide."""
    prefix = "tcpIpApp.sntp.daylightSavings"
    for zone in zone_names():
        written = parameters(asked(plugins, COMMON, {"timezone": zone}))
        assert abs(int(written["tcpIpApp.sntp.gmtOffset"])) <= 50_400, zone
        for when in ("start", "stop") if written[f"{prefix}.enable"] == "1" else ():
            assert 1 <= int(written[f"{prefix}.{when}.month"]) <= 12, zone
            assert int(written[f"{prefix}.{when}.date"]) in {1, 8, 15, 22}, zone
            assert 0 <= int(written[f"{prefix}.{when}.time"]) <= 23, zone
            assert 1 <= int(written[f"{prefix}.{when}.dayOfWeek"]) <= 7, zone


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("fr_FR", "French_France"),
        ("fr_CA", "French_France"),
        ("en_US", "English_United_States"),
        ("en_AU", "English_United_States"),
        ("en_GB", "English_United_Kingdom"),
        ("pt_BR", "Portuguese_Portugal"),
        ("xx_XX", None),
    ],
)
def test_languages(plugins: Plugins, locale: str, language: str | None) -> None:
    """The language of another country is better than none."""
    assert parameters(asked(plugins, COMMON, {"locale": locale})).get("lcl.ml.lang") == language


def test_the_vendors_own_words_go_first(plugins: Plugins) -> None:
    """Parameters of the operator's are in a file of their own, the first that the master file names."""
    raw = {"X_polycom_parameters": {"sec.srtp.enable": 1}}
    assert parameters(asked(plugins, f"/{BARE}-own.cfg", raw)) == {"sec.srtp.enable": "1"}
    first = f"{BARE}-own.cfg, "
    assert parameters(asked(plugins, MASTER, raw))["CONFIG_FILES"].startswith(first)
    assert first not in parameters(asked(plugins, MASTER, {}))["CONFIG_FILES"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(
    st.fixed_dictionaries(dict.fromkeys(("username", "password", "display_name", "number"), TEXTS)),
    TEXTS,
)
def test_no_value_adds_an_element_or_a_parameter(
    plugins: Plugins, line: dict[str, str], value: str
) -> None:
    """Whatever a document holds, the files have the elements and the parameters of their templates."""
    raw, harmless = (
        {
            "admin_password": text,
            "exten_pickup_call": text,
            "X_8021x_mode": "md5",
            "X_8021x_identity": text,
            "X_polycom_parameters": {"a.b": text},
            "sip_lines": {"1": {**LINE, **given}},
            "funckeys": {
                "1": {"type": "blf", "value": text, "label": text},
                "2": {"type": "speeddial", "value": text, "label": text},
            },
        }
        for given, text in ((line, value), (dict.fromkeys(line, "x"), "x"))
    )
    for path in (MASTER, f"/{BARE}-own.cfg", COMMON, USER, DIRECTORY):
        one, other = (
            [(part.tag, list(part.attrib)) for part in element(asked(plugins, path, given)).iter()]
            for given in (raw, harmless)
        )
        assert one == other
