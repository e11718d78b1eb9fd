"""Who looks for devices, and who is merely many: with the numbers of real sites."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogLevel, capturedLogs

from provd.access import SweepSettings
from provd.application.serving import NAMESPACE, TURNED_AWAY
from provd.documents import Device, Enrolment, LevelName, ServingPolicy
from provd.pipeline import CreationSettings
from provd.testing.inquiries import ARRIVED, Core, core, http, tftp
from provd.testing.plugins import acme
from provd.values import Content, Refusal, RefusalKind

NAT = "198.51.100.7"
ATTACKER = "203.0.113.66"
PHONES = 500
SECRET = Content(b"rosebud", "text/plain", etag="s", without=Content(b"", "text/plain", etag="p"))
MANY = CreationSettings(burst=2000, per_hour=2000)


def mac(number: int) -> str:
    """That of phone `number`; phones of a site are of several cartons."""
    value = 0x00005E000000 + number + 40 * (number // 20)
    text = f"{value:012x}"
    return ":".join(text[at : at + 2] for at in range(0, 12, 2))


def server(*documents: Any, store: Any = None, **more: Any) -> Core:
    """A server whose files all tell a secret, to whoever says that it is a device."""
    phone = acme(answers=lambda _inquiry, _device, _view: SECRET)
    return core(phone, documents=documents, store=store, **{"limits": MANY, **more})


def asks(made: Core, number: int, peer: str, at: float, path: str = "/a.cfg") -> Any:
    """What phone `number` is answered, whenever that is."""
    inquiry = http(path, f"Acme A20 {mac(number)} 1.0", peer=peer, arrived=at, number=made_up())
    answer = made.inquiries.ask(inquiry)
    if not isinstance(answer, Deferred):
        return answer
    told: list[Any] = []
    answer.addBoth(told.append)
    made.clock.advance(3)
    return told[0]


def made_up(count: Iterable[int] = iter(range(10**9))) -> int:
    """A number that no inquiry has yet."""
    return next(iter(count))


def reboots(made: Core, numbers: Iterable[int], peer: str, at: float) -> list[Any]:
    """Phones that ask for three files each within ten seconds, in no order."""
    rng = random.Random(5)
    requests = [(number, path) for number in numbers for path in ("/common", "/a.cfg", "/b.cfg")]
    rng.shuffle(requests)
    step = 10 / len(requests)
    return [
        asks(made, number, peer, at + turn * step, path)
        for turn, (number, path) in enumerate(requests)
    ]


@pytest.mark.parametrize("nat", [False, True])
def test_a_site_behind_one_address_reboots(*, nat: bool) -> None:
    """500 known phones at once, before and after the server was restarted: nobody is suspected."""
    unpacking = Enrolment(id="unpacking", seconds=3600, opened=ARRIVED)
    made = server(unpacking, nat=nat)
    first = reboots(made, range(PHONES), NAT, ARRIVED + 1)
    assert all(answer is SECRET for answer in first)
    assert len(made.devices()) == PHONES
    made.statuses.stop()
    later = ARRIVED + 8 * 3600
    for which in (made, server(store=made.store, nat=nat, autoprov=False)):
        again = reboots(which, range(PHONES), NAT, later)
        assert all(answer is SECRET for answer in again)
        assert which.secrecy.sweeps.suspects(later + 10) == []
        assert which.secrecy.counters()["sweeps"] == 0


def test_a_site_is_enrolled_for_the_first_time() -> None:
    """500 phones that nobody has ever seen, behind one address, while an enrolment is open for it."""
    window = Enrolment(id="w", seconds=3600, opened=ARRIVED, networks=("198.51.100.0/24",))
    made = server(window)
    assert all(answer is SECRET for answer in reboots(made, range(PHONES), NAT, ARRIVED + 60))
    assert made.secrecy.counters()["sweeps"] == 0
    assert len(made.devices()) == PHONES


def test_without_an_enrolment_so_many_new_ones_are_a_sweep() -> None:
    """Nobody could tell them from inventions: an operator opens an enrolment, or declares the network."""
    made = server()
    reboots(made, range(60), NAT, ARRIVED + 60)
    assert [each.source for each in made.secrecy.sweeps.suspects(ARRIVED + 70)] == [NAT]


def test_a_sweep_through_invented_devices() -> None:
    """One MAC address after the other: suspected at the eighth, and given no secret any more."""
    made = server()
    answers = [asks(made, number, ATTACKER, ARRIVED + number) for number in range(20)]
    assert answers[:7] == [SECRET] * 7
    [sweep] = made.secrecy.sweeps.suspects(ARRIVED + 20)
    assert sweep.source == ATTACKER
    assert all(isinstance(answer, Refusal) for answer in answers[8:])
    assert {answer.kind for answer in answers[8:]} == {RefusalKind.NOT_FOUND}


def test_a_sweep_through_known_devices() -> None:
    """Somebody has a list of a site's MAC addresses: at the thirtieth it is no list any more."""
    rng = random.Random(3)
    numbers = rng.sample(range(PHONES), 100)
    known = [
        Device(
            id=f"d{each}",
            mac=mac(each),
            ip=f"192.0.2.{each % 250}",
            vendor="Acme",
            plugin="acme-1.0",
        )
        for each in range(PHONES)
    ]
    made = server(*known)
    answers = [asks(made, each, ATTACKER, ARRIVED + turn) for turn, each in enumerate(numbers)]
    given = sum(answer is SECRET for answer in answers)
    assert given <= 30
    assert made.secrecy.counters()["sweeps"] == 1
    # The site itself is served as ever, meanwhile.
    assert asks(made, 7, "192.0.2.7", ARRIVED + 101) is SECRET


def test_many_files_of_nobody() -> None:
    """Guessing names finds nothing, and after sixty of them everything is late."""
    made = server()
    for number in range(60):
        made.inquiries.ask(http(f"/{number}.cfg", peer=ATTACKER, number=made_up()))
    answer = made.inquiries.ask(http("/x", peer=ATTACKER, number=made_up()))
    assert isinstance(answer, Deferred)
    assert not isinstance(made.inquiries.ask(http("/x", peer=NAT, number=made_up())), Deferred)


def test_a_slash_64_is_one_source() -> None:
    """Whoever has one has all of its addresses, and uses another for each question."""
    made = server()
    for number in range(8):
        asks(made, number, f"2001:db8::{number + 1:x}", ARRIVED + number)
    [sweep] = made.secrecy.sweeps.suspects(ARRIVED + 9)
    assert sweep.source == "2001:db8::/64"
    assert made.secrecy.suspected(http(peer="2001:db8::ffff", arrived=ARRIVED + 9))
    assert not made.secrecy.suspected(http(peer="2001:db8:1::1", arrived=ARRIVED + 9))


def test_a_suspected_source_is_slowed_and_bounded() -> None:
    """Each answer is kept back by two seconds, sixteen at once; the rest is told to come back. Others are not."""
    made = server()
    for number in range(8):
        asks(made, number, ATTACKER, ARRIVED + number)
    now = ARRIVED + 10
    asked = [
        made.inquiries.ask(http("/x", peer=ATTACKER, arrived=now, number=made_up()))
        for _each in range(20)
    ]
    late = [each for each in asked if isinstance(each, Deferred)]
    assert len(late) == 16
    assert asked[16:] == [TURNED_AWAY] * 4
    assert asks(made, 3, NAT, now) is SECRET
    told: list[Any] = []
    for each in late:
        each.addCallback(told.append)
    made.clock.advance(1.9)
    assert not told
    made.clock.advance(0.2)
    assert len(told) == 16
    assert len(made.secrecy.pace) == 0
    assert made.inquiries.counters()["waiting"] == 0


def test_known_and_unknown_are_late_alike() -> None:
    """Whoever is slowed learns nothing from how late, either."""
    made = server()
    for number in range(8):
        asks(made, number, ATTACKER, ARRIVED + number)
    now = ARRIVED + 10
    for inquiry in (
        http("/a", f"Acme A20 {mac(3)} 1.0", peer=ATTACKER, arrived=now, number=made_up()),
        http("/a", "nobody", peer=ATTACKER, arrived=now, number=made_up()),
        tftp("nothing", peer=ATTACKER, arrived=now, number=made_up()),
    ):
        answer = made.inquiries.ask(inquiry)
        assert isinstance(answer, Deferred)
        told: list[Any] = []
        answer.addCallback(told.append)
        made.clock.advance(1.99)
        assert not told
        made.clock.advance(0.02)
        assert isinstance(told[0], Refusal)
        assert told[0].kind is RefusalKind.NOT_FOUND


def test_settings_hold_from_the_next_question_on() -> None:
    """No delay: nobody is kept back."""
    made = server()
    made.secrecy.adopt(SweepSettings(delay=0, sequence=3))
    for number in range(3):
        asks(made, number, ATTACKER, ARRIVED + number)
    answer = made.inquiries.ask(http("/x", peer=ATTACKER, arrived=ARRIVED + 4, number=made_up()))
    assert isinstance(answer, Refusal)


# What is told.

NETWORK = ServingPolicy(id="strict", level=LevelName.NETWORK)


def security(events: list[Any]) -> list[str]:
    """The lines of the security log."""
    return [
        each["log_format"].format(**each) for each in events if each["log_namespace"] == NAMESPACE
    ]


def test_the_lines_of_the_security_log() -> None:
    """In the words of wazo-provd, and a third for sweeps."""
    made = server(policies=(NETWORK,))
    with capturedLogs() as events:
        asks(made, 1, ATTACKER, ARRIVED, "/cfg/00005e005301.cfg")
    [device] = made.devices()
    assert security(list(events)) == [
        f"New device created automatically from {ATTACKER}: {device.id}",
        f"Sensitive file requested from {ATTACKER}: 00005e005301.cfg",
    ]
    with capturedLogs() as events:
        for number in range(2, 9):
            asks(made, number, ATTACKER, ARRIVED + number)
    assert security(list(events))[-1].startswith(f"Sweep suspected from {ATTACKER}: 8 MAC")


def test_legitimate_fetches_are_no_lines() -> None:
    """A phone that the network knows, one that policy serves, one that is enrolled."""

    class Known:
        """Everybody is who they say they are."""

        def mac_of(self, _address: str, _interface: str = "") -> str:
            return mac(1)

    with capturedLogs() as events:
        by_network = server(policies=(NETWORK,), neighbours=Known())
        assert asks(by_network, 1, "192.0.2.1", ARRIVED) is SECRET
        window = Enrolment(id="w", seconds=60, opened=ARRIVED)
        enrolled = server(window, policies=(NETWORK,))
        assert asks(enrolled, 1, "192.0.2.1", ARRIVED + 1) is SECRET
        known = Device(id="d", mac=mac(1), vendor="Acme", plugin="acme-1.0")
        by_policy = server(known)
        assert asks(by_policy, 1, "192.0.2.1", ARRIVED) is SECRET
    assert security(list(events)) == []


def test_a_name_cannot_forge_a_line() -> None:
    """Whatever is asked for stands on one line, behind the address."""
    made = server(policies=(NETWORK,))
    with capturedLogs() as events:
        asks(
            made, 1, ATTACKER, ARRIVED, "/x\nSensitive file requested from 192.0.2.1: y" + "z" * 999
        )
    line = security(list(events))[-1]
    assert "\n" not in line
    assert line.startswith(f"Sensitive file requested from {ATTACKER}: x\\nSensitive")
    assert len(line) < 400


def test_an_alert_an_hour() -> None:
    """One document and one line of the log for each device, however often it asks."""
    made = server(policies=(NETWORK,))
    with capturedLogs() as events:
        for turn in range(50):
            asks(made, 1, NAT, ARRIVED + turn)
    warned = [each for each in events if each["log_level"] is LogLevel.warn]
    assert len(warned) == 1
    [alert] = made.store.collection("alerts")
    [device] = made.devices()
    assert (alert.kind, alert.device, alert.policy) == ("withheld", device.id, "strict")  # type: ignore[attr-defined]  # an Alert
    assert "claimed" in alert.reason  # type: ignore[attr-defined]  # an Alert
    asks(made, 1, NAT, ARRIVED + 3700)
    assert len(made.store.collection("alerts")) == 2
    made.clock.advance(3700)
    [warning] = made.secrecy.warnings()
    assert warning.startswith("1 devices were not given what is secret")


def test_alerts_are_bounded() -> None:
    """In a minute, and over all: the oldest make room."""
    made = server(policies=(NETWORK,))
    for number in range(300):
        asks(made, 50 * number, f"192.0.{number % 250}.{number % 7 + 1}", ARRIVED + number / 10)
    assert len(made.store.collection("alerts")) == 120
    for number in range(1500):
        asks(made, number + 40_000, f"10.0.{number % 250}.{number % 7 + 1}", ARRIVED + 100 + number)
    assert len(made.store.collection("alerts")) == 1000


def test_a_sweep_is_an_alert_and_a_warning() -> None:
    """Told once, while it goes on."""
    made = server()
    for number in range(30):
        asks(made, number, ATTACKER, ARRIVED + number)
    [alert] = [each for each in made.store.collection("alerts") if each.kind == "sweep"]  # type: ignore[attr-defined]  # Alerts
    assert alert.source == ATTACKER  # type: ignore[attr-defined]  # an Alert
    made.clock.advance(30)
    assert any("look for devices" in each for each in made.secrecy.warnings())
