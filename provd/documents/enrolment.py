"""Enrolment: for a while a device, those of a tenant, or all are given their files with less proof.

A phone out of its box has nothing to prove who it is with.  So somebody opens an enrolment while phones
are unpacked, it ends by itself, and what each policy says suffices meanwhile (`enrolling`) does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.documents.base import Document, Kind
from provd.documents.header import read_header
from provd.documents.reading import Reading
from provd.documents.serving_policy import read_networks

LONGEST_ENROLMENT = 31 * 86_400
"""Seconds that one is open at most."""


class Enrolment(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Of one device; of all of a tenant, where it names none and has a `tenant`; else of everything."""

    seconds: int
    """How long it is open from when it was opened, or said anew."""
    device: str = ""
    """The id of the device; empty: whatever its tenant is."""
    networks: tuple[str, ...] = ()
    """From where; empty: from anywhere."""
    description: str | None = None
    """For people."""
    opened: float = 0.0
    """When it was opened, in seconds since the epoch."""

    @property
    def until(self) -> float:
        """When it ends by itself."""
        return self.opened + self.seconds


def parse_enrolment(
    given: Mapping[str, Any], *, document_id: str = "", subject: str = "enrolment"
) -> Enrolment:
    """The enrolment that a JSON object describes; `document_id` as for `parse_device`.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    read.drop("opened")
    if read.take("seconds") is None:
        read.note("seconds", "is missing", f"1 to {LONGEST_ENROLMENT}")
    enrolment = Enrolment(
        **read_header(read, document_id),
        seconds=read.whole("seconds", 1, 1, LONGEST_ENROLMENT),
        device=read.filled("device") or "",
        networks=read_networks(read, "networks"),
        description=read.filled("description"),
        extra=read.rest(),
    )
    read.finish()
    return enrolment


ENROLMENTS = Kind(
    name="enrolments", type=Enrolment, parse=parse_enrolment, refers={"device": "devices"}
)
