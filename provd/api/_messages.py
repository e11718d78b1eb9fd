"""What a client says over the WebSocket of events, read; and places in the feed, as clients keep them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from provd.api._openapi._shapes_of_events import PLACE
from provd.application.event_kinds import EVERY
from provd.application.listening import Subscription, faults_of
from provd.documents.reading import Reading

_PLACE = re.compile(PLACE)


class Command(Struct, frozen=True):
    """What a client said, read."""

    op: str
    subscription: Subscription
    since: tuple[int, int] | None


def read_command(given: Mapping[str, Any]) -> Command:
    """What a client's message asks for. @raise Invalid: with every problem there is."""
    read = Reading(given, "message")
    op = read.text("op") or ""
    if op not in {"subscribe", "unsubscribe"}:
        read.note("op", "is missing or unknown", "subscribe or unsubscribe")
    wanted = Subscription(
        id=read.text("id") or "",
        kind=read.text("kind") or EVERY,
        action=read.text("action") or EVERY,
        key=read.text("key") or EVERY,
    )
    since = read.text("since")
    place = _PLACE.match(since) if since is not None else None
    if since is not None and not place:
        read.note("since", "is no place in the feed", "the `position` of an event")
    for fault in faults_of(wanted):
        if not any(fault.path == known.path for known in read.problems):
            read.note(fault.path, fault.message, fault.expected)
    read.refuse_others()
    read.finish()
    return Command(op, wanted, read_place(since) if since else None)


def read_place(text: str) -> tuple[int, int]:
    """Epoch and number of a place that is spelled right."""
    epoch, _dash, number = text.partition("-")
    return int(epoch), int(number)


def spell_place(epoch: int, n: int) -> str:
    """A place in the feed as clients keep it."""
    return f"{epoch}-{n}"
