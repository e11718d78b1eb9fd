"""Preferences: what operators choose while the server runs, kept in the store and not in a file.

A preference is nobody's setting: what a file says is read from the file alone.  There is one document of
them; while nobody has chosen anything there is none, and the defaults hold.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, Protocol, get_args

import msgspec

from provd.documents.base import Document, Kind
from provd.documents.reading import Reading, json_type
from provd.documents.window import parse_window

SERVER = "server"
"""The id of the one document."""

Level = Literal["debug", "info", "warn", "error"]
Unknown = Literal["create", "refuse"]

SERVICES = frozenset(
    {
        *("access", "api", "application", "audit", "backup", "certificate", "dhcp", "events"),
        *(
            "http",
            "inquiries",
            "netlink",
            "operations",
            "packages",
            "pipeline",
            "plugins",
            "restore",
        ),
        *("revalidation", "service", "serving", "statuses", "store", "synchronization", "tftp"),
    }
)
"""What writes to the log; see `service_of`."""


def service_of(namespace: str) -> str:
    """Which service a line of the log is from: `tftp` for `provd.servers.tftp`; empty for none of ours."""
    ours, _dot, rest = namespace.partition(".")
    return rest.removeprefix("servers.").partition(".")[0] if ours == "provd" else ""


FEWEST_KEPT, MOST_KEPT = 10, 10_000
SHORTEST_LIFE, LONGEST_LIFE = 3600, 366 * 86_400
SHORTEST_TRAIL, LONGEST_TRAIL = 30 * 86_400, 3660 * 86_400
"""Whoever may choose preferences cannot have it forgotten what they did just now."""


class Preferences(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What operators choose while the server runs. Each holds from the moment it is chosen."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"log_levels"})

    log_levels: Mapping[str, Level] = {}
    """By service, how grave its lines in the log must be; the setting `log.level` is for the others."""
    unknown_devices: Unknown = "create"
    """Whether a device that asks and that nobody knows is created (within `limits`), or refused."""
    operations_kept: int = 1000
    """Ended operations that are remembered; the oldest go first."""
    operations_seconds: int = 7 * 86_400
    """How long an ended operation is remembered."""
    maintenance_window: str = ""
    """When devices may be synchronized that are to wait for it: `22:00-04:00 Europe/Paris`."""
    audit_seconds: int | None = None
    """How long a line of the audit trail is kept; absent: as long as there is room (`access.audit_kept`)."""


class Readable(Protocol):
    """What documents are read from."""

    def get(self, collection: str, document_id: str, /) -> Any:
        """The document, or None."""


DEFAULTS = Preferences(id=SERVER)

PREFERENCES = Kind(name="preferences", type=Preferences)


def preferences_in(view: Readable) -> Preferences:
    """What holds in a store, or on a draft."""
    found: Preferences | None = view.get(PREFERENCES.name, SERVER)
    return DEFAULTS if found is None else found


def parse_preferences(given: Mapping[str, Any], *, subject: str = "preferences") -> Preferences:
    """The preferences that a JSON object describes; what it does not name, or is null, is the default.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    read.drop("revision")
    if (named := read.text("id")) not in {None, SERVER}:
        read.note("id", f"is {str(named)[:64]!r}", f"{SERVER!r}, or no id")
    chosen = {name: parse(read, name) for name, parse in PARSERS.items() if name in given}
    for key in given:
        if key not in PARSERS and key not in {"id", "revision"}:
            near = difflib.get_close_matches(key[:80], PARSERS, n=1, cutoff=0.5)
            expected = near[0] if near else "one of " + ", ".join(sorted(PARSERS))
            read.note(key[:80], "is no preference", expected)
    read.finish()
    # What could not be read was refused just now; null is the default.
    kept = {name: value for name, value in chosen.items() if value is not None}
    return msgspec.structs.replace(DEFAULTS, **kept)


def _levels(read: Reading, name: str) -> dict[str, Any]:
    found = {}
    for service, level in read.mapping(name).items():
        path = f"{name}.{service[:80]}"
        if service not in SERVICES:
            near = difflib.get_close_matches(service[:80], SERVICES, n=1, cutoff=0.5)
            expected = near[0] if near else "one of " + ", ".join(sorted(SERVICES))
            read.note(path, "is no service", expected)
        elif level not in get_args(Level):
            read.note(path, f"is {_shown(level)}", " or ".join(get_args(Level)))
        else:
            found[service] = level
    return found


def _one_of(*choices: str) -> Callable[[Reading, str], Any]:
    def parse(read: Reading, name: str) -> Any:
        value = read.take(name)
        if value is not None and value not in choices:
            read.note(name, f"is {_shown(value)}", " or ".join(choices))
        return value

    return parse


def _number(least: int, most: int) -> Callable[[Reading, str], Any]:
    def parse(read: Reading, name: str) -> Any:
        value = read.take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            read.note(name, f"is {json_type(value)}", "a whole number")
        elif not least <= value <= most:
            read.note(name, f"is {value}", f"{least} to {most}")
        return value

    return parse


def _window(read: Reading, name: str) -> str | None:
    text = read.text(name)
    try:
        if text:
            parse_window(text)
    except ValueError as error:
        read.note(name, str(error), "22:00-04:00 Europe/Paris")
    return text


PARSERS: Mapping[str, Callable[[Reading, str], Any]] = {
    "log_levels": _levels,
    "unknown_devices": _one_of(*get_args(Unknown)),
    "operations_kept": _number(FEWEST_KEPT, MOST_KEPT),
    "operations_seconds": _number(SHORTEST_LIFE, LONGEST_LIFE),
    "maintenance_window": _window,
    "audit_seconds": _number(SHORTEST_TRAIL, LONGEST_TRAIL),
}
"""What reads each preference; a test finds one that has none."""


def _shown(value: Any) -> str:
    return repr(value[:64]) if isinstance(value, str) else json_type(value)
