"""`Idempotency-Key` over kill -9: a call that is sent again is made once, however often the server died."""

from __future__ import annotations

import http.client
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from provd.client.errors import ServerUnreachable, StrangeAnswer
from provd.testing.daemon import Daemon

KILLS = 6
MANY = 300
DEVICES = [{"op": "create", "document": {"sn": str(each)}} for each in range(MANY)]
GONE = (OSError, http.client.HTTPException, ServerUnreachable, StrangeAnswer)
"""What a client sees of a server that is killed: it cannot know whether its call was made."""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A server."""
    daemon = Daemon(tmp_path, {"log": {"level": "warn"}})
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.close()


def killed(daemon: Daemon) -> None:
    """It dies without a word, and comes back."""
    daemon.end(signal.SIGKILL)
    daemon.start()


def test_an_answered_call(daemon: Daemon) -> None:
    """Every kind of change has its answer of then after a kill, and is not made again."""
    with closing(daemon.api()) as api:
        made = api.devices.create({"sn": "1"}, key="made").body
        changed = api.devices.change(made["id"], {"sn": "2"}, key="changed").body
        operations = [{"op": "create", "document": {"sn": str(each)}} for each in range(3)]
        together = api.devices.bulk(operations, key="together")
        alone = api.devices.bulk(operations, atomic=False, key="alone")
    killed(daemon)
    with closing(daemon.api()) as api:
        assert api.devices.create({"sn": "1"}, key="made").body["id"] == made["id"]
        assert api.devices.change(made["id"], {"sn": "2"}, key="changed").body == changed
        assert api.devices.bulk(operations, key="together") == together
        assert api.devices.bulk(operations, atomic=False, key="alone") == alone
        assert api.devices.list()["total"] == 7


def test_a_call_that_the_server_died_of(daemon: Daemon) -> None:
    """Killed in the middle of many changes, again and again: sent until it is answered, each is made once."""
    chance = random.Random(20261120)
    answers: list[dict[str, Any]] = []
    sender = threading.Thread(target=send_until_answered, args=(daemon, answers))
    sender.start()
    try:
        for _kill in range(KILLS):
            time.sleep(chance.uniform(0.01, 0.08))
            if not answers:
                killed(daemon)
    finally:
        sender.join()
    [answer] = answers
    with closing(daemon.api()) as api:
        listed = api.devices.list()
        assert api.devices.bulk(DEVICES, atomic=False, key="k") == answer
    devices = {each["sn"]: each["id"] for each in listed["items"]}
    assert (answer["made"], answer["refused"], listed["total"]) == (MANY, 0, MANY)
    assert [devices[str(at)] for at in range(MANY)] == [each["id"] for each in answer["results"]]


def send_until_answered(daemon: Daemon, answers: list[dict[str, Any]]) -> None:
    """The same call again and again, until a server lives long enough."""
    while not answers:
        try:
            with closing(daemon.api()) as api:
                answers.append(api.devices.bulk(DEVICES, atomic=False, key="k"))
        except GONE:
            time.sleep(0.02)
