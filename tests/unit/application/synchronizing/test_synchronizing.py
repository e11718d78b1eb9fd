"""Devices are told to fetch their files again, at their pace, and are seen to come back."""

from __future__ import annotations

from typing import Any

import pytest

from provd.application.synchronizing import SynchronizationSettings
from provd.documents import Stage, Synchronization
from provd.testing.api import bench
from provd.testing.inquiries import ARRIVED
from provd.testing.plugins import nothing_here
from provd.testing.synchronizers import MemorySynchronizer
from provd.testing.synchronizing_site import URL, Site
from provd.values import (
    Notify,
    NotTold,
)


def test_told_answered_and_back() -> None:
    """The result says each stage with its time, which files were fetched, and in which version."""
    site = Site()
    operation = site.synchronize()
    site.run(1)
    [errand] = site.sip.told
    assert (errand.device_id, errand.address) == ("phone-0001", "192.0.2.2")
    assert errand.way == Notify(event="check-sync")
    assert errand.account.username == "u1"
    assert site.shown()["stage"] == "answered"
    site.run(4)
    site.comes_back()
    site.run(2)
    told = site.operation(operation)
    assert (told["state"], told["current"], told["end"]) == ("success", 1, 1)
    [each] = told["result"]["each"]
    assert each["stage"] == "done"
    assert each["answer"] == "200 OK"
    assert ARRIVED <= each["sent"] <= each["answered"] < each["back"] <= each["ended"]
    [file] = each["fetched"]
    assert (file["path"], file["kind"]) == ("/phone.cfg", "content")
    assert file["version"] == "phone-0001-/phone.cfg"
    assert site.shown()["stage"] == "done"
    assert site.made.operators.synchronizing.counters() == {
        "open": 0,
        "waiting_for_answers": 0,
        "operations": 0,
    }


def test_other_files_take_a_quiet_while() -> None:
    """A phone that fetched no accounts yet may go on; what it asks for is all remembered."""
    site = Site()
    operation = site.synchronize()
    site.run(1)
    site.comes_back(path="/firmware")
    site.run(5)
    site.comes_back(path="/ringtone")
    site.run(8)
    assert site.operation(operation)["state"] == "progress" or site.shown()["stage"] == "came back"
    site.run(3)
    [each] = site.operation(operation)["result"]["each"]
    assert [file["path"] for file in each["fetched"]] == ["/firmware", "/ringtone"]


def test_a_phone_that_gets_nothing() -> None:
    """Whoever came back and was refused everything has not what it was told to fetch; why, is told."""
    site = Site()
    site.plugin.answers = nothing_here
    operation = site.synchronize()
    site.run(1)
    site.comes_back()
    site.run(3)
    told = site.operation(operation)
    assert told["state"] == "fail"
    assert "was refused /phone.cfg: no such file" in told["reason"]


def test_nobody_comes_back() -> None:
    """It is told three times, and then the operation fails and says why."""
    site = Site(settings=SynchronizationSettings(patience=60, tries=3))
    operation = site.synchronize()
    site.run(200)
    assert len(site.sip.told) == 3
    told = site.operation(operation)
    assert told["state"] == "fail"
    assert "answered 200 OK, and asked for no file within 60 s" in told["reason"]
    assert told["result"]["failed"] == 1


def test_once_more_after_a_while() -> None:
    """A device that cannot be reached is told again, after twice as long each time."""
    site = Site(settings=SynchronizationSettings(tries=3, backoff=10))
    site.sip.answers = lambda _errand: NotTold("nobody answered", again=True)
    operation = site.synchronize()
    at: list[float] = []
    for _second in range(60):
        before = len(site.sip.told)
        site.run(1)
        at += [site.clock.seconds() - ARRIVED] * (len(site.sip.told) - before)
    assert [round(each) for each in at] == [10, 30]
    assert len(site.sip.told) == 3
    assert site.operation(operation)["reason"] == "device phone-0001: nobody answered"


def test_what_makes_no_sense_again_is_not_tried() -> None:
    """A refusal is final."""
    site = Site()
    site.sip.answers = lambda _errand: NotTold("403 Forbidden")
    operation = site.synchronize()
    site.run(30)
    assert len(site.sip.told) == 1
    assert "403 Forbidden" in site.operation(operation)["reason"]


def test_a_phone_that_does_not_answer_and_acts() -> None:
    """It came back, so it heard: nothing else counts."""
    site = Site()
    site.sip.answers = lambda _errand: None
    operation = site.synchronize()
    site.run(1)
    site.comes_back()
    site.run(2)
    assert site.operation(operation)["state"] == "success"
    assert site.sip.given_up == ["phone-0001"]


def test_who_was_not_told_does_not_come_back() -> None:
    """A phone that asks before its time has not come back."""
    site = Site()
    operation = site.synchronize(at=ARRIVED + 100)
    site.run(50)
    site.comes_back()
    site.run(20)
    assert not site.sip.told
    assert site.operation(operation)["state"] == "waiting"
    site.run(40)
    assert len(site.sip.told) == 1


def test_a_window() -> None:
    """Nobody is told while it is closed; then everybody is."""
    site = Site()
    # ARRIVED is 22:13:20 UTC.
    operation = site.synchronize(window="23:00-01:00")
    site.run(2780, 10)
    assert not site.sip.told
    site.run(40, 1)
    assert len(site.sip.told) == 1
    assert site.operation(operation)["state"] in {"waiting", "progress"}


def test_the_window_of_the_site() -> None:
    """What operators chose once; nothing where they chose none."""
    site = Site()
    refused = site.made.ask("POST", f"{URL}/phone-0001/actions/synchronize", {"window": "site"})
    assert refused.status == 422
    site.made.ask("PATCH", "/api/v1/preferences", {"maintenance_window": "23:00-01:00 UTC"})
    site.synchronize(window="site")
    site.run(60, 1)
    assert site.shown()["window"] == "23:00-01:00 UTC"
    assert not site.sip.told


@pytest.mark.parametrize(
    "given",
    [
        {"at": "soon"},
        {"at": True},
        {"at": "2026-11-20T22:00:00"},
        {"at": 5},
        {"window": "25:00-26:00"},
        {"window": "10:00-10:00"},
        {"window": "10:00-11:00 Nowhere/Else"},
        {"window": 5},
        {"by": "pigeon"},
        {"reboot": "yes"},
        {"now": True},
    ],
)
def test_what_cannot_be_asked(given: dict[str, Any]) -> None:
    """All that is wrong is told, and nothing is done."""
    site = Site()
    answer = site.made.ask("POST", f"{URL}/phone-0001/actions/synchronize", given)
    assert answer.status == 422
    assert [each["path"] for each in answer.json["problems"]] == list(given)


def test_cancelled() -> None:
    """Whoever was not told will not be; whoever was is not waited for."""
    site = Site(3, settings=SynchronizationSettings(per_second=1))
    site.sip.answers = lambda _errand: None
    answer = site.made.ask("POST", f"{URL}:synchronize", {})
    assert answer.status == 202, answer.json
    operation = answer.json["result"]["operation"]
    site.run(1)
    told = len(site.sip.told)
    assert 0 < told < 3
    assert site.made.ask("POST", f"/api/v1/operations/{operation}/cancel").status == 200
    site.run(30)
    assert len(site.sip.told) == told
    assert len(site.sip.given_up) == told
    assert {site.shown(number)["stage"] for number in (1, 2, 3)} == {"cancelled"}


def test_many_by_filter() -> None:
    """As a list is chosen from; each is told once, no faster than the site says."""
    site = Site(500, settings=SynchronizationSettings(per_second=200))
    answer = site.made.ask("POST", f"{URL}:synchronize?vendor=Acme&id=Ne(phone-0007)", {})
    assert answer.json["result"]["devices"] == 499
    site.run(1, 0.01)
    assert 150 <= len(site.sip.told) <= 215
    site.run(3, 0.01)
    assert len({errand.device_id for errand in site.sip.told}) == len(site.sip.told) == 499
    for number in range(1, 501):
        site.comes_back(number)
    site.run(3)
    told = site.operation(answer.json["result"]["operation"])
    assert (told["state"], told["result"]["done"]) == ("success", 499)


def test_some_come_back() -> None:
    """The operation succeeds where one did, and its result tells of those that did not first."""
    site = Site(2, settings=SynchronizationSettings(patience=5, tries=1))
    operation = site.made.ask("POST", f"{URL}:synchronize", {}).json["result"]["operation"]
    site.run(1)
    site.comes_back(1)
    site.run(10)
    told = site.operation(operation)
    assert told["state"] == "success"
    assert [each["stage"] for each in told["result"]["each"]] == ["failed", "done"]


def test_a_later_operation_takes_over() -> None:
    """A device is synchronized by one operation at a time: the one that was asked for last."""
    site = Site(2)
    first = site.made.ask("POST", f"{URL}:synchronize", {"at": ARRIVED + 50}).json
    second = site.synchronize(1)
    site.run(1)
    site.comes_back(1)
    site.run(2)
    assert site.operation(second)["state"] == "success"
    assert len(site.sip.told) == 1
    site.run(60)
    site.comes_back(2)
    site.run(20)
    told = site.operation(first["result"]["operation"])
    assert told["state"] == "success"
    assert [each["device"] for each in told["result"]["each"]] == ["phone-0002"]


def test_a_device_that_goes() -> None:
    """It is no more waited for, and nothing is kept of it."""
    site = Site()
    operation = site.synchronize()
    site.run(1)
    assert site.made.ask("DELETE", f"{URL}/phone-0001").status == 204
    site.run(2)
    assert site.operation(operation)["state"] == "fail"
    assert site.made.core.store.get("synchronizations", "phone-0001") is None


def test_a_restart() -> None:
    """What was planned is done; what was being told is told again; what had answered is waited for."""
    site = Site(4, settings=SynchronizationSettings(per_second=1000))
    site.sip.answers = lambda errand: None if errand.device_id == "phone-0002" else "200 OK"
    site.synchronize(1, at=ARRIVED + 100)
    site.synchronize(2)
    third = site.synchronize(3)
    site.run(2)
    store = site.made.core.store
    sip = MemorySynchronizer("sip")
    again = bench(site.plugin, store=store, autoprov=False, synchronizers={"sip": sip})
    again.core.clock.advance(3)
    again.core.clock.pump([0.25] * 8)
    assert [errand.device_id for errand in sip.told] == ["phone-0002"]
    site.made = again
    site.clock = again.core.clock
    site.comes_back(3)
    site.run(3)
    assert site.operation(third)["state"] == "success"
    site.run(120)
    assert "phone-0001" in {errand.device_id for errand in sip.told}


def test_plugins_that_do_not_say() -> None:
    """There is no such action then."""
    site = Site(understands=())
    assert site.made.ask("POST", f"{URL}/phone-0001/actions/synchronize", {}).status == 404


def test_what_happens_is_kept() -> None:
    """With the document of the device, within a second."""
    site = Site()
    operation = site.synchronize()
    site.run(1)
    kept: Synchronization = site.made.core.store.get("synchronizations", "phone-0001")
    assert (kept.operation, kept.stage, kept.tries) == (operation, Stage.ANSWERED, 1)
