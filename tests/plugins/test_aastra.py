"""The aastra family: which devices it knows, which edition takes which, and what it renders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk import DeviceSupport
from provd.sdk.timezones import zone_names
from provd.testing.families import asking_as, concluded, installed, levels
from provd.testing.inquiries import dhcp, http, tftp
from provd.values import Content, FileContent, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "aastra"
OLD, NEW, LATEST = "aastra-2.6.0.2019", "aastra-3.2.0.1011", "aastra-6.4.0.140"
MAC, OWN_FILE = "00:08:5d:00:53:01", "/00085D005301.cfg"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n"
LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}


asked = asking_as(mac=MAC, model="6757i", plugin=NEW)
"""What a phone gets, a 6757i of the newer edition unless said otherwise."""


def parameters(answer: Any) -> dict[str, str]:
    """The parameters in a rendered file, each written once."""
    assert isinstance(answer, Content), answer
    lines = [line for line in answer.body.decode().split("\n") if line and line[0] != "#"]
    pairs = [line.partition(": ") for line in lines]
    found = {name: value for name, _colon, value in pairs}
    assert len(found) == len(pairs)
    return found


@pytest.mark.parametrize(
    "user_agent",
    [
        "Aastra6731i MAC:00-08-5D-23-74-29 V:3.2.0.70-SIP ",
        "Aastra6731i MAC:00-08-5D-23-74 V:3.2.0.70-SIP",
        "Aastra6731i MAC:00:08:5D:23:74:29 V:3.2.0.70-SIP",
        "Aastra MAC:00-08-5D-23-74-29 V:3.2.0.70-SIP",
        "Mitel6930 MAC:14-00-E9-1E-DB-52 V:x-SIP",
        "Aastra" + "6" * 5000,
    ],
)
def test_other_user_agents_say_nothing(plugins: Plugins, user_agent: str) -> None:
    """A User-Agent that is not spelt as the phones spell it is nobody's word."""
    assert concluded(plugins, http("/aastra.cfg", user_agent)) == []


@given(st.text(max_size=60))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, http("/", "Aastra" + text))
    concluded(plugins, tftp(text + ".cfg"))
    concluded(plugins, tftp(text + ".st"))
    concluded(plugins, dhcp(MAC, dhcp={60: b"AastraIPPhone" + text.encode()}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0, 0, 0]


EXACT, COMPLETE, INCOMPLETE, PROBABLE, UNKNOWN, NONE = (
    int(level)
    for level in (
        DeviceSupport.EXACT,
        DeviceSupport.COMPLETE,
        DeviceSupport.INCOMPLETE,
        DeviceSupport.PROBABLE,
        DeviceSupport.UNKNOWN,
        DeviceSupport.NONE,
    )
)


@pytest.mark.parametrize(
    ("info", "supported"),
    [
        ({"model": "6730i", "version": "2.6.0.2019"}, [EXACT, INCOMPLETE, INCOMPLETE]),
        ({"model": "6730i", "version": "3.2.0.1011"}, [INCOMPLETE, EXACT, INCOMPLETE]),
        ({"model": "6731i", "version": "3.2.0.70"}, [INCOMPLETE, COMPLETE, INCOMPLETE]),
        ({"model": "6730i", "version": "2.6.0.1000"}, [COMPLETE, INCOMPLETE, INCOMPLETE]),
        ({"model": "6730i", "version": "1.4"}, [INCOMPLETE, INCOMPLETE, INCOMPLETE]),
        ({"model": "6730i"}, [COMPLETE, COMPLETE, INCOMPLETE]),
        ({"model": "6735i", "version": "3.2.2.6038"}, [INCOMPLETE, COMPLETE, INCOMPLETE]),
        ({"model": "6930", "version": "6.4.0.140"}, [INCOMPLETE, INCOMPLETE, EXACT]),
        ({"model": "6920w", "version": "6.4.0.4006"}, [INCOMPLETE, INCOMPLETE, COMPLETE]),
        ({"model": "6863i"}, [INCOMPLETE, INCOMPLETE, COMPLETE]),
        ({}, [PROBABLE, PROBABLE, PROBABLE]),
        ({"vendor": "Cisco", "model": "6730i"}, [NONE, NONE, NONE]),
        ({"vendor": None}, [UNKNOWN, UNKNOWN, UNKNOWN]),
    ],
)
def test_the_edition_of_the_phones_own_firmware_fits_best(
    plugins: Plugins, info: dict[str, Any], supported: list[int]
) -> None:
    """The phone's own version is exact, its release complete, any other incomplete."""
    assert levels(plugins, "Aastra", info) == supported


def test_two_editions_serve_one_path_side_by_side(plugins: Plugins) -> None:
    """Two 6730i ask for `/6730i.st` and get different files."""
    got = [asked(plugins, "/6730i.st", {}, plugin=plugin) for plugin in (OLD, NEW)]
    assert all(isinstance(answer, FileContent) for answer in got)
    texts = [Path(answer.path).read_text(encoding="utf-8") for answer in got]
    assert "2.6.0.2019" in texts[0]
    assert "3.2.0.1011" in texts[1]


def test_models_of_an_edition_are_its_capabilities_and_have_firmware(plugins: Plugins) -> None:
    """plugin-info, edition.py and the firmware files name the same models."""
    for plugin in plugins.loaded():
        version = plugin.id.removeprefix("aastra-")
        edition = SOURCE / "editions" / version
        models = {key.split(", ")[1] for key in plugin.capabilities}
        assert {key.split(", ")[2] for key in plugin.capabilities} == {version}
        assert {path.stem for path in (edition / "var" / "tftpboot").glob("*.st")} == models
        for model in models:
            assert (
                plugin.associate({"vendor": "Aastra", "model": model, "version": version}) == EXACT
            )


def test_a_phones_own_file_is_its_own(plugins: Plugins) -> None:
    """The file of another address is not found, whoever asks."""
    answer = asked(plugins, "/00085D005302.cfg", {})
    assert isinstance(answer, Refusal)
    assert "another device" in answer.reason


def test_what_is_common_holds_no_secret(plugins: Plugins) -> None:
    """No password of a raw config is in aastra.cfg."""
    full = json.loads((SOURCE / "golden" / "6757i-paris-full.json").read_bytes())["raw_config"]
    common = asked(plugins, "/aastra.cfg", full).body.decode()
    own = asked(plugins, OWN_FILE, full).body.decode()
    for secret in ("22#223", "secret-1", "secret-2", "secret-3"):
        assert secret in own
        assert secret not in common


def test_what_is_common_is_told_without_secrets_too(plugins: Plugins) -> None:
    """Who may have no secrets gets an empty key beside a certificate, and what is no secret all the same."""
    pair = {"sip_local_certificate": PEM, "X_8021x_certificate": PEM}
    whole = {**pair, "sip_local_key": PEM, "X_8021x_private_key": PEM, "timezone": "Europe/Paris"}
    plain = {**whole, "sip_local_key": "", "X_8021x_private_key": ""}
    assert asked(plugins, "/aastra.cfg", plain).body == asked(plugins, "/aastra.cfg", whole).body
    key = f"/{OWN_FILE.strip('/')[:12].lower()}-key.pem"
    assert isinstance(asked(plugins, key, whole), Content)
    assert isinstance(asked(plugins, key, plain), Refusal)


@pytest.mark.parametrize(
    ("raw_config", "reason"),
    [
        ({"sip_lines": {"1": {"username": "a"}}}, "line 1 has no proxy_ip"),
        ({"sip_lines": {"one": LINE}}, "'one' is not a number"),
        ({"sip_lines": {"0": LINE}}, "'0' is not a number"),
        ({"sip_lines": {"1": {**LINE, "password": 'a#b"c'}}}, "the password of line 1 holds both"),
        ({"admin_password": 'a#b"c'}, "the admin password holds both"),
        (
            {"X_8021x_mode": "md5", "X_8021x_password": 'a#b"c'},
            "the password for 802.1X holds both",
        ),
        ({"X_8021x_mode": "peap"}, "'peap' is none of disabled, md5, tls"),
        ({"sip_local_certificate": PEM}, "sip_local_certificate and sip_local_key go together"),
        ({"sip_local_key": PEM}, "sip_local_certificate and sip_local_key go together"),
        ({"X_8021x_ca_certificate": "MIIB"}, "something that is no PEM"),
        ({"X_aastra_expansion_module": "M695"}, "'M695' does not fit; M675i or M670i does"),
        ({"X_aastra_parameters": {"a:b": 1}}, "is not the name of a parameter"),
        ({"X_aastra_parameters": {"#a": 1}}, "is not the name of a parameter"),
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
    ("model", "number", "slot"),
    [
        ("6730i", "8", "prgkey8"),
        ("6730i", "9", ""),
        ("6755i", "7", "softkey1"),
        ("6757i", "10", "topsoftkey10"),
        ("6757i", "30", "softkey20"),
        ("6757i", "31", "expmod1 key1"),
        ("6757i", "90", "expmod1 key60"),
        ("6757i", "91", "expmod2 key1"),
        ("6757i", "210", "expmod3 key60"),
        ("6757i", "211", ""),
        ("6753i", "42", "expmod1 key36"),
        ("6753i", "115", ""),
        ("6865i", "93", "expmod2 key1"),
        ("6940w", "79", "expmod1 key1"),
        ("6905", "4", ""),
        ("6915", "10", "topsoftkey10"),
        ("6970", "25", ""),
        ("6739i", "55", "softkey55"),
        ("6920w", "21", "softkey1"),
        ("6751i", "1", ""),
        ("9480i", "20", "softkey20"),
    ],
)
def test_which_key_a_function_key_is(plugins: Plugins, model: str, number: str, slot: str) -> None:
    """Function keys fill the keys that keep their place first; beyond the last they are left out."""
    raw = {"funckeys": {number: {"type": "speeddial", "value": "1002"}}}
    answer = asked(plugins, OWN_FILE, raw, model=model)
    types = [name for name in parameters(answer) if name.endswith(" type")]
    assert types == ([f"{slot} type"] if slot else [])
    assert (b"# function key " + number.encode() in answer.body) is (not slot)


def test_how_many_keys_a_module_has_is_said(plugins: Plugins) -> None:
    """Where the next module begins depends on it; one with paper labels is told none."""
    keys = {"31": {"type": "blf", "value": "1", "label": "a"}, "67": {"type": "blf", "value": "2"}}
    raw = {"X_aastra_expansion_module": "M670i", "funckeys": keys}
    written = parameters(asked(plugins, OWN_FILE, raw))
    assert written["expmod1 key1 value"] == "1"
    assert written["expmod2 key1 value"] == "2"
    assert not any(name.endswith("label") for name in written)


def test_keys_below_the_display_of_a_6800_watch_nobody(plugins: Plugins) -> None:
    """They dial instead; those above it watch."""
    keys = {str(n): {"type": "blf", "value": str(n)} for n in (20, 21, 39)}
    written = parameters(asked(plugins, OWN_FILE, {"funckeys": keys}, model="6867i", plugin=LATEST))
    types = {name: value for name, value in written.items() if name.endswith("type")}
    assert types == {
        "topsoftkey20 type": "blf",
        "softkey1 type": "speeddial",
        "expmod1 key1 type": "blf",
    }


CERTIFICATES = {
    "sip_servers_root_and_intermediate_certificates": [PEM, PEM.replace("MIIB", "MIID")],
    "sip_local_certificate": PEM,
    "sip_local_key": KEY,
    "sip_local_root_and_intermediate_certificates": [PEM.replace("MIIB", "MIIE")],
    "X_8021x_mode": "tls",
    "X_8021x_ca_certificate": PEM,
    "X_8021x_certificate": PEM,
    "X_8021x_private_key": KEY,
}


def test_every_certificate_that_is_named_is_served(plugins: Plugins) -> None:
    """The phone's own file says where they are, and each is there, for that phone alone."""
    written = parameters(asked(plugins, OWN_FILE, CERTIFICATES))
    urls = {name: value for name, value in written.items() if value.endswith(".pem")}
    assert list(urls) == [
        "sips trusted certificates",
        "sips root and intermediate certificates",
        "sips local certificate",
        "sips private key",
        "802.1x trusted certificates",
        "802.1x local certificate",
        "802.1x private key",
    ]
    for url in urls.values():
        path = url.removeprefix("http://192.0.2.9:8667")
        assert asked(plugins, path, CERTIFICATES).body.startswith(b"-----BEGIN ")
        assert isinstance(asked(plugins, path, CERTIFICATES, mac="00:08:5d:00:53:02"), Refusal)
        assert isinstance(asked(plugins, path, {}), Refusal)


@pytest.mark.parametrize(("mode", "kind"), [("disabled", "0"), ("md5", "1"), ("tls", "2")])
def test_8021x(plugins: Plugins, mode: str, kind: str) -> None:
    """By a number; where nobody speaks of it, what was set by hand stays."""
    raw = {"X_8021x_mode": mode, "X_8021x_identity": "a#b", "X_8021x_password": "c"}
    written = parameters(asked(plugins, OWN_FILE, raw))
    told = (written["eap type"], written["identity"], written["md5 password"])
    assert told == (kind, '"a#b"', "c")
    assert "eap type" not in parameters(asked(plugins, OWN_FILE, {}))


def test_what_is_left_to_the_operator(plugins: Plugins) -> None:
    """Codecs and whatever else, in the vendor's own words, behind what the plugin writes."""
    more = {"sip customized codec": "payload=9;ptime=20", "idle screen mode": True}
    written = parameters(asked(plugins, OWN_FILE, {"X_aastra_parameters": more}))
    assert list(written.items())[-2:] == [
        ("sip customized codec", "payload=9;ptime=20"),
        ("idle screen mode", "1"),
    ]


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://192.0.2.9:8667", ["HTTP", "192.0.2.9", "8667", None]),
        ("https://provd.example/a/b", ["HTTPS", "provd.example", "443", "a/b"]),
    ],
)
def test_where_the_phone_shall_ask_next(
    tmp_path: Path, base_url: str, expected: list[str | None]
) -> None:
    """Where it reached us now: the protocol, the server, its port, and a path where there is one."""
    written = parameters(asked(installed(SOURCE, tmp_path, base_url), "/aastra.cfg", {}))
    protocol = written["download protocol"]
    parts = [written.get(f"{protocol.lower()} {part}") for part in ("server", "port", "path")]
    assert [protocol, *parts] == expected


@pytest.mark.parametrize(
    ("line", "shared", "expected"),
    [
        ({}, {"sip_proxy_port": 5062}, ("192.0.2.10", "5060", "192.0.2.10", "5060")),
        ({"proxy_port": 5080}, {}, ("192.0.2.10", "5080", "192.0.2.10", "5080")),
        ({"registrar_port": 5090}, {}, ("192.0.2.10", "5060", "192.0.2.10", "5090")),
        ({"registrar_ip": "192.0.2.12"}, {}, ("192.0.2.10", "5060", "192.0.2.12", "5060")),
        ({}, {"sip_transport": "tls"}, ("192.0.2.10", "5061", "192.0.2.10", "5061")),
    ],
)
def test_a_port_belongs_to_its_address(
    plugins: Plugins, line: dict[str, Any], shared: dict[str, Any], expected: tuple[str, ...]
) -> None:
    """The port of one server is never written beside the address of another."""
    raw = {**shared, "sip_lines": {"1": {**LINE, **line}}}
    written = parameters(asked(plugins, OWN_FILE, raw))
    assert expected == tuple(
        written[f"sip line1 {role} {part}"]
        for role in ("proxy", "registrar")
        for part in ("ip", "port")
    )


def test_every_time_zone_is_one_the_phone_understands(plugins: Plugins) -> None:
    """Months, weeks, days, hours and minutes are in the ranges of the administrator guide."""
    for zone in zone_names():
        written = parameters(asked(plugins, "/aastra.cfg", {"timezone": zone}))
        assert -840 <= int(written["time zone minutes"]) <= 720, zone
        for when in ("start", "end") if written["dst config"] == "3" else ():
            assert 1 <= int(written[f"dst {when} month"]) <= 12, zone
            assert int(written[f"dst {when} week"]) in {1, 2, 3, 4, -1}, zone
            assert 1 <= int(written[f"dst {when} day"]) <= 7, zone
            assert 0 <= int(written[f"dst {when} hour"]) <= 23, zone
            assert 0 < int(written["dst minutes"]) <= 60, zone


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
    """Whatever a document holds, the file has the parameters that its template wrote."""
    raw = {
        "exten_pickup_call": value,
        "sip_lines": {"1": {**LINE, **line}},
        "funckeys": {"1": {"type": "speeddial", "value": value or "1", "label": label}},
    }
    harmless = {
        "exten_pickup_call": "x" if value else "",
        "sip_lines": {"1": {**LINE, **{name: "x" if text else "" for name, text in line.items()}}},
        "funckeys": {"1": {"type": "speeddial", "value": "x", "label": "x"}},
    }
    for path in ("/aastra.cfg", OWN_FILE):
        names = [list(parameters(asked(plugins, path, given))) for given in (raw, harmless)]
        assert names[0] == names[1]
