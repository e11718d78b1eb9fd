"""Interfaces that are named and cannot be served."""

from __future__ import annotations

from provd.servers.dhcp.unserved import unserved
from provd.values import Link

LINKS = (
    Link(index=1, name="lo", addresses=("127.0.0.1/8",)),
    Link(index=2, name="eth0", addresses=("192.0.2.1/24", "2001:db8::1/64")),
    Link(index=3, name="eth1", addresses=("2001:db8:1::1/64",)),
)


def test_those_that_are_there_and_all() -> None:
    """Nothing is wrong with them; `*` names none."""
    assert list(unserved(("eth0", "*"), LINKS)) == []


def test_one_that_is_not_there() -> None:
    """A slip of the pen, or a card that comes later."""
    (told,) = unserved(("eth0", "eht0"), LINKS)
    assert told.startswith("this host has no interface eht0")


def test_one_without_an_address() -> None:
    """IPv6 is none that DHCP could be served from."""
    (told,) = unserved(("eth1",), LINKS)
    assert told.startswith("interface eth1 of [dhcp] has no IPv4 address")
