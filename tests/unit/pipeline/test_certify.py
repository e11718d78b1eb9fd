"""What the certificate of a connection says of the device that asks, and what it proves."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from zope.interface.verify import verifyObject

from provd.application.explain import tell
from provd.contracts import IProve
from provd.documents import Device
from provd.pipeline.certify import ByCertificate
from provd.testing.inquiries import MAC, core, http, tftp
from provd.testing.plugins import acme
from provd.values import Certified, Content, Decision, Level, Refusal, RefusalKind

PLUGIN = "acme-1.0"
OTHER = "00:00:5e:00:53:99"
SN = "FCH1924AHCA"
ITS = Certified(subject="CN=1", authority="acme", mac=MAC, vendor="Acme")
AGENT = f"Acme A20 {MAC} 1.0"


def decided(
    shown: Certified | None, *devices: Device, path: str = "/a.cfg", agent: str = AGENT
) -> Decision:
    """How the request of a device was decided that showed this."""
    made = core(acme())
    made.keep(*devices)
    inquiry = http(path, agent, certificate=shown)
    made.inquiries.ask(inquiry)
    decision = made.decisions.get(inquiry.id)
    assert decision is not None
    return decision


def device(**more: Any) -> Device:
    """The phone that asks."""
    return Device(id="d1", plugin=PLUGIN, **{"mac": MAC, **more})


def told(decision: Decision) -> str:
    """The story, as `provd explain` has it."""
    return "\n".join(step["text"] for step in tell(decision)["steps"])


def test_provides_the_contract() -> None:
    """The pipeline may rely on IProve."""
    assert verifyObject(IProve, ByCertificate())


def test_its_own() -> None:
    """A good certificate with the device's MAC address is the best proof there is."""
    decision = decided(ITS, device())
    assert decision.level is Level.CERTIFICATE
    assert "holds the key of its certificate (CN=1, read as acme)" in told(decision)
    shown = tell(decision)["certificate"]
    assert shown["mac"] == MAC


def test_without_one() -> None:
    """Nothing is proved, and nothing is told of certificates."""
    decision = decided(None, device())
    assert decision.level is Level.CLAIMED
    assert "certificate" not in told(decision)
    assert tell(decision)["certificate"] is None


def test_another_device_s() -> None:
    """Whoever shows another device's certificate gets what somebody gets whom nobody knows."""
    other = Device(id="d2", mac=OTHER, plugin=PLUGIN)
    decision = decided(Certified(mac=OTHER), device(), other)
    unknown = decided(None, agent="curl")
    assert decision.device is None
    assert isinstance(decision.answer, Refusal)
    assert decision.answer == unknown.answer
    assert decision.answer.kind is RefusalKind.NOT_FOUND
    assert f"its certificate is that of {OTHER}, and it says it is {MAC}" in told(decision)


def test_a_file_that_names_nobody() -> None:
    """Who asks for a common file is known by the certificate."""
    decision = decided(ITS, device(), agent="curl")
    assert (decision.matched_by, decision.level) == ("mac", Level.CERTIFICATE)
    assert isinstance(decision.answer, Content)
    assert "certificate recognised it" in told(decision)


def test_a_device_that_is_new() -> None:
    """It is made under the MAC address that is certified."""
    decision = decided(ITS)
    assert decision.matched_by == "added"
    assert (decision.device.mac, decision.level) == (MAC, Level.CERTIFICATE)


@pytest.mark.parametrize(
    "shown",
    [
        Certified(refused="it ended on 2020-01-01"),
        Certified(),
        Certified(mac="01:00:5e:00:53:01"),
        Certified(sn="0123456789"),
    ],
)
def test_a_worthless_one(shown: Certified) -> None:
    """It is as if none had been shown, and the reason is told."""
    decision = decided(shown, device())
    assert decision.device is not None
    assert decision.level is Level.CLAIMED
    assert "is worth nothing" in told(decision)
    assert not decided(shown, agent="curl").device


def test_a_serial_number() -> None:
    """Is enough for a device that is known by nothing else."""
    decision = decided(Certified(sn=SN), Device(id="d1", sn=SN, plugin=PLUGIN), agent="curl")
    assert (decision.matched_by, decision.level) == ("sn", Level.CERTIFICATE)


def test_a_serial_number_that_was_learnt() -> None:
    """Proves nothing of a device with a MAC address: whoever claimed that could have said any number."""
    decision = decided(Certified(sn=SN), device(sn=SN))
    assert (decision.device.id, decision.level) == ("d1", Level.CLAIMED)
    assert "hearsay" in told(decision)


def test_a_serial_number_teaches_nothing() -> None:
    """It is not written to a device that is found by what anybody may claim, nor to a new one."""
    assert decided(Certified(sn=SN), device()).device.sn is None
    added = decided(Certified(sn=SN))
    assert (added.matched_by, added.device.sn, added.level) == ("added", None, Level.CLAIMED)


def test_a_certificate_is_not_bound_to_what_is_claimed() -> None:
    """A device without a MAC address gets none from a stranger's certificate and a claimed serial number."""
    made = core(acme())
    made.keep(Device(id="victim", sn="V", plugin=PLUGIN))
    inquiry = http("/a.cfg", "Acme A20 - 1.0 sn=V", certificate=Certified(mac=OTHER))
    made.inquiries.ask(inquiry)
    decision = made.decisions.get(inquiry.id)
    assert decision is not None
    assert decision.device is None
    assert f"is that of {OTHER}, and not of device victim" in told(decision)
    victim = made.store.get("devices", "victim")
    assert victim is not None
    assert victim.mac is None


def test_a_certificate_with_both() -> None:
    """Teaches the one where the other was known: the CA has bound them."""
    both = Certified(mac=MAC, sn=SN)
    decision = decided(both, Device(id="d1", sn=SN, plugin=PLUGIN), agent="curl")
    assert (decision.device.mac, decision.level) == (MAC, Level.CERTIFICATE)
    assert decided(both, device()).device.sn == SN
    decision = decided(both, device(sn="another"))
    assert (decision.device.id != "d1", decision.level) == (True, Level.CLAIMED)


def test_what_if_says_the_same() -> None:
    """And leaves nothing behind."""
    made = core(acme())
    made.keep(device())
    outcomes: list[Decision] = []
    made.inquiries.what_if(http("/a.cfg", AGENT, certificate=ITS)).addCallback(outcomes.append)
    assert outcomes[0].level is Level.CERTIFICATE


MACS, SNS = (None, MAC, OTHER), (None, SN, "another")


@pytest.mark.parametrize(
    ("claimed", "shown_mac", "shown_sn", "known_mac", "known_sn"),
    list(product((False, True), MACS, SNS, MACS, SNS)),
)
def test_every_case(
    claimed: bool,  # noqa: FBT001 - one column of the table
    shown_mac: str | None,
    shown_sn: str | None,
    known_mac: str | None,
    known_sn: str | None,
) -> None:
    """The level is never reached by a device that the certificate does not name, and no fact moves to it."""
    if not (known_mac or known_sn):
        return
    before = Device(id="d1", mac=known_mac, sn=known_sn, plugin=PLUGIN)
    shown = Certified(mac=shown_mac or "", sn=shown_sn or "")
    decision = decided(shown, before, agent=AGENT if claimed else "curl")
    found = decision.device
    if decision.level is Level.CERTIFICATE:
        assert found is not None
        same = [
            name
            for name, value in (("mac", shown_mac), ("sn", shown_sn))
            if value and getattr(found, name) == value
        ]
        assert same
        if found.id == "d1":
            assert any(getattr(before, name) == getattr(shown, name) for name in same)
            assert shown_mac is None or found.mac == shown_mac
    if found is not None and found.id == "d1" and found.mac != known_mac:
        # It learnt a MAC address: from the certificate with its own number, or as it would have without one.
        assert (found.mac == shown_mac and known_sn == shown_sn) or (claimed and not shown_mac)


def test_over_tftp_nobody_shows_one() -> None:
    """The witness is silent, and so is the proof."""
    made = core(acme())
    made.keep(device())
    inquiry = tftp("a.cfg")
    made.inquiries.ask(inquiry)
    decision = made.decisions.get(inquiry.id)
    assert decision is not None
    assert decision.level is Level.CLAIMED
