"""What legacy plugins write to Python's log, in ours."""

from __future__ import annotations

import logging

from twisted.logger import Logger, LogLevel

log = Logger("provd.plugins")

NAME = "plugin"
"""What the names of their loggers begin with: `plugin.wazo-snom`."""

_LEVELS = (
    (logging.ERROR, LogLevel.error),
    (logging.WARNING, LogLevel.warn),
    (logging.INFO, LogLevel.info),
)


class ToOurs(logging.Handler):
    """Hands what it is given to our log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; one that cannot be formatted is the plugin's mistake, and no more than that."""
        level = next((ours for theirs, ours in _LEVELS if record.levelno >= theirs), LogLevel.debug)
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            text = str(record.msg)
        log.emit(level, "{plugin}: {text}", plugin=record.name.removeprefix(f"{NAME}."), text=text)


def take_over() -> None:
    """Have what plugins write appear in our log. Idempotent."""
    logger = logging.getLogger(NAME)
    if not any(isinstance(each, ToOurs) for each in logger.handlers):
        logger.addHandler(ToOurs())
        logger.setLevel(logging.INFO)
        logger.propagate = False
