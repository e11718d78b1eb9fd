"""The security log: a file of its own, as filters of fail2ban read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from twisted.logger import Logger, LogPublisher

from provd.application.serving import NAMESPACE
from provd.daemon.security import SecurityLog, UnusableSecurityLog, security_log


def logger(log: SecurityLog, namespace: str = NAMESPACE) -> Logger:
    """What writes to it."""
    return Logger(namespace, observer=LogPublisher(log))


def test_a_line(tmp_path: Path) -> None:
    """Time in brackets, then the sentence, on one line; what others log is not there."""
    path = tmp_path / "security.log"
    log = SecurityLog(path)
    logger(log).info("Sensitive file requested from {ip}: {name}", ip="192.0.2.7", name="a\nb")
    logger(log, "provd.inquiries").info("something else")
    [line] = path.read_text().splitlines()
    assert re.fullmatch(
        r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] Sensitive file requested from 192\.0\.2\.7: a\\nb",
        line,
    )
    assert path.stat().st_mode & 0o137 == 0


def test_a_file_that_was_moved_away(tmp_path: Path) -> None:
    """Logrotate needs to tell nobody."""
    path = tmp_path / "security.log"
    log = SecurityLog(path)
    logger(log).info("one")
    path.rename(tmp_path / "old")
    logger(log).info("two")
    assert path.read_text().endswith("two\n")
    assert (tmp_path / "old").read_text().endswith("one\n")


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """At the start that is told; later lines are lost, and nothing else."""
    with pytest.raises(UnusableSecurityLog, match=r"log\.security"):
        SecurityLog(tmp_path / "none" / "security.log")
    path = tmp_path / "security.log"
    log = SecurityLog(path)
    path.unlink()
    path.symlink_to("/dev/null")
    logger(log).info("it goes nowhere")
    assert path.is_symlink()


def test_without_a_file() -> None:
    """There is none."""
    assert security_log("") is None
