"""Documents of DHCP for tests: right by default, so that a test spoils one thing."""

from __future__ import annotations

from typing import Any

from provd.documents.dhcp import (
    BootRule,
    Lease,
    Reservation,
    Subnet,
    client_key,
    parse_boot_rule,
    parse_reservation,
    parse_subnet,
)

MAC = "00:00:5e:00:53:01"


def a_subnet(name: str = "lan", **given: Any) -> Subnet:
    """192.0.2.0/24 with a pool from .10 to .99, and whatever else is given."""
    usual = {"network": "192.0.2.0/24", "pools": [{"first": "192.0.2.10", "last": "192.0.2.99"}]}
    return parse_subnet({"id": name, **usual, **given})


def a_reservation(reservation_id: str = "printer", **given: Any) -> Reservation:
    """192.0.2.5 for a hardware address of the documentation range, and whatever else is given."""
    usual = {"address": "192.0.2.5", "strategy": "mac", "token": MAC}
    return parse_reservation({"id": reservation_id, **usual, **given})


def a_boot_rule(rule_id: str = "rule", **given: Any) -> BootRule:
    """A rule about everybody, and whatever else is given."""
    return parse_boot_rule({"id": rule_id, "file": "loader", **given})


def a_lease(address: str = "192.0.2.10", mac: str = MAC, **fields: Any) -> Lease:
    """A lease of 192.0.2.0/24, from 1000 to 4600 seconds after the epoch."""
    usual = {"subnet": "lan", "starts": 1000, "until": 4600, "via": "192.0.2.1"}
    return Lease(id=address, mac=mac, **{"key": client_key("mac", mac), **usual, **fields})
