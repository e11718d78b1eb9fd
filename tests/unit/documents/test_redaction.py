"""Secrets are found by name, hidden wherever they stand, and come back where they were."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import (
    REDACTED,
    holds_secrets,
    is_secret,
    orders_secrets,
    patch_tells,
    redacted,
    secrets_restored,
    without_secrets,
)

CANARY = "canary-31337"
RAW: dict[str, Any] = {
    "admin_username": "admin",
    "admin_password": CANARY,
    "user_password": "",
    "sip_local_key": CANARY,
    "sip_lines": {"1": {"username": "u", "password": CANARY}},
    "X_cloud_token": CANARY,
    "X_door": [{"pin": 1, "secret": CANARY}],
    "X_keyboard": "azerty",
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["password", "a", "X_token", "sip_lines"]), inside, max_size=3
        )
    ),
    max_leaves=12,
)


def test_no_secret_is_left() -> None:
    """Nothing that is a secret by its name is in what is shown; everything else is."""
    shown = redacted({"id": "c", "raw_config": RAW})
    assert CANARY not in json.dumps(shown)
    assert shown["raw_config"]["admin_username"] == "admin"
    assert shown["raw_config"]["sip_lines"]["1"] == {"username": "u", "password": REDACTED}
    assert shown["raw_config"]["X_keyboard"] == "azerty"
    assert shown["raw_config"]["user_password"] == ""


@pytest.mark.parametrize(
    "name",
    ["admin_password", "password", "sip_local_key", "X_pin", "X_api_token", "wifi_psk", "PassWord"],
)
def test_secret_names(name: str) -> None:
    """The schema's own, and what people call theirs."""
    assert is_secret(name)


@pytest.mark.parametrize("name", ["username", "X_pinned", "X_monkey", "funckeys", "key", "token"])
def test_names_that_say_nothing(name: str) -> None:
    """A word inside another word is none, and the API's own keys are not judged as X_ keys are."""
    assert not is_secret(name)


@given(json_values)
def test_what_was_shown_can_be_sent_back(value: Any) -> None:
    """Reading a document and writing it again as it was shown changes nothing."""
    restored, problems = secrets_restored(redacted(value), value)
    assert not problems
    assert restored == value


@given(json_values)
def test_redacting_twice_is_redacting_once(value: Any) -> None:
    """The placeholder is no secret of its own."""
    assert redacted(redacted(value)) == redacted(value)


def test_a_placeholder_without_a_secret_is_a_problem() -> None:
    """It would otherwise become a password that everybody knows."""
    given_ = {"raw_config": {"sip_lines": {"2": {"password": REDACTED}}, "X_l": [REDACTED]}}
    _restored, problems = secrets_restored(given_, {"raw_config": RAW})
    assert [problem.path for problem in problems] == [
        "raw_config.sip_lines.2.password",
        "raw_config.X_l.0",
    ]


@pytest.mark.parametrize(
    ("path", "operand"),
    [
        ("raw_config.admin_password", "a"),
        ("raw_config.sip_lines.1.password", {"$gt": "a"}),
        ("raw_config", {"admin_password": "a"}),
        ("raw_config.sip_lines.1", {"$in": [{"password": "a"}]}),
        ("raw_config.X_door", [{"pin": 1}]),
        ("options.X_token", {"$exists": True}),
    ],
)
def test_selectors_that_would_tell(path: str, operand: Any) -> None:
    """Asking whether a secret has a value tells it in the end."""
    assert holds_secrets(path, operand)


@pytest.mark.parametrize(
    ("path", "operand"),
    [
        ("raw_config.sip_lines.1.username", {"$in": ["a", "b"]}),
        ("mac", "x"),
        ("tenant", {"$ne": 1}),
    ],
)
def test_selectors_that_tell_nothing(path: str, operand: Any) -> None:
    """Everything else may be asked."""
    assert not holds_secrets(path, operand)


@pytest.mark.parametrize(
    "path", ["raw_config", "raw_config.sip_lines.1", "options", "raw_config.X_door", "X_a", "a.psk"]
)
def test_orders_that_would_tell(path: str) -> None:
    """An order over objects compares what is in them."""
    assert orders_secrets(path)


@pytest.mark.parametrize(
    "path", ["mac", "raw_config.sip_proxy_ip", "raw_config.sip_lines.1.number"]
)
def test_orders_that_tell_nothing(path: str) -> None:
    """Known parameters that are no secrets may be sorted by."""
    assert not orders_secrets(path)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/raw_config/admin_password", "value": "a"},
        {"op": "test", "path": "/raw_config/sip_lines/1/password", "value": None},
        {"op": "test", "path": "", "value": {"raw_config": {"admin_password": "a"}}},
        {"op": "test", "path": "/raw_config/X_wifi", "value": {"$a": 1, "psk": "a"}},
        {"op": "test", "path": "/raw_config/X_door", "value": [{"pin": 1}]},
        {"op": "copy", "from": "/raw_config/admin_password", "path": "/raw_config/X_note"},
        {"op": "move", "from": "/raw_config/X_wifi/psk", "path": "/description"},
        {"op": "copy", "from": "/raw_config/X_a~1password", "path": "/description"},
    ],
)
def test_patches_that_would_tell(operation: dict[str, Any]) -> None:
    """By comparing, or by giving a secret another name."""
    assert patch_tells([{"op": "remove", "path": "/sn"}, operation])


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/raw_config/sip_lines/1/username", "value": "u"},
        {"op": "test", "path": "/parent_ids", "value": ["base"]},
        {"op": "replace", "path": "/raw_config/admin_password", "value": "new"},
        {"op": "remove", "path": "/raw_config/admin_password"},
        {"op": "copy", "from": "/raw_config/sip_lines/1", "path": "/raw_config/sip_lines/2"},
    ],
)
def test_patches_that_tell_nothing(operation: dict[str, Any]) -> None:
    """Secrets may be set and removed unseen, and stay hidden inside what is copied."""
    assert not patch_tells([operation])


def test_without_secrets() -> None:
    """Nothing stands in the place of each secret, and nothing that can be changed is shared."""
    given = {
        "ntp_ip": "192.0.2.3",
        "admin_password": "rosebud",
        "user_password": "",
        "X_pin": 4711,
        "X_tokens": ["a"],
        "X_url": "http://phone:rosebud@192.0.2.1/",
        "sip_lines": {"1": {"username": "1001", "password": "x"}},
        "list": [{"password": "y"}],
    }
    bare, holds = without_secrets(given)
    assert holds
    assert bare == {
        "ntp_ip": "192.0.2.3",
        "admin_password": "",
        "user_password": "",
        "X_pin": "",
        "X_tokens": [],
        "X_url": "",
        "sip_lines": {"1": {"username": "1001", "password": ""}},
        "list": [{"password": ""}],
    }
    bare["sip_lines"]["1"]["username"] = "changed"
    assert given["sip_lines"]["1"]["username"] == "1001"  # type: ignore[index]  # a table of lines
    assert without_secrets({"ntp_ip": "x", "password": "", "list": [1]})[1] is False
