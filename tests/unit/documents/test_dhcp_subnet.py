"""Subnets: what a client may say of one, and what is made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import to_dict
from provd.documents.dhcp import (
    Creates,
    Mode,
    OptionValue,
    Picker,
    Pool,
    Probe,
    Subnet,
    network,
    parse_subnet,
    reserved_ends,
)
from provd.testing.dhcp import a_subnet
from provd.values import INFINITE, Invalid


def problems(**fields: Any) -> dict[str, str]:
    """Path → message of the problems of a subnet with these fields."""
    with pytest.raises(Invalid) as caught:
        a_subnet(**fields)
    return {problem.path: problem.message for problem in caught.value.problems}


def pools(*bounds: tuple[str, str]) -> list[dict[str, str]]:
    """Pools of these first and last addresses."""
    return [{"first": first, "last": last} for first, last in bounds]


def test_a_network_and_a_pool_are_enough() -> None:
    """Everything else has a value that serves."""
    assert a_subnet() == Subnet(
        id="lan", network="192.0.2.0/24", pools=(Pool(first="192.0.2.10", last="192.0.2.99"),)
    )
    assert (a_subnet().mode, a_subnet().probe) == (Mode.SERVE, Probe.AUTO)
    assert a_subnet().pickers == (Picker.HINT, Picker.NEXT_FREE, Picker.MOST_EXPIRED)


def test_a_full_subnet_is_told_as_it_was_said() -> None:
    """Whatever a subnet may say is read into its field and told again; codes stand for names."""
    said = {
        "id": "lan",
        "network": "192.0.2.0/24",
        "mode": "reserved",
        "shared_network": "floor",
        "pools": pools(("192.0.2.10", "192.0.2.19"), ("192.0.2.30", "192.0.2.39")),
        "strategies": ["circuit-id+remote-id", "mac"],
        "pickers": ["hint", "none"],
        "lease_time": 600,
        "reserved_lease_time": INFINITE,
        "min_lease_time": 300,
        "max_lease_time": 1200,
        "rapid_commit": True,
        "next_server": "192.0.2.2",
        "options": [
            {"code": 3, "value": "192.0.2.1"},
            {"code": 66, "value": "phones.example", "vendor": "Aastra"},
            {"code": 67, "value": "{{ x }}", "template": True},
        ],
        "probe": "both",
        "quarantine": 60,
        "create_devices": "all",
        "low_water": 0.5,
        "description": "first floor",
        "ticket": 7,
    }
    subnet = parse_subnet(said)
    assert subnet.create_devices is Creates.ALL
    assert to_dict(subnet) == {**said, "revision": 0}


def test_options_are_given_by_name_or_number() -> None:
    """A name of the codec's table stands for its number, and a number may be a text."""
    named = a_subnet(options=[{"code": "router", "value": " 192.0.2.1 "}])
    assert named.options == (OptionValue(code=3, value="192.0.2.1"),)
    assert a_subnet(options=[{"code": "3", "value": "192.0.2.1"}]).options == named.options


@pytest.mark.parametrize(
    ("code", "value", "normal"),
    [
        (6, "192.0.2.1,192.0.2.2", "192.0.2.1, 192.0.2.2"),
        (26, "0x5dc", "1500"),
        (15, "example.org", "example.org"),
        (19, "true", "true"),
        (43, "hex 0104", "hex 0104"),
        (200, '"text"', '"text"'),
    ],
)
def test_values_are_checked_by_the_type_of_their_option(code: int, value: str, normal: str) -> None:
    """And kept as the codec writes them; a text needs no quotes."""
    options = a_subnet(options=[{"code": code, "value": value}]).options
    assert options[0].value == normal


def test_a_value_of_another_type_is_refused() -> None:
    """And what would be right is told."""
    with pytest.raises(Invalid) as caught:
        a_subnet(options=[{"code": 6, "value": "192.0.2.1, here"}])
    assert [problem.expected for problem in caught.value.problems] == ["an IPv4 address"]


def test_every_problem_is_told_at_once() -> None:
    """Whoever is refused can put everything right before asking again."""
    assert set(
        problems(
            id="1lan",
            network="192.0.2.1/24",
            mode="maybe",
            strategies=["mac", "name"],
            pickers=["hint", "luck"],
            lease_time=59,
            next_server="here",
            options=[{"code": 3, "value": "wrong"}, {"code": "nothing", "value": ""}],
            probe="ask",
            quarantine=-1,
            create_devices="some",
            low_water=2,
            shared_network="a b",
        )
    ) == {
        "id",
        "network",
        "mode",
        "strategies.1",
        "pickers.1",
        "lease_time",
        "next_server",
        "options.0.value",
        "options.1.code",
        "probe",
        "quarantine",
        "create_devices",
        "low_water",
        "shared_network",
    }


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("192.0.2.1/24", "192.0.2.0/24"),
        ("192.0.2.0/255.255.255.0", "like 192.0.2.0/24"),
        ("192.0.2.0", "like 192.0.2.0/24"),
        ("192.0.2/24", "like 192.0.2.0/24"),
        ("2001:db8::/32", "like 192.0.2.0/24"),
        ("192.0.2.0/33", "like 192.0.2.0/24"),
        ("192.0.2.0/024", "like 192.0.2.0/24"),
        ("0.0.0.0/0", "a prefix of 8 at least"),
    ],
)
def test_a_network_has_one_spelling(text: str, right: str) -> None:
    """Others are refused, and the right one is told."""
    with pytest.raises(ValueError, match=right):
        network(text)


def test_pools_are_put_in_order() -> None:
    """Of whichever order they are given."""
    given = pools(("192.0.2.30", "192.0.2.39"), ("192.0.2.9", "192.0.2.19"))
    assert [pool.first for pool in a_subnet(pools=given).pools] == ["192.0.2.9", "192.0.2.30"]


def test_pools_hold_addresses_of_hosts_of_the_network() -> None:
    """Neither others' addresses, nor the network's own, nor the broadcast address; and in one order."""
    given = pools(
        ("192.0.2.0", "192.0.2.1"),
        ("192.0.2.200", "192.0.2.255"),
        ("192.0.1.255", "192.0.2.2"),
    )
    assert problems(pools=given) == {
        "pools.0.first": "192.0.2.0 is the network's own address",
        "pools.1.last": "192.0.2.255 is the broadcast address",
        "pools.2.first": "192.0.1.255 is outside 192.0.2.0/24",
        "pools.2": "overlaps pools.0",
    }
    assert problems(pools=pools(("192.0.2.9", "192.0.2.8"))) == {
        "pools.0.last": "192.0.2.8 comes before 192.0.2.9"
    }


def test_a_link_of_two_addresses_has_no_ends() -> None:
    """RFC 3021: both addresses of a /31 are hosts'."""
    link = a_subnet(network="192.0.2.0/31", pools=pools(("192.0.2.0", "192.0.2.1")))
    assert reserved_ends(network(link.network)) == ()


def test_who_serves_everybody_needs_a_pool() -> None:
    """The other modes give addresses to nobody, or by reservation only."""
    assert set(problems(pools=[])) == {"pools"}
    for mode in ("proxy", "reserved", "observe", "off"):
        assert a_subnet(pools=[], mode=mode).pools == ()
    assert a_subnet(pools=[], pickers=["none"]).pools == ()


@pytest.mark.parametrize("code", [1, 28, 51, 53, 54, 58, 82])
def test_what_is_computed_is_not_given(code: int) -> None:
    """A value that a document says and nobody sends would be a trap."""
    assert set(problems(options=[{"code": code, "value": "x"}])) == {"options.0.code"}


def test_an_option_is_given_once_to_each_vendor() -> None:
    """Twice for the same clients, one of the two would be lost."""
    twice = [{"code": 66, "value": "a", "vendor": "A"}, {"code": 66, "value": "b"}]
    assert len(a_subnet(options=twice).options) == 2
    assert set(problems(options=[*twice, {"code": 66, "value": "c"}])) == {"options.2.code"}


def test_a_template_is_no_value_yet() -> None:
    """Its text need not be one of the option's type: what it is rendered to must."""
    kept = a_subnet(options=[{"code": 3, "value": "{{ dhcp[50] }}", "template": True}])
    assert kept.options[0].template


def test_an_empty_value_takes_an_option_away() -> None:
    """It is no value of any type, and is kept."""
    assert a_subnet(options=[{"code": 3, "value": ""}]).options[0].value == ""


def test_times_go_together() -> None:
    """What clients may ask for lies around what they get without asking."""
    assert a_subnet(lease_time=604800).max_lease_time == 604800
    assert set(problems(lease_time=600, min_lease_time=601)) == {"min_lease_time"}
    assert set(problems(lease_time=600, max_lease_time=599)) == {"max_lease_time"}


@given(
    st.dictionaries(
        st.sampled_from([*Subnet.__struct_fields__, "other"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["first", "last", "code", "value"]), inner)
            ),
            max_leaves=8,
        ),
    )
)
def test_anything_is_a_subnet_or_refused(given: dict[str, Any]) -> None:
    """Whatever JSON arrives; and what is accepted is accepted again as it is told."""
    try:
        subnet = parse_subnet({"network": "192.0.2.0/24", **given}, document_id="lan")
    except Invalid:
        return
    told = json.loads(json.dumps(to_dict(subnet)))
    assert parse_subnet(told) == subnet
