"""Raw configs: which parameters there are, and what each may be."""

from __future__ import annotations

from typing import Any

import pytest

from provd.documents import check_raw_config
from provd.documents.raw_config import zone_names
from provd.documents.raw_config.fast import is_plainly_right
from provd.documents.raw_config.schema import KEYS, NEEDS, SERVER_KEYS, TABLES, Type
from provd.testing.documents import a_raw_config


def paths(raw: dict[str, Any], **options: Any) -> list[str]:
    """Where the problems are, without the common beginning."""
    return [
        problem.path.removeprefix("raw_config.") for problem in check_raw_config(raw, **options)
    ]


def test_a_typical_raw_config_is_right() -> None:
    """Nothing speaks against sixty parameters, two lines and ten keys, and they take the fast path."""
    raw = a_raw_config()
    assert len(raw) >= 60
    assert paths(raw, complete=True) == []
    assert is_plainly_right(raw, complete=True)


def test_nothing_is_required() -> None:
    """A layer may say as little as it likes."""
    assert paths({}) == []


@pytest.mark.parametrize("name", sorted(KEYS))
def test_null_is_accepted(name: str) -> None:
    """Every single parameter may be null."""
    assert paths({name: None}) == []


@pytest.mark.parametrize("name", sorted(TABLES))
@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_tables_are_objects(name: str, value: object) -> None:
    """Lines, keys and call managers may be absent, but not null and nothing else."""
    assert paths({name: value}) == [name]
    assert paths({name: {}}) == []


WRONG: dict[Type, list[object]] = {
    Type.TEXT: [1, True, [], {}],
    Type.INTEGER: ["x", "", "1.5", 1.5, True, [], "\u0661", "5\n", " 5", "9" * 19],
    Type.FLAG: [0, 1, "true", "yes", []],
    Type.CHOICE: ["nothing such", "", 1, [], {}],
    Type.TEXTS: ["x", [1], ["x", None], {}],
    Type.TIMEZONE: ["Europe/Nowhere", "", "../etc/passwd", 1],
    Type.LOCALE: ["fr", "FR_fr", "", 1],
    Type.VERSIONS: [
        "x",
        [],
        1,
        {"UP": "1"},
        {"a": 1},
        {"a": ".."},
        {"a": ""},
        {"a": "1\n"},
        {"": "1"},
    ],
}


@pytest.mark.parametrize("name", sorted(KEYS))
def test_wrong_values_are_named(name: str) -> None:
    """Each parameter refuses what it cannot hold, with its path."""
    for value in WRONG[KEYS[name].type]:
        assert paths({name: value}) == [name], repr(value)


BOUNDED = [(key.name, key.low, key.high) for key in KEYS.values() if key.high is not None]


@pytest.mark.parametrize(("name", "low", "high"), BOUNDED)
def test_bounds_are_enforced(name: str, low: int, high: int) -> None:
    """Both bounds are inside, as integers and as digits in a text; what is beyond is refused."""
    for inside in (low, high, str(low), str(high)):
        assert paths({name: inside}) == []
    for outside in (low - 1, high + 1, str(low - 1), str(high + 1), 2**70):
        assert paths({name: outside}) == [name], repr(outside)


@pytest.mark.parametrize(("flag", "needed"), NEEDS)
def test_what_is_enabled_needs_its_address(flag: str, needed: str) -> None:
    """An enabled service without the parameter it is about is a problem of that parameter."""
    for missing in ({}, {needed: None}):
        assert paths({flag: True, **missing}) == [needed]
        assert paths({flag: False, **missing}) == []
        assert paths({flag: None, **missing}) == []


def test_an_empty_address_is_missing() -> None:
    """An empty text is no address."""
    assert paths({"ntp_enabled": True, "ntp_ip": ""}) == ["ntp_ip"]


def test_vlan_0_is_not_missing() -> None:
    """IEEE 802.1Q: identifier 0 means priority tagging, and is a value."""
    assert paths({"vlan_enabled": True, "vlan_id": 0}) == []
    assert paths({"vlan_enabled": True, "vlan_id": "0"}) == []


@pytest.mark.parametrize("name", ["X_key", "X_", "X_XX_y"])
def test_custom_parameters(name: str) -> None:
    """`X_` makes a name anybody's, and its value anything."""
    assert paths({name: {"any": [None, 1]}}) == []


@pytest.mark.parametrize("name", ["XX_lines", "x_key", "phone", "", "_X_"])
def test_other_unknown_parameters_are_refused(name: str) -> None:
    """A name that is neither known nor custom is a mistake; `XX_` is the plugins' own."""
    [problem] = check_raw_config({name: 1}, at="")
    assert problem.path == name
    assert "X_" in problem.expected


@pytest.mark.parametrize("locale", ["fr_FR", "fr_FR.UTF-8", "en_USA"])
def test_locales_match_by_their_beginning(locale: str) -> None:
    """What follows the country is passed over."""
    assert paths({"locale": locale}) == []


def test_firmware_is_pinned_by_package() -> None:
    """Versions as vendors spell them, and null, which undoes what a parent says."""
    assert paths({"firmware": {"t46": "66.86.0.15", "w90-dect": "130.85_rc1+b2", "x": None}}) == []


def test_lines_may_have_any_key_and_more_parameters() -> None:
    """Nothing ever refused lines keyed by names, or with parameters that are not listed."""
    assert paths({"sip_lines": {"main": {"colour": 1, "number": "1001"}}}) == []


def test_problems_of_lines() -> None:
    """Every wrong parameter of every line is named."""
    lines = {"1": {"proxy_port": "x", "password": 5, "dtmf_mode": "loud"}, "2": None, "3": {}}
    assert sorted(paths({"sip_lines": lines})) == [
        "sip_lines.1.dtmf_mode",
        "sip_lines.1.password",
        "sip_lines.1.proxy_port",
        "sip_lines.2",
    ]


@pytest.mark.parametrize("key", ["a", "", "-1", "1.0", "\u0661", "1\n"])
@pytest.mark.parametrize(
    ("name", "row"),
    [("funckeys", {"type": "park"}), ("sccp_call_managers", {"ip": "192.0.2.1"})],
)
def test_keys_and_call_managers_are_numbered(name: str, row: dict[str, str], key: str) -> None:
    """Their position or rank is a number in ASCII digits."""
    assert paths({name: {key: row}}) == [f"{name}.{key}"]
    assert paths({name: {"1": row, "10": row}}) == []


def test_call_managers_need_an_address() -> None:
    """A call manager without one helps nobody; its port is a port."""
    managers = {"1": {}, "2": {"ip": None}, "3": {"ip": "cm", "port": 70000}, "4": {"ip": "cm"}}
    assert paths({"sccp_call_managers": managers}) == [
        "sccp_call_managers.1.ip",
        "sccp_call_managers.2.ip",
        "sccp_call_managers.3.port",
    ]


@pytest.mark.parametrize("line", [None, 1, "1"])
def test_the_line_of_a_key_is_a_text_or_an_integer(line: object) -> None:
    """The schema says text, existing clients send integers."""
    assert paths({"funckeys": {"1": {"type": "park", "line": line}}}) == []
    assert paths({"funckeys": {"1": {"type": "park", "line": True}}}) == ["funckeys.1.line"]


@pytest.mark.parametrize("kind", ["speeddial", "blf"])
def test_keys_need_what_they_dial(kind: str) -> None:
    """A speed dial or a lamp without a value does nothing; parking needs none."""
    assert paths({"funckeys": {"1": {"type": kind}}}) == ["funckeys.1.value"]
    assert paths({"funckeys": {"1": {"type": kind, "value": None}}}) == ["funckeys.1.value"]
    assert paths({"funckeys": {"1": {"type": kind, "value": "1001"}}}) == []
    assert paths({"funckeys": {"1": {"type": "park"}}}) == []


@pytest.mark.parametrize("kind", [None, "fax", 1, []])
def test_keys_have_a_type(kind: object) -> None:
    """A key says what it is."""
    assert paths({"funckeys": {"1": {"type": kind, "value": "1"}}}) == ["funckeys.1.type"]


@pytest.mark.parametrize("name", SERVER_KEYS)
def test_a_complete_raw_config_knows_its_server(name: str) -> None:
    """Nothing can be rendered without the server's own parameters, not even when a layer nulls one."""
    assert paths(a_raw_config(**{name: None}), complete=True) == [name]
    assert paths(a_raw_config(**{name: None})) == []


def test_all_problems_are_listed() -> None:
    """One look tells everything that is to be corrected."""
    wrong = {
        "vlan_id": 5000,
        "http_port": "x",
        "dns_enabled": True,
        "timezone": "Mars",
        "XX_a": 1,
        "funckeys": {"a": {"type": "blf"}},
        "sip_lines": None,
    }
    assert sorted(paths(a_raw_config(dns_ip=None, **wrong))) == [
        "XX_a",
        "dns_ip",
        "funckeys.a",
        "funckeys.a.value",
        "http_port",
        "sip_lines",
        "timezone",
        "vlan_id",
    ]


def test_messages_never_repeat_secrets() -> None:
    """A problem may be logged and shown; a password of the wrong type is not in it."""
    wrong = {"admin_password": 987654, "sip_lines": {"1": {"password": 987654}}}
    problems = check_raw_config(wrong)
    assert len(problems) == 2
    assert "987654" not in " ".join(str(problem) for problem in problems)


def test_a_mapping_is_as_good_as_a_dict() -> None:
    """What is no plain dict is checked too, the slow way."""
    from types import MappingProxyType

    assert check_raw_config(MappingProxyType({"vlan_id": 1})) == []
    assert len(check_raw_config(MappingProxyType({"vlan_id": -1}))) == 1


def test_zones_are_known_by_name() -> None:
    """The names come from the zone data of this host or of tzdata."""
    assert {"Europe/Paris", "UTC", "America/Argentina/Buenos_Aires"} <= zone_names()
