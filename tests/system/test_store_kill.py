"""`kill -9` at any moment loses nothing that was acknowledged, and leaves nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.store import SQLiteStore
from provd.testing.store_fixture import KINDS, SteppedReactor, SteppedWriter

PROGRAM = Path(__file__).parent / "programs" / "store_writers.py"
KILLS = 50


@pytest.fixture
def writers() -> Iterator[subprocess.Popen[str]]:
    """The program that forks writers."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        yield program
        program.kill()


def killed_round(program: subprocess.Popen[str], path: Path, delay: float) -> dict[str, int]:
    """Let the writers write, kill them `delay` seconds later, and return what they had acknowledged."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{path}\n")
    program.stdin.flush()
    acknowledged: dict[str, int] = {}
    pid, end = 0, 0.0
    for line in program.stdout:
        word, _, number = line.strip().partition(" ")
        if word == "end":
            break
        if word == "pid":
            pid = int(number)
            continue
        end = end or time.monotonic() + delay
        acknowledged[word] = int(number)
        if pid and time.monotonic() >= end:
            os.kill(pid, signal.SIGKILL)
            pid = 0
    return acknowledged


def test_fifty_kills(tmp_path: Path, writers: subprocess.Popen[str]) -> None:
    """After each of fifty kills: every acknowledged value, whole drafts only, no row set aside."""
    rolls = random.Random()
    path = tmp_path / "provd.db"
    acknowledged: dict[str, int] = {}
    total = 0
    for _kill in range(KILLS):
        fresh = killed_round(writers, path, rolls.uniform(0.0, 0.1))
        total += sum(fresh.values()) - sum(acknowledged.get(each, 0) for each in fresh)
        acknowledged.update(fresh)
        check(path, acknowledged)
    assert total > 10 * KILLS


def check(path: Path, acknowledged: dict[str, int]) -> None:
    """Open the database as the next start would, and compare."""
    reactor = SteppedReactor()
    store = SQLiteStore.open(path, KINDS, reactor, writer=SteppedWriter(reactor))
    try:
        assert store.quarantined() == ()
        for document_id, value in acknowledged.items():
            assert store.get("boxes", document_id).weight >= value
        for note in store.collection("notes"):
            value = store.get("boxes", note.id).weight
            assert note.text == str(value) * 50
            recent = {f"{note.id}-{each}" for each in range(max(1, value - 2), value + 1)}
            assert recent == {
                box.id for box in store.collection("boxes") if box.id.startswith(f"{note.id}-")
            }
    finally:
        store.close()
        reactor.advance(0)
