"""What every vendor's plugin reads of SIP lines and of other numbered rows in the same way."""

from __future__ import annotations

from typing import Any

import pytest

from provd.sdk import RawConfigError, SipServer, numbered, sip_servers

LINE = {"proxy_ip": "192.0.2.10"}


def test_rows_come_in_the_order_of_their_numbers() -> None:
    """Ten comes after nine."""
    rows = {str(number): {"value": number} for number in (10, 9, 1)}
    assert list(numbered({"funckeys": rows}, "funckeys")) == [1, 9, 10]
    assert numbered({}, "funckeys") == numbered({"funckeys": None}, "funckeys") == {}


@pytest.mark.parametrize("key", ["0", "01", "one", "1000", "-1", "1 ", "\u0661"])
def test_a_row_without_a_number_is_a_reason(key: str) -> None:
    """The operator is told which parameter, and what stands there."""
    with pytest.raises(RawConfigError, match=f"sip_lines: '{key}' is not a number"):
        numbered({"sip_lines": {key: {}}}, "sip_lines")


@pytest.mark.parametrize("rows", ["text", [1], {"1": "text"}])
def test_what_is_no_row_is_a_reason(rows: Any) -> None:
    """Parameters with X_ may hold anything."""
    with pytest.raises(RawConfigError, match="X_keys"):
        numbered({"X_keys": rows}, "X_keys")


@pytest.mark.parametrize(
    ("line", "shared", "proxy", "registrar"),
    [
        ({}, {"sip_proxy_port": 5062}, ("192.0.2.10", 5060), ("192.0.2.10", 5060)),
        ({"proxy_port": "5080"}, {}, ("192.0.2.10", 5080), ("192.0.2.10", 5080)),
        ({"registrar_port": 5090}, {}, ("192.0.2.10", 5060), ("192.0.2.10", 5090)),
        ({"registrar_ip": "192.0.2.12"}, {}, ("192.0.2.10", 5060), ("192.0.2.12", 5060)),
        ({}, {"sip_transport": "tls"}, ("192.0.2.10", 5061), ("192.0.2.10", 5061)),
        (
            {"proxy_ip": None, "proxy_port": 5070},
            {"sip_proxy_ip": "192.0.2.1", "sip_proxy_port": 5062},
            ("192.0.2.1", 5070),
            ("192.0.2.1", 5070),
        ),
    ],
)
def test_a_port_belongs_to_its_address(
    line: dict[str, Any],
    shared: dict[str, Any],
    proxy: tuple[str, int],
    registrar: tuple[str, int],
) -> None:
    """The port of one server never stands beside the address of another."""
    servers = sip_servers(1, {**LINE, **line}, shared)
    assert (servers.proxy, servers.registrar) == (SipServer(*proxy), SipServer(*registrar))
    assert servers.backup_proxy is servers.backup_registrar is servers.outbound_proxy is None


def test_a_line_has_what_it_does_not_name_from_the_phone() -> None:
    """Backups and the outbound proxy are the phone's, unless the line has its own."""
    shared = {"sip_backup_proxy_ip": "192.0.2.61", "sip_outbound_proxy_ip": "192.0.2.64"}
    servers = sip_servers(1, {**LINE, "outbound_proxy_ip": "192.0.2.65"}, shared)
    assert servers.backup_proxy == SipServer("192.0.2.61", 5060)
    assert servers.outbound_proxy == SipServer("192.0.2.65", 5060)


def test_a_line_without_a_proxy_is_a_reason() -> None:
    """Which one, and what is missing."""
    with pytest.raises(RawConfigError, match="line 3 has no proxy_ip"):
        sip_servers(3, {}, {})


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ("10", None, None, None)),
        ({"backup_proxy_ip": "192.0.2.11"}, ("10", "11", None, None)),
        (
            {"backup_proxy_ip": "192.0.2.11", "backup_registrar_ip": "192.0.2.13"},
            ("10", "13", None, None),
        ),
        ({"outbound_proxy_ip": "192.0.2.14"}, ("10", None, "14", None)),
        (
            {"registrar_ip": "192.0.2.12", "backup_proxy_ip": "192.0.2.11"},
            ("12", None, "10", "11"),
        ),
        (
            {
                "registrar_ip": "192.0.2.12",
                "backup_registrar_ip": "192.0.2.13",
                "backup_proxy_ip": "192.0.2.11",
                "outbound_proxy_ip": "192.0.2.14",
            },
            ("12", "13", "14", None),
        ),
    ],
)
def test_a_phone_without_a_proxy_has_an_outbound_one(
    more: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    """The registrar is the server; a proxy elsewhere is what calls go through, unless something is."""
    servers = sip_servers(1, {**LINE, **more}, {}).of_registrar()
    told = (servers.server, servers.backup, servers.outbound, servers.backup_outbound)
    assert tuple(each and each.address.rpartition(".")[2] for each in told) == expected
