"""The status book: what it writes, what it does not repeat, and that nothing ends it."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import fail
from twisted.logger import capturedLogs

from provd.application.statuses import EVERY, REPEAT
from provd.documents import Device, Status
from provd.testing.inquiries import ARRIVED, MAC, PEER, Core, core, http
from provd.testing.plugins import acme
from provd.values import RevisionConflict

AGENT = f"Acme A20 {MAC} 1.0"


@pytest.fixture
def server() -> Core:
    """A core with one known phone, whose statuses are being written."""
    known = Device(
        id="a",
        mac=MAC,
        ip=PEER,
        vendor="Acme",
        model="A20",
        version="1.0",
        plugin="acme-1.0",
        config="autoprov",
        tenant="t1",
    )
    made = core(acme(), documents=[known])
    made.statuses.start()
    return made


def told(server: Core) -> Status:
    """The phone's status, once it is written."""
    server.clock.pump([EVERY, 0.0, 0.0])
    status: Status = server.store.get("statuses", "a")
    return status


def test_a_status_belongs_to_the_tenant_of_its_device(server: Core) -> None:
    """Who may see the device may see what happened to it, and nobody else."""
    server.inquiries.ask(http(user_agent=AGENT))
    assert told(server).tenant == "t1"


def test_the_same_answer_is_written_once_a_minute(server: Core) -> None:
    """A phone that polls every second costs one write a minute."""
    for _ in range(5):
        server.inquiries.ask(http(user_agent=AGENT))
        assert len(told(server).answers) == 1
    server.clock.advance(REPEAT)
    server.inquiries.ask(http(user_agent=AGENT))
    assert len(told(server).answers) == 2


def test_a_clock_set_back_silences_nobody(server: Core) -> None:
    """After the clock was an hour ahead and is right again, answers are written as ever."""
    server.inquiries.ask(http(user_agent=AGENT))
    assert len(told(server).answers) == 1
    server.clock.rightNow = ARRIVED - 3600
    server.statuses.stop()
    server.inquiries.ask(http(user_agent=AGENT))
    server.statuses.stop()
    status: Status = server.store.get("statuses", "a")
    assert len(status.answers) == 2


def test_long_paths_are_not_remembered_whole(server: Core) -> None:
    """Ten thousand paths of 8 KiB would be 80 MiB: their hash tells them apart as well."""
    path = "/" + "x" * 8000
    for number, asked in enumerate((path, path, path + "y")):
        server.inquiries.ask(http(asked, AGENT, number=number))
    assert len(told(server).answers) == 2
    assert all(len(str(key)) < 1000 for key in server.statuses._last._young)


def test_a_refused_write_does_not_end_the_writing(
    server: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a commit meets once, conflict or defect, later answers are written."""
    commit = server.store.commit
    outcomes: list[Any] = [RevisionConflict("statuses", "a", 1, 2), ZeroDivisionError()]
    monkeypatch.setattr(server.store, "commit", lambda _draft: fail(outcomes.pop(0)))
    with capturedLogs() as heard:
        for number, path in enumerate(("/1", "/2")):
            server.inquiries.ask(http(path, AGENT, number=number))
            assert told(server) is None
    assert [event["log_format"] for event in heard if "log_failure" in event] == [
        "some statuses are not written"
    ]
    monkeypatch.setattr(server.store, "commit", commit)
    server.inquiries.ask(http("/3", AGENT, number=3))
    assert [answer.path for answer in told(server).answers] == ["/3"]
