"""Operators change documents, and the next packet is answered by them."""

from __future__ import annotations

from itertools import count
from typing import Any

from provd.application.dhcp_documents import DhcpDocuments, make_dhcp_documents
from provd.application.grades import Grades
from provd.application.slices import Slices
from provd.testing.access import settle
from provd.testing.at_once import AtOnce
from provd.testing.dhcp_site import MAC, Site, address, boot_rom, said, site
from provd.wire.dhcp import MessageType

POOL = {"first": "192.0.2.10", "last": "192.0.2.20"}
LAN = {"id": "lan", "network": "192.0.2.0/24", "pools": [POOL], "probe": "none"}
RELAY = b"\x01\x02\x00\x07\x02\x03\x0a\x0b\x0c"
"""Option 82: circuit 0007, remote 0a0b0c."""


def driven(**lan: Any) -> tuple[Site, DhcpDocuments]:
    """A site with a subnet that operators made, and what they may ask for."""
    made = site()
    store, clock, ids = made.core.store, made.core.clock, count(1)
    documents = make_dhcp_documents(
        store, Slices(clock), Grades(store), lambda: f"id{next(ids)}", clock.seconds
    )
    created = settle(at_once(made, documents.subnets).create({**LAN, **lan}, "test"))
    assert created["id"] == "lan", created
    return made, documents


def at_once(made: Site, documents: Any) -> AtOnce:
    """A collection whose changes are made at once."""
    return AtOnce(documents, made.core.store)


def test_a_subnet_holds_from_the_next_packet_on() -> None:
    """Made, changed and removed while clients ask."""
    made, documents = driven()
    subnets = at_once(made, documents.subnets)
    assert made.discover().options[51] == (3600).to_bytes(4, "big")
    settle(subnets.patch("lan", {"lease_time": 600}, "test"))
    assert made.discover().options[51] == (600).to_bytes(4, "big")
    settle(subnets.patch("lan", {"mode": "off"}, "test"))
    assert made.silence(said(MessageType.DISCOVER))
    assert settle(subnets.delete("lan", "test")) is None
    assert "no subnet" in made.silence(said(MessageType.DISCOVER))


def test_a_reservation_holds_from_the_next_packet_on() -> None:
    """Also for a client that was offered something else."""
    made, documents = driven()
    assert made.discover().yiaddr == address("192.0.2.10")
    reservations = at_once(made, documents.reservations)
    given = {
        "address": "192.0.2.5",
        "token": MAC,
        "options": [{"code": "router", "value": "192.0.2.9"}],
    }
    reserved = settle(reservations.create(given, "test"))
    offer = made.discover()
    assert (offer.yiaddr, offer.options[3]) == (address("192.0.2.5"), bytes([192, 0, 2, 9]))
    assert settle(reservations.delete(reserved["id"], "test")) is None
    assert made.discover().yiaddr >= address("192.0.2.10")


def test_a_reservation_may_be_anybodys_by_any_strategy() -> None:
    """Here by the line that a relay hears the client on, however the token is spelled."""
    made, documents = driven(strategies=["circuit-id+remote-id", "mac"])
    given = {
        "address": "192.0.2.7",
        "strategy": "circuit-id+remote-id",
        "token": "00:07+0A-0B-0C",
        "subnet": "lan",
    }
    settle(at_once(made, documents.reservations).create(given, "test"))
    assert made.discover(relay="192.0.2.2", options={82: RELAY}).yiaddr == address("192.0.2.7")
    assert made.discover(relay="192.0.2.2").yiaddr == address("192.0.2.10")


def test_a_released_lease_is_somebody_elses_at_once() -> None:
    """Who had it is refused when it renews, and the history says until when."""
    made, documents = driven(pools=[{"first": "192.0.2.10", "last": "192.0.2.10"}])
    made.lease()
    other = "00:00:5e:00:53:02"
    assert made.silence(said(MessageType.DISCOVER, other))
    settle(documents.leases.release("192.0.2.10", "test"))
    assert made.lease(other).yiaddr == address("192.0.2.10")
    renewal = said(MessageType.REQUEST, ip="192.0.2.10")
    assert made.reply(renewal).message_type == MessageType.NAK
    store = made.core.store
    tenures: Any = store.collection("tenures")
    [first] = [each for each in tenures if each.mac == MAC]
    assert first.ended


def test_a_boot_rule_holds_from_the_next_packet_on() -> None:
    """Before those that are shipped."""
    made, documents = driven()
    assert made.reply(boot_rom()).file.rstrip(b"\0") == b"ipxe.efi"
    rules = at_once(made, documents.boot_rules)
    rule = {"id": "lab", "when": {"arch": ["uefi-x64"], "subnet": "lan"}, "file": "snponly.efi"}
    settle(rules.create(rule, "test"))
    assert made.reply(boot_rom()).file.rstrip(b"\0") == b"snponly.efi"
    settle(rules.delete("lab", "test"))
    assert made.reply(boot_rom()).file.rstrip(b"\0") == b"ipxe.efi"
