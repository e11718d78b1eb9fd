"""The shapes of what is said over the WebSocket of events, both ways; what is told is made from them.

What a client says has an `op`; what it is told has a `type`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from provd.api._openapi._shapes import ProblemDetails
from provd.application.event_kinds import ACTIONS, EVERY
from provd.application.listening import LONGEST_NAME

PLACE = r"^[0-9]{1,18}-[0-9]{1,18}$"
"""A place in the feed, as clients keep it: epoch and number."""

_KINDS = list(ACTIONS)
_ACTIONS = sorted(frozenset().union(*ACTIONS.values()))

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
Kind = Annotated[str, Meta(extra_json_schema={"enum": _KINDS})]
Action = Annotated[str, Meta(extra_json_schema={"enum": _ACTIONS})]
KindWanted = Annotated[str, Meta(extra_json_schema={"enum": [EVERY, *_KINDS]})]
ActionWanted = Annotated[str, Meta(extra_json_schema={"enum": [EVERY, *_ACTIONS]})]


class Subscribe(Struct, kw_only=True):
    """A client wants to be told; answered by `Subscribed` or `Refused`."""

    op: Literal["subscribe"]
    """What it wants."""
    id: Name
    """Its name for this subscription, until it unsubscribes."""
    kind: KindWanted | UnsetType = UNSET
    """What it wants to know about; `*`, as where it is not told, is everything it may read."""
    action: ActionWanted | UnsetType = UNSET
    """What has to happen; `*`, as where it is not told, is whatever does."""
    key: str | UnsetType = UNSET
    """The id of one document; `*`, as where it is not told, is every one."""
    since: Annotated[str, Meta(pattern=PLACE)] | UnsetType | None = UNSET
    """A `position`: what happened after it is told first. Without, only what happens from now on is."""


class Unsubscribe(Struct, kw_only=True):
    """A client wants to be told no more; answered by `Unsubscribed` or `Refused`."""

    op: Literal["unsubscribe"]
    """What it wants."""
    id: Name
    """Of which subscription."""


class Welcome(Struct, kw_only=True):
    """The first that is told."""

    position: str
    """Where the newest event stands; nothing is told before something is subscribed to."""
    type: Literal["welcome"] = "welcome"
    """What this is."""


class Subscribed(Struct, kw_only=True):
    """A subscription was made."""

    id: str
    """Which."""
    position: str
    """Where the newest event stands: what comes after it will be told, and a list asked for now has it."""
    resumed: bool
    """False where what followed on `since` is not known any more: list what there is instead."""
    type: Literal["subscribed"] = "subscribed"
    """What this is."""


class Unsubscribed(Struct, kw_only=True):
    """A subscription is no more."""

    id: str
    """Which."""
    type: Literal["unsubscribed"] = "unsubscribed"
    """What this is."""


class Refused(Struct, kw_only=True):
    """What the client said was not done."""

    id: str
    """The subscription that it named; empty where it named none."""
    problem: ProblemDetails
    """Why, as any call of the API is refused."""
    type: Literal["refused"] = "refused"
    """What this is."""


class Dropped(Struct, kw_only=True):
    """A subscription has ended: the right to it was taken back."""

    id: str
    """Which."""
    problem: ProblemDetails
    """Why."""
    type: Literal["dropped"] = "dropped"
    """What this is."""


class Missed(Struct, kw_only=True):
    """The client read too slowly: some of what happened cannot be told any more. List what there is."""

    changes: int
    """How many changes went by, of whatever documents: how many of them it would have been told, nobody knows."""
    position: str
    """Where the newest of those stands that were missed."""
    type: Literal["missed"] = "missed"
    """What this is."""


class EventTold(Struct, kw_only=True):
    """Something happened."""

    to: list[str]
    """The subscriptions that it is told for."""
    position: str
    """Its place among all changes of all documents; `since` takes it."""
    at: float
    """When it was sure to survive a crash, in seconds since the epoch."""
    kind: Kind
    """What it is about: a collection."""
    action: Action
    """What happened."""
    key: str
    """The id of the document that it is about."""
    cause: str
    """The name of the call (`X-Request-Id`) or of the inquiry that it came from."""
    who: str | UnsetType = UNSET
    """Who made that call; told to those only who may read the audit trail."""
    document: Annotated[Raw, Meta(extra_json_schema={"type": "object"})] | UnsetType = UNSET
    """The document as it is since, secrets hidden; absent where it is gone."""
    type: Literal["event"] = "event"
    """What this is."""


SHAPES_OF_EVENTS: tuple[type[Struct], ...] = (
    Subscribe,
    Unsubscribe,
    Welcome,
    Subscribed,
    Unsubscribed,
    Refused,
    EventTold,
    Missed,
    Dropped,
)
"""Everything that is said."""
