"""Status: what the server itself knows of a device, kept apart from what is wished of it.

It has a revision of its own: changing it invalidates no cache, triggers no configure and
moves no ETag of the device.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from provd.documents.base import Document, Kind

KEPT_ANSWERS = 16
"""Answers remembered of each device."""
KEPT_OF_DHCP = 2
"""How many of them may be about DHCP: a lease that is renewed must not push out which files were fetched."""
DHCP = "dhcp"
KEPT_VERSIONS = 10
"""Firmware versions remembered of each device."""
KEPT_PROBLEMS = 50
"""Reasons remembered of why a device is not configured."""
LONGEST_TEXT = 255
"""Characters kept of anything that comes from the network."""


class Answered(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One answer that a device was given."""

    time: float
    """Seconds since the epoch."""
    inquiry: str
    """The id that its Decision and every log line have."""
    protocol: str
    """Over which it asked."""
    path: str = ""
    """What it asked for."""
    kind: str = ""
    """What was given: `content`, `file`, `redirect`, `silence`, or what kind of refusal."""
    size: int = -1
    """Bytes; -1 where that says nothing."""
    reason: str = ""
    """Why it was refused."""
    plugin: str = ""
    """Whose it was then."""
    peer: str = ""
    """The address that it asked from."""


class Wanted(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The firmware that a device is to run."""

    package: str
    """Of which package of its plugin."""
    version: str
    """Which version of that."""
    pinned: bool = False
    """A config of the device says so; else it is what is installed for its model."""
    installed: bool = False
    """It is there; a device is pointed to nothing that is not."""


class Status(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What happened to the device of the same id."""

    last_seen: float = 0.0
    """Seconds since the epoch; 0 when it never was."""
    configured: bool | None = None
    """Whether everything is there to answer it; None when nobody has looked yet."""
    problems: tuple[str, ...] = ()
    """Why it is not configured: sentences for the operator."""
    versions: tuple[str, ...] = ()
    """Firmware versions it was seen with, newest first."""
    wanted: Wanted | None = None
    """What it is to run, by a pin or by what is installed for its model; None where nobody wants anything."""
    answers: tuple[Answered, ...] = ()
    """Newest first."""
    dhcp_seen: float = 0.0
    """When it was last noted over DHCP, in seconds since the epoch; 0 when it never was."""
    vendor_class: str = ""
    """What it said there last that it is (option 60)."""


STATUSES = Kind(name="statuses", type=Status)


def answered(status: Status, answer: Answered) -> Status:
    """The device was given an answer: it was seen, and the oldest answer may be forgotten.

    Of those over DHCP it is the oldest of those.
    """
    kept = replace(answer, path=answer.path[:LONGEST_TEXT], reason=answer.reason[:LONGEST_TEXT])
    return replace(
        status,
        last_seen=max(status.last_seen, answer.time),
        answers=(kept, *_others(status.answers, kept.protocol)[: KEPT_ANSWERS - 1]),
    )


def _others(answers: tuple[Answered, ...], protocol: str) -> tuple[Answered, ...]:
    """What stays beside one more answer over a protocol."""
    if protocol != DHCP:
        return answers
    of_dhcp = [each for each in answers if each.protocol == DHCP][KEPT_OF_DHCP - 1 :]
    return tuple(each for each in answers if each not in of_dhcp)


def seen_with_version(status: Status, version: str) -> Status:
    """The device said which firmware it runs."""
    version = version[:LONGEST_TEXT]
    if status.versions[:1] == (version,):
        return status
    others = tuple(known for known in status.versions if known != version)
    return replace(status, versions=(version, *others[: KEPT_VERSIONS - 1]))


def seen_over_dhcp(status: Status, time: float, vendor_class: str) -> Status:
    """The device sent a packet; one that says no vendor class leaves that as it was."""
    said = vendor_class[:LONGEST_TEXT] or status.vendor_class
    return replace(status, dhcp_seen=max(status.dhcp_seen, time), vendor_class=said)


def configured(
    status: Status, problems: Sequence[str] = (), wanted: Wanted | None = None
) -> Status:
    """Somebody looked whether everything is there to answer the device; `problems` is what is not.

    And which firmware it is to run.
    """
    kept = tuple(problem[:LONGEST_TEXT] for problem in problems[:KEPT_PROBLEMS])
    return replace(status, configured=not kept, problems=kept, wanted=wanted)
