"""Secrets over DHCP: withheld option by option, and in what is booted."""

from __future__ import annotations

from typing import Any

from provd.documents import Device, LevelName, PolicyScope, ServingPolicy
from provd.testing.dhcp import a_boot_rule, a_subnet
from provd.testing.dhcp_site import Site, boot_rom, said, site
from provd.testing.plugins import acme
from provd.values import Outcome, PluginOptions
from provd.wire.dhcp import MessageType, Packet

WANTED = {55: bytes((1, 12, 42, 66, 160, 175))}
OPTIONS = [
    {"code": 42, "value": "192.0.2.3"},
    {"code": 12, "value": "rosebud", "secret": True},
    {"code": 66, "value": "https://phone:rosebud@192.0.2.1/"},
]
DHCP_ONLY = ServingPolicy(id="dhcp", when=PolicyScope(protocols=("dhcp",)), level=LevelName.CLAIMED)


def offered(made: Site, **more: Any) -> Packet:
    """What a client is offered."""
    return made.reply(said(MessageType.DISCOVER, options=WANTED, **more))


def test_each_option_by_itself() -> None:
    """What is marked and what shows what it is stay here; the rest is sent, and the client has its address."""
    made = site(a_subnet(options=OPTIONS), policies=())
    offer = offered(made)
    assert offer.yiaddr
    assert 42 in offer.options
    assert b"rosebud" not in b"".join(offer.options.values())
    assert {12, 66}.isdisjoint(offer.options)
    assert made.last().verdict.outcome is Outcome.REFUSED


def test_where_the_wire_is_trusted() -> None:
    """A policy about DHCP has them sent."""
    offer = offered(site(a_subnet(options=OPTIONS), policies=(DHCP_ONLY,)))
    assert offer.options[12] == b"rosebud"
    assert b"rosebud" in offer.options[66]


def test_what_nobody_wants_is_not_judged() -> None:
    """A client that asks for no secret is no reason for an alert."""
    made = site(a_subnet(options=OPTIONS), policies=())
    made.reply(said(MessageType.DISCOVER, options={55: bytes((1, 42))}))
    assert made.last().verdict is None
    assert len(made.core.store.collection("alerts")) == 0


def test_a_plugin_s_options() -> None:
    """What there is without secrets is sent in their place."""
    told = PluginOptions({160: b"x?pin=4711", 66: b"x"}, {160: b"x?pin=", 66: b"x"})
    phone = acme(tells=lambda _inquiry: told)
    device = Device(id="d", mac="00:00:5e:00:53:01", plugin="acme-1.0")
    made = site(a_subnet(), plugins=(phone,), policies=(), documents=(device,))
    offer = offered(made)
    assert (offer.options[160], offer.options[66]) == (b"x?pin=", b"x")


def test_what_is_booted() -> None:
    """A URL with a password is not told to whoever asks."""
    rule = a_boot_rule(order=1, file="http://boot:rosebud@192.0.2.1/x", when={"arch": [7]})
    closed = site(a_subnet(), rule, policies=())
    packet = closed.reply(boot_rom(arch=7))
    assert b"rosebud" not in packet.file + b"".join(packet.options.values())
    opened = site(a_subnet(), rule, policies=(DHCP_ONLY,))
    packet = opened.reply(boot_rom(arch=7))
    assert b"rosebud" in packet.file + b"".join(packet.options.values())
