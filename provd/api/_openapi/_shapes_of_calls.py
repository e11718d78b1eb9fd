"""The shapes of changes, of actions and of what the server is; see `_shapes`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from provd.documents import MAX_ID
from provd.documents.device_right import MOST_ACTIONS, MOST_DEVICES
from provd.documents.preferences import (
    FEWEST_KEPT,
    LONGEST_LIFE,
    LONGEST_TRAIL,
    MOST_KEPT,
    SHORTEST_LIFE,
    SHORTEST_TRAIL,
    Level,
    Unknown,
)

AnId = Annotated[str, Meta(pattern=rf"^(?!\.{{1,2}}$)[A-Za-z0-9._:@+~=-]{{1,{MAX_ID}}}$")]
AnAction = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_-]{0,63}|\*)$")]


class Change(Struct, kw_only=True):
    """What would become of one document."""

    collection: str
    """Where it is."""
    id: str
    """Which it is."""
    action: str
    """`create`, `update` or `delete`."""
    before: dict[str, Any] | UnsetType | None = UNSET
    """As it is; null where there is none, absent where it only follows from what was asked."""
    after: dict[str, Any] | UnsetType | None = UNSET
    """As it would be."""


class DryRun(Struct, kw_only=True):
    """What a change would do."""

    dryrun: bool
    """True: nothing was changed."""
    changes: list[Change]
    """Every document that would change."""


class BulkOperation(Struct, kw_only=True, forbid_unknown_fields=True):
    """One of many changes."""

    op: Literal["create", "replace", "patch", "delete"]
    """What is to be done."""
    id: str | UnsetType = UNSET
    """To which document; for all but `create`."""
    document: dict[str, Any] | UnsetType = UNSET
    """For `create` and `replace`."""
    patch: dict[str, Any] | list[dict[str, Any]] | UnsetType = UNSET
    """For `patch`: a merge patch, or the operations of a JSON patch."""
    revision: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """Only if the document is still at this one."""


class Bulk(Struct, kw_only=True, forbid_unknown_fields=True):
    """Many changes."""

    operations: list[BulkOperation]
    """In the order in which they are made."""
    atomic: bool | UnsetType = UNSET
    """Whether they are made in one commit or not at all; true where it is not told."""


class Action(Struct, kw_only=True):
    """Something that can be done with a device."""

    command: str
    """Its name."""
    provider: str
    """Who does it: a plugin, or `provd`."""
    about: str
    """What it does."""
    required: list[str]
    """Parameters that it takes."""
    optional: list[str]
    """Parameters that it may be given."""


class Acted(Struct, kw_only=True):
    """What came of an action."""

    command: str
    """What was done."""
    provider: str
    """Who did it."""
    result: dict[str, Any]
    """What it says of it."""


class PreferencesGiven(Struct, kw_only=True, forbid_unknown_fields=True):
    """Preferences as a client may send them; what is null or not there is as if nobody had chosen it."""

    id: Literal["server"] | UnsetType | None = UNSET
    """As it is shown."""
    revision: Any = UNSET
    """As it is shown; ignored."""
    log_levels: dict[str, Level] | UnsetType | None = UNSET
    """By service, how grave its lines in the log must be."""
    unknown_devices: Unknown | UnsetType | None = UNSET
    """Whether a device that asks and that nobody knows is created, or refused."""
    operations_kept: Annotated[int, Meta(ge=FEWEST_KEPT, le=MOST_KEPT)] | UnsetType | None = UNSET
    """Ended operations that are remembered."""
    operations_seconds: (
        Annotated[int, Meta(ge=SHORTEST_LIFE, le=LONGEST_LIFE)] | UnsetType | None
    ) = UNSET
    """How long an ended operation is remembered."""
    maintenance_window: str | UnsetType | None = UNSET
    """When devices may be synchronized that are to wait for it: `22:00-04:00 Europe/Paris`."""
    audit_seconds: Annotated[int, Meta(ge=SHORTEST_TRAIL, le=LONGEST_TRAIL)] | UnsetType | None = (
        UNSET
    )
    """How long a line of the audit trail is kept."""


class RightWish(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a user is to be granted: the same on each of some devices."""

    user: AnId
    """Who is to have it."""
    devices: Annotated[list[AnId], Meta(min_length=1, max_length=MOST_DEVICES)]
    """Ids of the devices, each once."""
    actions: Annotated[list[AnAction], Meta(min_length=1, max_length=MOST_ACTIONS)]
    """What may be done with each (`read`, `act`); `*` alone is whatever can be done with one device."""
    until: float | UnsetType | None = UNSET
    """When it is over, in seconds since the epoch; without, not before it is revoked."""
    description: str | UnsetType | None = UNSET
    """For whoever finds it in a list."""


class RightsGranted(Struct, kw_only=True):
    """What was granted."""

    granted: list[dict[str, Any]]
    """The rights, in order of the devices."""


class WhoseRights(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which rights are taken back; one of the two must be there."""

    user: AnId | UnsetType = UNSET
    """Those of this user; without, everybody's."""
    devices: Annotated[list[AnId], Meta(min_length=1, max_length=MOST_DEVICES)] | UnsetType = UNSET
    """Those on these devices; without, on every one."""


class RightsRevoked(Struct, kw_only=True):
    """What was taken back."""

    revoked: int
    """How many rights there were."""
    ended: list[str]
    """The operations that ended with them."""


class Info(Struct, kw_only=True):
    """What the server is."""

    version: str
    """Of provd."""
    python: str
    """The version of Python it runs on."""
    os: str
    """The operating system."""
    arch: str
    """The processor."""
    id: str
    """Of this installation."""
    epoch: int
    """Changes when it is restored: places in the feed of another epoch mean nothing."""
    position: int
    """Of the newest change."""
    started: float
    """When, in seconds since the epoch."""
    now: float
    """By its clock."""
    features: list[str]
    """What a client may rely on, by name."""
    stats: dict[str, int]
    """Documents by collection, and loaded plugins."""
    errors: list[str]
    """What should be looked at, as sentences."""


class Indexed(Struct, kw_only=True):
    """One index."""

    unique: bool
    """Whether no two documents share a value."""
