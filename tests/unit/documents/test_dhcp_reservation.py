"""Reservations, the tokens that clients are known by, and leases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import to_dict
from provd.documents.dhcp import (
    STRATEGIES,
    LeaseState,
    check_strategy,
    client_key,
    normal_token,
    parse_reservation,
    strategy_and_token,
)
from provd.testing.dhcp import MAC, a_lease, a_reservation
from provd.values import Invalid


def paths_refused(**fields: Any) -> list[str]:
    """The paths of the problems of a reservation with these fields."""
    with pytest.raises(Invalid) as caught:
        a_reservation(**fields)
    return [problem.path for problem in caught.value.problems]


def test_a_full_reservation_is_told_as_it_was_said() -> None:
    """Whatever a reservation may say is read into its field and told again."""
    said = {
        "id": "printer",
        "address": "192.0.2.5",
        "strategy": "mac",
        "token": MAC,
        "subnet": "lan",
        "options": [{"code": 15, "value": "example"}],
        "next_server": "192.0.2.2",
        "boot_file": "loader",
        "duration": 7200,
        "description": "third floor",
    }
    told = to_dict(parse_reservation(said))
    assert told == {**said, "key": f"mac={MAC}", "revision": 0}
    assert to_dict(parse_reservation({**told, "key": "another"})) == told


def test_an_empty_boot_file_says_something() -> None:
    """The client is never netbooted; without one, the rules decide."""
    assert a_reservation(boot_file="").boot_file == ""
    assert a_reservation().boot_file is None


def test_every_problem_of_a_reservation_is_told_at_once() -> None:
    """Whoever is refused can put everything right before asking again."""
    assert paths_refused(
        address="192.0.2.256",
        token="printer",
        subnet="a b",
        options=[{"code": 50, "value": "x"}],
        next_server=7,
        boot_file="a\nb",
        duration=1,
    ) == [
        "token",
        "subnet",
        "address",
        "options.0.code",
        "next_server",
        "boot_file",
        "duration",
    ]


@pytest.mark.parametrize("address", ["0.0.0.1", "127.0.0.1", "224.0.0.1", "255.255.255.255", ""])
def test_only_a_hosts_address_is_reserved(address: str) -> None:
    """What no client could use is refused."""
    assert paths_refused(address=address) == ["address"]


def test_outside_every_subnet_it_gives_its_own_mask() -> None:
    """In a subnet, the mask is computed from the network."""
    mask = [{"code": 1, "value": "255.255.255.0"}]
    assert a_reservation(options=mask).options[0].code == 1
    assert paths_refused(subnet="lan", options=mask) == ["options.0.code"]


@pytest.mark.parametrize(
    ("strategy", "given", "normal"),
    [
        ("mac", "00-00-5E-00-53-01", MAC),
        ("mac", "00005e005301", MAC),
        ("mac", "80:00:02:08:FE:80", "80:00:02:08:fe:80"),
        ("mac", "01:02:03:04:05:06:07:08", "01:02:03:04:05:06:07:08"),
        ("client-id", "01:00:00:5E:00:53:01", "0100005e005301"),
        ("circuit-id", "0004000A", "0004000a"),
        ("uuid", "{6A4F4F2E-0000-4000-8000-000000000001}", "6a4f4f2e000040008000000000000001"),
        ("circuit-id+remote-id", "00:0A+0B", "000a+0b"),
    ],
)
def test_tokens_have_one_spelling(strategy: str, given: str, normal: str) -> None:
    """However people spell them; what is in the normal spelling stays."""
    assert normal_token(strategy, given) == normal
    assert normal_token(strategy, normal) == normal


@pytest.mark.parametrize(
    ("strategy", "given"),
    [
        ("mac", "printer"),
        ("mac", ""),
        ("client-id", "abc"),
        ("client-id", "0g"),
        ("uuid", "00"),
        ("circuit-id+remote-id", "0a"),
        ("circuit-id", "0a+0b"),
        ("client-id", "00" * 256),
    ],
)
def test_what_no_client_could_be_is_refused(strategy: str, given: str) -> None:
    """It would be a reservation that nobody can ever use."""
    with pytest.raises(ValueError, match=r"digits|parts|hardware"):
        normal_token(strategy, given)


@pytest.mark.parametrize("strategy", ["", "name", "mac+mac", "mac+", "MAC"])
def test_unknown_strategies_are_refused(strategy: str) -> None:
    """Only what a packet can say is a strategy, and each once."""
    with pytest.raises(ValueError, match="circuit-id"):
        check_strategy(strategy)


@given(st.sampled_from(STRATEGIES), st.text(max_size=60))
def test_any_text_is_a_token_or_refused(strategy: str, text: str) -> None:
    """Whatever arrives; and a normal spelling is one for good."""
    try:
        normal = normal_token(strategy, text)
    except ValueError:
        return
    assert normal_token(strategy, normal) == normal
    assert strategy_and_token(client_key(strategy, normal)) == (strategy, normal)


def test_a_lease_is_over_at_its_time() -> None:
    """Nobody writes that down: what is later than `until` is over."""
    lease = a_lease(until=4600)
    assert (lease.is_live(4599), lease.is_live(4600)) == (True, False)
    assert (lease.strategy, lease.token) == ("mac", MAC)


def test_who_has_a_lease_and_what_keeps_an_address_from_others_differ() -> None:
    """An address that was declined rests, and is nobody's; one that was released is free at once."""
    declined, released = a_lease(state=LeaseState.DECLINED), a_lease(state=LeaseState.RELEASED)
    assert (declined.is_live(2000), declined.is_taken(2000)) == (False, True)
    assert (released.is_live(2000), released.is_taken(2000)) == (False, False)
    assert a_lease().is_taken(2000)
