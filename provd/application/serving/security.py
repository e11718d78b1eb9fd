"""The lines of the security log, in the words that filters of fail2ban look for.

The first two are those of wazo-provd: `<form> <address>: <what>`.  A device that is known where it asks
from, or that policy lets have what it asked for, is no line.
"""

from __future__ import annotations

from twisted.logger import Logger

from provd.access import Sweep
from provd.application.spelling import printable
from provd.values import Decision

NAMESPACE = "provd.serving.security"
"""Where they are logged from; a file of their own is chosen by that."""

log = Logger(NAMESPACE)

CREATED = "New device created automatically from {address}: {device}"
SENSITIVE = "Sensitive file requested from {address}: {file}"
SWEEPING = "Sweep suspected from {address}: {reason}"

LONGEST = 255
"""Characters of a file name."""


def told_of(decision: Decision, *, created: bool, sensitive: bool) -> None:
    """Write the lines that one decision is worth.

    `created`: a device that it made is worth one; `sensitive`: it asked for secrets and was given none.
    """
    inquiry = decision.inquiry
    if not inquiry.peer:
        return
    if created and decision.matched_by == "added":
        log.info(CREATED, address=inquiry.peer, device=decision.device.id, inquiry=inquiry.id)
    if sensitive:
        name = printable(inquiry.filename)[:LONGEST]
        log.info(SENSITIVE, address=inquiry.peer, file=name, inquiry=inquiry.id)


def sweep_told(sweep: Sweep, address: str) -> None:
    """Write that a source is suspected; `address` is the one that did it last."""
    log.info(SWEEPING, address=address, reason=sweep.reason)
