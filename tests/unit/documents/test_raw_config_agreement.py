"""The fast and the slow check of a raw config never disagree, and the slow one misses nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from provd.documents import check_raw_config
from provd.documents.raw_config.fast import is_plainly_right
from provd.documents.raw_config.schema import KEYS, TABLES, Key, Type
from provd.documents.raw_config.walk import problems_of
from provd.testing.documents import a_raw_config

TEXTS = ["", "x", "5", "05", "-5", "5\n", " 5", "\u0661", "70000", "fr_FR", "Europe/Paris"]
NAMES = ["udp", "SIP", "blf", "SIP-INFO", "disabled", "warning"]
NUMBERS = [0, 5, -1, 4094, 4095, 65536, 2**64, 5.0, 5.5]
OTHERS: list[object] = [None, True, False, [], ["x"], [1], {}, {"1": {}}, {"type": "park"}]
odd = st.sampled_from([*TEXTS, *NAMES, *NUMBERS, *OTHERS])


VERSIONS = st.dictionaries(st.sampled_from(["a", "t-46"]), st.sampled_from(["1.0", None]))


def right(key: Key) -> st.SearchStrategy[Any]:  # noqa: C901 - a row for each type
    """Values that a parameter can hold."""
    match key.type:
        case Type.INTEGER:
            numbers = st.integers(key.low, key.high)
            values: st.SearchStrategy[Any] = numbers | numbers.map(str)
            if key.low is None:
                values = st.integers(-(10**18) + 1, 10**18 - 1).flatmap(
                    lambda number: st.sampled_from([number, str(number)])
                )
        case Type.FLAG:
            values = st.just(value=False)
        case Type.CHOICE:
            values = st.sampled_from(key.choices)
        case Type.VERSIONS:
            values = VERSIONS
        case Type.TEXTS:
            values = st.lists(st.text(), max_size=2)
        case Type.TIMEZONE:
            values = st.sampled_from(["Europe/Paris", "UTC"])
        case Type.LOCALE:
            values = st.sampled_from(["fr_FR", "de_CH.UTF-8"])
        case _:
            values = st.text(max_size=5)
    return values if key.required else values | st.none()


def rows_of(name: str, values: Any) -> st.SearchStrategy[Any]:
    """Rows of a table whose parameters have such values."""
    row = st.fixed_dictionaries(
        {}, optional={key: values(row) for key, row in TABLES[name].row.items()}
    )
    return st.dictionaries(st.sampled_from(["1", "2", "10", "x", ""]), row, max_size=3)


def mixed(key: Key) -> st.SearchStrategy[Any]:
    """Values that a parameter can hold, and others."""
    return right(key) | odd


arbitrary = st.fixed_dictionaries(
    {},
    optional={
        **{name: mixed(key) for name, key in KEYS.items()},
        **{name: rows_of(name, mixed) | odd for name in TABLES},
        "X_a": odd,
        "XX_a": odd,
        "unknown": odd,
    },
)


@given(arbitrary, st.booleans())
def test_what_is_plainly_right_has_no_problems(raw: dict[str, Any], complete: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """The fast path accepts nothing that the walk finds fault with."""
    problems = list(problems_of(raw, "raw_config", complete=complete))
    plain = is_plainly_right(raw, complete=complete)
    event(f"plain {plain}, problems {bool(problems)}")
    assert not (plain and problems)
    assert check_raw_config(raw, complete=complete) == problems


values_of_one = st.sampled_from(sorted(KEYS)).flatmap(
    lambda name: mixed(KEYS[name]).map(lambda value: {name: value})
)


@given(values_of_one)
def test_both_agree_on_each_parameter(raw: dict[str, Any]) -> None:
    """One parameter alone, so that nothing else decides for it; long numbers in texts may be walked."""
    problems = list(problems_of(raw, "", complete=False))
    [value] = raw.values()
    plain = is_plainly_right(raw, complete=False)
    if isinstance(value, str) and KEYS[next(iter(raw))].type is Type.INTEGER:
        assert not (plain and problems)
    else:
        assert plain == (not problems)


@given(st.fixed_dictionaries({}, optional={name: right(key) for name, key in KEYS.items()}))
def test_right_values_have_no_problems(raw: dict[str, Any]) -> None:
    """Whatever each parameter can hold, all together can hold."""
    assert check_raw_config(raw) == []


PLANTS: dict[str, tuple[Any, list[str]]] = {
    "vlan_id": (4095, ["vlan_id"]),
    "vlan_priority": ("8", ["vlan_priority"]),
    "http_port": ([], ["http_port"]),
    "timezone": ("Mars", ["timezone"]),
    "locale": ("french", ["locale"]),
    "protocol": ("sip", ["protocol"]),
    "sip_transport": (1, ["sip_transport"]),
    "dns_ip": ("", ["dns_ip"]),
    "ntp_ip": (None, ["ntp_ip"]),
    "syslog_ip": (7, ["syslog_ip"]),
    "admin_password": (7, ["admin_password"]),
    "sip_servers_root_and_intermediate_certificates": (
        [1],
        ["sip_servers_root_and_intermediate_certificates"],
    ),
    "XX_x": (1, ["XX_x"]),
    "unknown": (1, ["unknown"]),
    "sccp_call_managers": (
        {"1": {}, "x": {"ip": "a"}},
        ["sccp_call_managers.1.ip", "sccp_call_managers.x"],
    ),
    "sip_lines": (
        {"1": {"proxy_port": "x"}, "2": 0},
        ["sip_lines.1.proxy_port", "sip_lines.2"],
    ),
    "funckeys": (
        {"1": {"type": "blf"}, "2": {"type": "x"}, "y": {"type": "park"}},
        ["funckeys.1.value", "funckeys.2.type", "funckeys.y"],
    ),
}
"""Parameter → a wrong value, and the paths of what is wrong with it."""


@given(st.sets(st.sampled_from(sorted(PLANTS)), min_size=1))
def test_every_planted_problem_is_listed(planted: set[str]) -> None:
    """However many things are wrong, each is told, and nothing else is."""
    raw = a_raw_config(**{name: PLANTS[name][0] for name in planted})
    found = [problem.path for problem in check_raw_config(raw, at="")]
    assert sorted(found) == sorted(path for name in planted for path in PLANTS[name][1])
