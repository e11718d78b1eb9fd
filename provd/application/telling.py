"""Telling: the one log event of each inquiry, and of the devices that are created by asking."""

from __future__ import annotations

from twisted.logger import Logger, LogLevel

from provd.values import Decision, Inquiry

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


def tell_of_creation(inquiry: Inquiry, device_id: str) -> None:
    """A device was made because somebody nobody knew asked."""
    log.info(
        "New device created automatically from {peer}: {device}",
        peer=inquiry.source,
        device=device_id,
        inquiry=inquiry.id,
    )


def tell_of_refused_creation(inquiry: Inquiry, reason: str) -> None:
    """None was, although one could have been."""
    log.warn(
        "no device is created for {peer}: {reason}",
        peer=inquiry.source,
        reason=reason,
        inquiry=inquiry.id,
    )
