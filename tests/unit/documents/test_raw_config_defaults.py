"""What a plugin finds in a raw config where nobody said anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import check_raw_config, complete_raw_config
from provd.testing.documents import a_raw_config


def completed(**raw: Any) -> dict[str, Any]:
    """The raw config with its defaults."""
    complete_raw_config(raw)
    return raw


def test_the_least_there_is() -> None:
    """Templates may loop over lines, keys and call managers, and read transport and SRTP, unasked."""
    assert completed() == {
        "sip_srtp_mode": "disabled",
        "sip_transport": "udp",
        "sip_lines": {},
        "sccp_call_managers": {},
        "funckeys": {},
    }


def test_syslog_only_where_it_is_enabled() -> None:
    """Port and level appear with the service they belong to."""
    enabled = completed(syslog_enabled=True, syslog_ip="192.0.2.4")
    assert (enabled["syslog_port"], enabled["syslog_level"]) == (514, "warning")
    for disabled in (completed(), completed(syslog_enabled=False), completed(syslog_enabled=None)):
        assert "syslog_port" not in disabled
        assert "syslog_level" not in disabled


def test_the_registrar_is_the_proxy() -> None:
    """Where nobody names a registrar, of the phone or of a line."""
    lines = {"1": {"proxy_ip": "a"}, "2": {"proxy_ip": "b", "registrar_ip": "c"}, "3": {}}
    raw = completed(sip_proxy_ip="p", sip_lines=lines)
    assert raw["sip_registrar_ip"] == "p"
    assert [line.get("registrar_ip") for line in raw["sip_lines"].values()] == ["a", "c", None]
    assert completed(sip_proxy_ip="p", sip_registrar_ip="r")["sip_registrar_ip"] == "r"
    assert "sip_registrar_ip" not in completed()


def test_a_line_authenticates_as_its_user() -> None:
    """Where nobody names another user for digests."""
    lines = {"1": {"username": "u"}, "2": {"username": "u", "auth_username": "a"}, "3": {}}
    raw = completed(sip_lines=lines)
    assert [line.get("auth_username") for line in raw["sip_lines"].values()] == ["u", "a", None]


@pytest.mark.parametrize("name", ["sip_srtp_mode", "sip_transport", "sip_registrar_ip"])
def test_what_is_there_stays(name: str) -> None:
    """A null was said on purpose."""
    assert completed(sip_proxy_ip="p", **{name: None})[name] is None


@given(st.sets(st.sampled_from(sorted(a_raw_config()))))
def test_completing_breaks_nothing(left_out: set[str]) -> None:
    """What was right is right with its defaults, says what it said, and completing twice is completing once."""
    raw = {name: value for name, value in a_raw_config().items() if name not in left_out}
    before = check_raw_config(raw)
    once = dict(raw)
    complete_raw_config(once)
    twice = dict(once)
    complete_raw_config(twice)
    assert check_raw_config(once) == before
    assert twice == once
    assert {name: once[name] for name in raw} == raw
