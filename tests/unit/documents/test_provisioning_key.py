"""Provisioning keys: what may be one, and when it is good."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import (
    DeviceCredential,
    UrlToken,
    digest_of_secret,
    is_key,
    parse_provisioning_key,
    redacted,
    to_dict,
    to_show,
)
from provd.values import Invalid

KEY = "Some-$key~.123"


def parsed(**given: Any) -> Any:
    """One with an id and a text."""
    return parse_provisioning_key({"id": "k", "secret": KEY, **given})


def test_it_is_read_and_written() -> None:
    """What was sent comes back; what it is looked up by is nobody's to see."""
    key = parsed(tenant="a", begins=5, ends=9.5, description="d", mine=1)
    assert to_show(key) == {
        "id": "k",
        "revision": 0,
        "tenant": "a",
        "secret": KEY,
        "begins": 5.0,
        "ends": 9.5,
        "description": "d",
        "mine": 1,
    }
    assert key.digest == digest_of_secret(KEY)
    assert redacted(to_show(key))["secret"] != KEY


@pytest.mark.parametrize(
    ("now", "good"), [(4.99, False), (5.0, True), (9.49, True), (9.5, False), (99.0, False)]
)
def test_when_it_is_good(now: float, good: bool) -> None:  # noqa: FBT001 - a table
    """From its beginning until before its end."""
    assert parsed(begins=5, ends=9.5).good(now) is good


def test_without_times_it_is_always_good() -> None:
    """Until somebody says otherwise."""
    assert parsed().good(0.0)
    assert parsed().good(1e12)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"secret": None}, "secret"),
        ({"secret": ""}, "secret"),
        ({"secret": "seven77"}, "secret"),
        ({"secret": "x" * 257}, "secret"),
        ({"secret": "with/slash"}, "secret"),
        ({"secret": "with space"}, "secret"),
        ({"secret": "umlaut-äöü"}, "secret"),
        ({"secret": "once-something"}, "secret"),
        ({"secret": 12345678}, "secret"),
        ({"begins": "now"}, "begins"),
        ({"begins": True}, "begins"),
        ({"begins": -1}, "begins"),
        ({"ends": float("inf")}, "ends"),
        ({"begins": 9, "ends": 9}, "ends"),
    ],
)
def test_what_is_none_is_refused(given: dict[str, Any], path: str) -> None:
    """By its path, and without the text: it may be a secret that is spelled a little wrong."""
    with pytest.raises(Invalid) as caught:
        parsed(**given)
    assert [problem.path for problem in caught.value.problems] == [path]
    secret = given.get("secret")
    assert not isinstance(secret, str) or not secret or secret not in str(caught.value)


@given(st.text(max_size=300))
def test_whatever_is_a_key_can_stand_in_a_path(text: str) -> None:
    """As one part of it, as it is."""
    if is_key(text):
        assert text.isascii()
        assert not set(text) & set("/\\%?# ")
        assert text not in {".", ".."}


def test_what_proves_a_device_is_hidden() -> None:
    """Passwords of both kinds; and the digest of a URL, whoever looks."""
    credential = DeviceCredential(id="d", username="u", password=KEY, previous_password=KEY)
    assert KEY not in str(redacted(to_dict(credential)))
    assert "digest" not in to_show(UrlToken(id="t", device="d", digest=KEY))


def test_when_a_url_is_good() -> None:
    """As long as it has a use left, and is not over."""
    token = UrlToken(id="t", device="d", digest="x", uses=1, expiry=9.0)
    assert token.good(8.9)
    assert not token.good(9.0)
    assert not UrlToken(id="t", device="d", digest="x", uses=0, expiry=9.0).good(1.0)


def test_the_password_before() -> None:
    """Is good until its time is over."""
    credential = DeviceCredential(
        id="d", username="u", password="b", previous_password="a", previous_until=9.0
    )
    assert credential.previous(8.9) == "a"
    assert credential.previous(9.0) is None
