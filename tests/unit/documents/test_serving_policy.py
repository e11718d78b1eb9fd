"""Serving policies and enrolments, as clients give them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import (
    SERVING_POLICIES,
    SHIPPED_SERVING_POLICIES,
    ServingBudget,
    ServingPolicy,
    parse_enrolment,
    parse_serving_policy,
    policies_in_order,
    to_dict,
)
from provd.values import Invalid, Level


def test_everything_that_can_be_said() -> None:
    """Networks in their normal spelling, words as they are."""
    policy = parse_serving_policy(
        {
            "id": "p",
            "order": 7,
            "when": {
                "protocols": ["tftp", "http", "tftp"],
                "networks": ["192.0.2.1"],
                "vendor": "Acme",
            },
            "level": "credential",
            "networks": ["2001:DB8::/32", "192.0.2.0/24", "192.0.2.0/24"],
            "hours": ["07:00-19:00 Europe/Paris"],
            "budget": {"times": 5, "seconds": 60},
            "otherwise": "redacted",
            "enrolling": "network",
            "enrolment_hours": ["22:00-04:00"],
        }
    )
    assert policy.when.protocols == ("http", "tftp")
    assert policy.when.networks == ("192.0.2.1/32",)
    assert policy.networks == ("2001:db8::/32", "192.0.2.0/24")
    assert policy.level.level is Level.CREDENTIAL
    assert policy.budget == ServingBudget(times=5, seconds=60)
    again = parse_serving_policy(to_dict(policy))
    assert again == policy


def test_nothing_said_is_safe() -> None:
    """The level of the network, and a refusal."""
    policy = parse_serving_policy({"id": "p"})
    assert (policy.level, policy.otherwise, policy.enrolling) == ("network", "refused", "claimed")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"level": "sure"}, "level"),
        ({"otherwise": "perhaps"}, "otherwise"),
        ({"networks": ["192.0.2.1/24"]}, "networks.0"),
        ({"networks": "192.0.2.0/24"}, "networks"),
        ({"hours": ["always"]}, "hours.0"),
        ({"hours": ["07:00-08:00 Mars/Olympus"]}, "hours.0"),
        ({"budget": {"times": 0, "seconds": 1}}, "budget.times"),
        ({"budget": {"times": 1}}, "budget.seconds"),
        ({"budget": 5}, "budget"),
        ({"when": {"protocols": ["ftp"]}}, "when.protocols.0"),
        ({"when": {"colour": "red"}}, "when.colour"),
        ({"when": {"vendor": "x" * 300}}, "when.vendor"),
        ({"networks": ["192.0.2.0/24"] * 300}, "networks"),
    ],
)
def test_what_is_refused(given: dict[str, Any], path: str) -> None:
    """With the place of each problem."""
    with pytest.raises(Invalid) as refused:
        parse_serving_policy({"id": "p", **given})
    assert [problem.path for problem in refused.value.problems] == [path]


def test_the_shipped_one_is_the_last() -> None:
    """Whatever orders others have."""
    own = [ServingPolicy(id="b", order=1_000_000), ServingPolicy(id="a", order=-5)]
    assert [each.id for each in policies_in_order(own)] == ["a", "b", *SHIPPED_SERVING_POLICIES]


def test_enrolments() -> None:
    """So long, and for whom; when it was opened is the server's business."""
    enrolment = parse_enrolment({"id": "e", "seconds": 60, "device": "d", "opened": 5})
    assert (enrolment.seconds, enrolment.device, enrolment.opened) == (60, "d", 0.0)
    for wrong in ({}, {"seconds": 0}, {"seconds": 10**9}, {"seconds": 60, "networks": ["x"]}):
        with pytest.raises(Invalid):
            parse_enrolment({"id": "e", **wrong})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=10), inside, max_size=4)
    ),
    max_leaves=10,
)
KEYS = st.sampled_from(
    ["when", "level", "networks", "hours", "budget", "otherwise", "enrolling", "order", "id"]
)


@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_anything_else_is_refused_by_name(given: dict[str, Any]) -> None:
    """A policy, or every problem there is."""
    try:
        policy = parse_serving_policy(given, document_id="p")
    except Invalid:
        return
    assert SERVING_POLICIES.encode(policy)
