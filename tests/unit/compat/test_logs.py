"""What legacy plugins write to Python's log appears in ours, once."""

from __future__ import annotations

import logging

import pytest
from twisted.logger import LogLevel, capturedLogs

from provd.compat.logs import ToOurs, take_over


@pytest.mark.parametrize(
    ("level", "ours"),
    [
        (logging.CRITICAL, LogLevel.error),
        (logging.ERROR, LogLevel.error),
        (logging.WARNING, LogLevel.warn),
        (logging.INFO, LogLevel.info),
    ],
)
def test_levels(level: int, ours: LogLevel) -> None:
    """Each line with its plugin's name."""
    take_over()
    take_over()
    with capturedLogs() as told:
        logging.getLogger("plugin.wazo-acme").log(level, "could not %s", "ring")
    [event] = told
    assert (event["log_level"], event["plugin"], event["text"]) == (
        ours,
        "wazo-acme",
        "could not ring",
    )


def test_detail_is_nobodys_business() -> None:
    """Plugins write a line for each request."""
    take_over()
    with capturedLogs() as told:
        logging.getLogger("plugin.wazo-acme").debug("extracted")
    assert told == []


def test_a_line_that_cannot_be_formatted() -> None:
    """It is written as it is."""
    record = logging.makeLogRecord(
        {"levelno": logging.INFO, "name": "plugin.x", "msg": "%d", "args": ("x",)}
    )
    with capturedLogs() as told:
        ToOurs().emit(record)
    assert told[0]["text"] == "%d"
