"""Every event there is: what it is about, what happened, and what it is made from.

The documentation and the description of the API are held to this table, and so is what really occurs.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from provd.documents import AuditLine, Operation, Token
from provd.values import Change

CREATED, CHANGED, DELETED = "created", "changed", "deleted"

EVERY = "*"
"""In a subscription: whatever it is."""


class EventKind(Struct, frozen=True):
    """One thing that is told as it happens."""

    kind: str
    """What it is about: a collection; reading its documents is the right that it takes."""
    action: str
    """What happened."""
    about: str
    """When it is told, as a sentence."""


def _whole(kind: str, one: str) -> tuple[EventKind, ...]:
    """A collection whose documents come, change and go."""
    return (
        EventKind(kind, CREATED, f"{one} was made."),
        EventKind(kind, CHANGED, f"{one} is another than it was."),
        EventKind(kind, DELETED, f"{one} is gone."),
    )


EVENTS: tuple[EventKind, ...] = (
    *_whole("devices", "A device"),
    EventKind(
        "devices",
        "observed",
        "The server saw something of a device: that it asked, what it was answered, what it lacks.",
    ),
    *_whole("configs", "A config"),
    EventKind("operations", CREATED, "Long work was begun."),
    EventKind("operations", "progressed", "Long work went on: how far, tells the document."),
    EventKind("operations", "ended", "Long work succeeded, failed or was cancelled."),
    EventKind("operations", DELETED, "Long work that had ended was forgotten."),
    *_whole("users", "A user"),
    *_whole("roles", "A role"),
    EventKind("tokens", CREATED, "A token was issued; its text is nowhere."),
    EventKind("tokens", "revoked", "A token is refused from now on."),
    EventKind("tokens", DELETED, "A token was forgotten: it was exchanged, or its time is over."),
    EventKind(
        "audit", "create", "Somebody made a document; as all of this kind, a line of the trail."
    ),
    EventKind("audit", "update", "Somebody changed a document."),
    EventKind("audit", "delete", "Somebody deleted a document."),
    EventKind("audit", "reveal", "Somebody was shown secrets in clear."),
    EventKind("audit", "reload", "Somebody had the server read its settings again."),
    EventKind("audit", "drain", "Somebody had the server be ready for nothing new."),
    EventKind("audit", "fill", "Somebody had the server be ready again."),
    EventKind("audit", "backup", "Somebody had a copy of the store made."),
    EventKind("audit", "receive", "Somebody sent a copy from elsewhere, which was accepted."),
    EventKind("audit", "restore", "Somebody put a copy in the place of what there was."),
    EventKind("audit", "reseal", "Somebody had everything sealed with another key."),
    EventKind("audit", "install-package", "Somebody had a package of a plugin installed."),
    EventKind("audit", "upgrade-package", "Somebody had a package brought to its newest version."),
    EventKind("audit", "uninstall-package", "Somebody had a version of a package removed."),
    EventKind("audit", "use-package", "Somebody pointed devices to another version of a package."),
    EventKind("audit", "upload-package", "Somebody sent a file of a package, which was accepted."),
    EventKind("audit", "update-plugin-index", "Somebody had the indexes of plugins fetched."),
    EventKind("audit", "install-plugin", "Somebody had a plugin installed."),
    EventKind("audit", "upgrade-plugin", "Somebody had a plugin brought to a newer version."),
    EventKind("audit", "roll-back-plugin", "Somebody had the version before of a plugin back."),
    EventKind("audit", "uninstall-plugin", "Somebody had a plugin taken away."),
    EventKind("audit", "log-in-failed", "Somebody could not prove who they are."),
    *_whole("subnets", "A subnet"),
    EventKind(
        "subnets",
        "short",
        "A pool of a subnet is nearly full (`low_water`): those that are, tells the document.",
    ),
    EventKind("subnets", "relieved", "There is room again in every pool of a subnet."),
    *_whole("reservations", "A reservation of an address"),
    *_whole("leases", "A lease of an address"),
    *_whole("boot-rules", "A rule that says what boots"),
    *_whole("serving-policies", "A policy that says who is given secrets"),
    EventKind("enrolments", CREATED, "An enrolment was opened."),
    EventKind("enrolments", CHANGED, "An enrolment is another than it was, or open for longer."),
    EventKind("enrolments", DELETED, "An enrolment was closed, or is over and forgotten."),
    EventKind("alerts", CREATED, "A device was not given its secrets, or a source sweeps."),
    EventKind("alerts", CHANGED, "An alert is another than it was; the server does that to none."),
    EventKind("alerts", DELETED, "An alert made room for newer ones."),
    *_whole("rights", "A right on a device"),
    *_whole("keys", "A provisioning key"),
    *_whole("credentials", "The credential of a device"),
    *_whole("url-tokens", "A one-time URL"),
    EventKind("preferences", CREATED, "Operators chose something for the first time."),
    EventKind("preferences", CHANGED, "Operators chose something else."),
    EventKind("preferences", DELETED, "What operators had chosen holds no more."),
)
"""In the order of the documentation."""

MADE_FROM: Mapping[str, str] = {event.kind: event.kind for event in EVENTS} | {
    "statuses": "devices",
    "shortages": "subnets",
}
"""From collections to the kind of event that their changes are."""

SILENT: Mapping[str, str] = {
    "receipts": "what a call with an `Idempotency-Key` came to is its caller's alone",
    "synchronizations": "how far a device's is, is told with the device; its operation has events",
    "tenures": "who had an address before is a note of the server's own",
}
"""Collections whose changes are told to nobody, and why."""

ACTIONS: Mapping[str, frozenset[str]] = {
    kind: frozenset(event.action for event in EVENTS if event.kind == kind)
    for kind in MADE_FROM.values()
}
"""What may happen, by kind."""


def event_of(change: Change) -> tuple[str, str] | None:
    """Kind and action of the event that a change is; None where it is none."""
    kind = MADE_FROM.get(change.collection)
    if kind is None:
        return None
    if change.collection == "statuses":
        return None if change.after is None else (kind, "observed")
    if change.collection == "shortages":
        return kind, "relieved" if change.after is None else "short"
    if isinstance(change.after, AuditLine):
        return kind, change.after.action
    if change.collection == "audit":
        return None  # a line that made room for others
    if change.before is None:
        return kind, CREATED
    if change.after is None:
        return kind, DELETED
    return kind, _what_became(change.after)


def _what_became(after: object) -> str:
    if isinstance(after, Operation):
        return "ended" if after.ended else "progressed"
    if isinstance(after, Token):
        return "revoked"
    return CHANGED
