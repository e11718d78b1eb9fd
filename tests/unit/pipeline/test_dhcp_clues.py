"""Identification from the whole DHCP request, dispatched by literals, and guesses by hardware address."""

from __future__ import annotations

from typing import Any

import pytest

from provd.sdk import Asked, Clue, DeviceSupport
from provd.testing.documents import a_device
from provd.testing.inquiries import Core, core, dhcp, http
from provd.testing.plugins import MemoryPlugin, MemoryPlugins
from provd.values import Info, Inquiry

MAC = "00:08:5d:00:53:01"
OTHERS = "00:00:5e:00:53:01"


def under(enterprise: int, content: bytes) -> bytes:
    """What options 124 and 125 hold for one enterprise."""
    return enterprise.to_bytes(4, "big") + bytes([len(content)]) + content


def acme(_asked: Asked) -> Info:
    """A witness."""
    return {"vendor": "Acme", "model": "A1"}


def plugin(name: str, *clues: Clue) -> MemoryPlugin:
    """A plugin that supports devices of the vendor of its name."""

    def supports(info: Info) -> int:
        fits = info.get("vendor") == name
        return DeviceSupport.COMPLETE if fits else DeviceSupport.NONE

    return MemoryPlugin(name.lower(), clues=clues, supports=supports)


def device_of(made: Core, inquiry: Inquiry) -> Any:
    """What the device is after it asked; the only one."""
    made.inquiries.ask(inquiry)
    (device,) = made.devices()
    return device


@pytest.mark.parametrize(
    ("clue", "options", "others"),
    [
        (Clue.vendor_specific(acme, b"\1\4acme"), {43: b"\1\4acme\2\0"}, {43: b"\2\4acme"}),
        (Clue.user_class(acme, "acme"), {77: b"\3one\5Acme1"}, {77: b"\3one\3two"}),
        (Clue.user_class(acme, "acme"), {77: b"ACME phone"}, {77: b"\xff"}),
        (Clue.client_id(acme, b"\0acme"), {61: b"\0ACME-1"}, {61: b"\1acme"}),
        (Clue.enterprise(acme, 3561), {125: under(3561, b"\1\1x")}, {125: under(35610, b"")}),
        (
            Clue.enterprise(acme, 9, 3561),
            {124: under(9, b"\1x")},
            {124: under(9, b"\xff"), 60: b"x"},
        ),
    ],
)
def test_dispatch(clue: Clue, options: dict[int, bytes], others: dict[int, bytes]) -> None:
    """Whoever's literal is in the option is shown the request; nobody else is, and nothing raises."""
    asked: list[Asked] = []

    def testify(shown: Asked) -> Info:
        asked.append(shown)
        return acme(shown)

    watching = Clue(clue.protocol, testify, clue.field, clue.prefixes)
    made = core(plugin("Acme", watching))
    made.inquiries.ask(dhcp(OTHERS, dhcp=others))
    assert not asked
    made.inquiries.ask(dhcp(MAC, number=2, dhcp=options))
    assert len(asked) == 1
    (found,) = [device for device in made.devices() if device.mac == MAC]
    assert (found.vendor, found.plugin) == ("Acme", "acme")


def test_what_was_read_is_remembered() -> None:
    """Two devices that differ in 125 alone are told apart, and neither is examined twice."""
    seen: list[str] = []

    def by_tr069(asked: Asked) -> Info:
        seen.append(asked.tr069()["sn"])
        return {"vendor": "Acme", "sn": seen[-1]}

    made = core(plugin("Acme", Clue.enterprise(by_tr069, 3561)))
    for number, serial in enumerate((b"\2\2S1", b"\2\2S2", b"\2\2S1", b"\2\2S2")):
        mac = f"00:08:5d:00:53:0{number % 2}"
        made.inquiries.ask(dhcp(mac, number=number, dhcp={125: under(3561, serial)}))
    assert sorted(device.sn or "" for device in made.devices()) == ["S1", "S2"]
    assert len(seen) <= 3  # the first time tells that the option is read at all


GUESSING = Clue.hardware("Guess", "00:08:5d")


def both(*more: Clue) -> Core:
    """A plugin that guesses, and one whose devices say who they are."""
    return core(plugin("Guess", GUESSING), plugin("Acme", Clue.vendor_class(acme, "acme"), *more))


def test_a_guess_where_nobody_says_more() -> None:
    """A device that tells nothing is taken for one of its range's vendor, and explained so."""
    made = both()
    device = device_of(made, dhcp(MAC, dhcp={60: b"?"}))
    assert (device.vendor, device.plugin, device.model) == ("Guess", "guess", None)
    (decision,) = made.decisions.latest(1)
    assert [each.witness for each in decision.testimonies] == ["hardware address"]
    assert "vendor" not in decision.info


def test_a_testimony_goes_before_a_guess() -> None:
    """What a device says itself is what it is."""
    made = both()
    device = device_of(made, dhcp(MAC, dhcp={60: b"acme"}))
    assert (device.vendor, device.plugin) == ("Acme", "acme")
    (decision,) = made.decisions.latest(1)
    assert [each.witness for each in decision.testimonies] == ["acme"]


def test_a_testimony_undoes_a_guess() -> None:
    """It may come later, and over another protocol."""

    def by_agent(_asked: Asked) -> Info:
        return {"vendor": "Acme", "mac": MAC}

    made = both(Clue.user_agent(by_agent, "acme"))
    assert device_of(made, dhcp(MAC)).plugin == "guess"
    device = device_of(made, http("/", "acme", number=2))
    assert (device.vendor, device.plugin) == ("Acme", "acme")
    assert device_of(made, dhcp(MAC, number=3)) == device


@pytest.mark.parametrize(
    "change",
    [{"added": None}, {"vendor": "Chosen"}, {"mac": OTHERS}],
    ids=["entered", "told before", "out of range"],
)
def test_what_was_no_guess_stays(change: dict[str, Any]) -> None:
    """A vendor that an operator entered, or a device told, is not taken for a guess."""
    known = {"mac": MAC, "vendor": "Guess", "plugin": "guess", "added": "auto", **change}
    made = core(
        plugin("Guess", GUESSING),
        plugin("Acme", Clue.vendor_class(acme, "acme")),
        documents=(a_device(**known),),
    )
    device = device_of(made, dhcp(known["mac"], dhcp={60: b"acme"}))
    assert (device.vendor, device.plugin) == (known["vendor"], "guess")


def test_plugins_that_guess_differently() -> None:
    """Then there is none."""
    made = core(plugin("Guess", GUESSING), plugin("Acme", Clue.hardware("Acme", "00:08:5d")))
    assert device_of(made, dhcp(MAC)).vendor is None


def test_a_guess_is_of_the_plugins_that_are_there() -> None:
    """One that is loaded later guesses from then on."""
    registry = MemoryPlugins(plugin("Acme", Clue.vendor_class(acme, "acme")))
    made = core(registry=registry)
    assert device_of(made, dhcp(MAC)).vendor is None
    registry.add(plugin("Guess", GUESSING))
    assert device_of(made, dhcp(MAC, number=2)).vendor == "Guess"
