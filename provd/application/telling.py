"""Telling: the one log event of each inquiry."""

from __future__ import annotations

from twisted.logger import Logger, LogLevel

from provd.values import Decision

log = Logger("provd.inquiries")


def tell_of(decision: Decision) -> None:
    """The one log event of an inquiry, published as it is: `Logger.info` would cost as much again.

    The answer itself is not formatted: it holds the passwords of a phone.
    """
    log.observer(
        {
            "log_level": LogLevel.info,
            "log_namespace": log.namespace,
            "log_source": None,
            "log_logger": log,
            "log_time": decision.answered,
            "log_format": "inquiry {inquiry.id}: {inquiry.protocol} {inquiry.path} from {inquiry.peer}",
            "inquiry": decision.inquiry,
            "decision": decision,
        }
    )
