"""The shapes of what is answered and read that is no stored document.

Nothing is validated by these: the use cases make and read such objects.  A test holds every answer
of the API to its shape, unknown keys included.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from provd.api._openapi._shapes_of_calls import (
    Acted,
    Action,
    Bulk,
    BulkOperation,
    Change,
    DryRun,
    Indexed,
    Info,
    PreferencesGiven,
    RightsGranted,
    RightsRevoked,
    RightWish,
    WhoseRights,
)
from provd.api._openapi._shapes_of_decisions import Decision
from provd.api._openapi._shapes_of_packages import SHAPES_OF_PACKAGES
from provd.api._openapi._shapes_of_plugin_packages import SHAPES_OF_PLUGIN_PACKAGES
from provd.api._openapi._shapes_of_synchronization import SHAPES_OF_SYNCHRONIZATION
from provd.api._openapi._shapes_of_system import Backup, Received, RestoreGiven
from provd.application.system import LastReload
from provd.documents import SHORTEST_LIFE, Claim
from provd.documents.user import LONGEST_PASSWORD, SHORTEST_PASSWORD


class Flattened(Struct, kw_only=True):
    """What a config comes to."""

    id: str
    """The config's."""
    raw_config: dict[str, Any]
    """Flattened over its parents and the server's own base."""
    origin: dict[str, str]
    """Dotted path of each value → the config it is from; `(server)` for the base."""
    lineage: list[str]
    """The configs, in order of application."""
    missing: list[str]
    """Parents that do not exist."""


class Plugin(Struct, kw_only=True):
    """A plugin directory."""

    id: str
    """The name of the directory."""
    state: str
    """`loaded`, `broken`, or `not loaded`."""
    reason: str
    """Why it, or its newer version, could not be loaded."""
    version: str
    """What its plugin-info says."""
    description: str
    """What its plugin-info says."""
    failures: int
    """How often it failed since it was loaded."""
    devices: int
    """How many devices it has."""


class PluginInDetail(Plugin, kw_only=True):
    """A plugin directory with all there is to know; what follows `devices` only where it is loaded."""

    capabilities: dict[str, Any] | UnsetType = UNSET
    """What its plugin-info says it can do."""
    last_failure: str | UnsetType = UNSET
    """The traceback."""
    generation: int | UnsetType = UNSET
    """Grows whenever its code or templates change."""
    by_address: list[str] | UnsetType = UNSET
    """Protocols over which its devices are known by their address alone."""


class DescribedCertificate(Struct, kw_only=True):
    """What the certificate of a device would be judged to say; `mac`, `sn` or `refused` is needed."""

    subject: str | UnsetType | None = UNSET
    """Its subject."""
    authority: str | UnsetType | None = UNSET
    """By which mapping it is read."""
    mac: str | UnsetType | None = UNSET
    """The MAC address of the box that it names."""
    sn: str | UnsetType | None = UNSET
    """Its serial number."""
    vendor: str | UnsetType | None = UNSET
    """Who made it."""
    model: str | UnsetType | None = UNSET
    """What it is."""
    refused: str | UnsetType | None = UNSET
    """Why it is worth nothing."""


class Description(Struct, kw_only=True):
    """A request that a device might make."""

    protocol: Literal["http", "tftp", "dhcp"]
    """Over which it asks."""
    path: str | UnsetType | None = UNSET
    """As the device writes it: percent-encoded over HTTP. Needed but over DHCP, which has none."""
    ip: str | UnsetType | None = UNSET
    """The device's address."""
    local: str | UnsetType | None = UNSET
    """The address of ours that it asks."""
    interface: str | UnsetType | None = UNSET
    """The network interface of that address."""
    mac: str | UnsetType | None = UNSET
    """The hardware address in its DHCP packet."""
    neighbour: str | UnsetType | None = UNSET
    """The hardware address that the kernel knows for it."""
    method: str | UnsetType | None = UNSET
    """Of HTTP; GET where it is not told."""
    origin: str | UnsetType | None = UNSET
    """Where it reaches us, if not at our port for plain HTTP: `https://192.0.2.1:8443`."""
    certificate: str | DescribedCertificate | UnsetType | None = UNSET
    """What it shows over HTTPS: PEM, its own first, which is judged; or what that would come to."""
    headers: dict[str, str] | UnsetType | None = UNSET
    """Of HTTP."""
    options: dict[str, Any] | UnsetType | None = UNSET
    """TFTP by name; DHCP by number, as a text or as `{"hex": "0a0b"}`."""
    packet: str | UnsetType | None = UNSET
    """A whole DHCP packet instead: as `explain` writes it, or its bytes in hex."""
    relay: str | UnsetType | None = UNSET
    """Over DHCP: the address of the relay that passes it on."""
    port: int | UnsetType | None = UNSET
    """Over DHCP: the port that is asked; 67, or 4011 of a ProxyDHCP server."""
    unicast: bool | UnsetType | None = UNSET
    """Over DHCP: sent to an address of ours, not to everybody."""
    tenant: str | UnsetType | None = UNSET
    """Whose devices it may be."""
    arrived: float | UnsetType | None = UNSET
    """Seconds since the epoch; now where it is not told."""


class LogLine(Struct, kw_only=True):
    """A line of the log."""

    number: int
    """Grows from line to line."""
    at: float
    """When it was written, in seconds since the epoch."""
    level: str
    """`debug`, `info`, `warn`, `error` or `critical`."""
    origin: str
    """Which part of the server wrote it."""
    text: str
    """What it says; a traceback stands below, line by line."""
    call: str
    """The name of the call on whose behalf it was written; empty where there is none."""
    token: str
    """The word that the caller gave the call."""
    inquiry: str
    """The id of the inquiry that it is of."""
    device: str
    """The id of the device that it is about."""


class Live(Struct, kw_only=True):
    """An answer is the answer."""

    live: bool
    """True."""


class Ready(Struct, kw_only=True):
    """Whether the server can do its work."""

    ready: bool
    """True; where it cannot, the answer is 503."""
    reasons: list[str]
    """What keeps it from working; empty here."""
    warnings: list[str]
    """What should be looked at, as sentences."""


class Route(Struct, kw_only=True):
    """One thing that can be asked."""

    method: str
    """Of HTTP."""
    path: str
    """With its variables in braces (RFC 6570)."""
    scope: str
    """What it is about."""
    action: str
    """What is done."""


class Index(Struct, kw_only=True):
    """What there is."""

    routes: list[Route]
    """In order of path and method."""


class PasswordGiven(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new password."""

    password: Annotated[str, Meta(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)]
    """Its length is the only rule."""


class TokenWish(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a token is to be like; it may be empty."""

    seconds: Annotated[int, Meta(ge=SHORTEST_LIFE)] | UnsetType | None = UNSET
    """How long it is to live."""
    claims: list[Claim] | UnsetType | None = UNSET
    """What it is limited to; without, it may do what its user may."""
    description: str | UnsetType | None = UNSET
    """For whoever finds it in a list."""


class WhoseTokens(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose tokens are taken back."""

    subject: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    """A user; without, everybody's."""


class Revoked(Struct, kw_only=True):
    """Tokens taken back."""

    revoked: int
    """How many there were."""


class OwnRight(Struct, kw_only=True):
    """Something that the caller may do."""

    scope: str
    """What it is about."""
    action: str
    """What may be done."""
    specific: list[str]
    """Ids of the documents it may be done to; `*` is all."""


class Whoami(Struct, kw_only=True):
    """Who calls."""

    user: str
    """The name."""
    provider: str
    """What proved it."""
    token: str
    """The id of the token that was shown; empty for other proofs."""
    anonymous: bool
    """Nobody had to prove anything, since access control is not required."""
    rights: list[OwnRight]
    """Everything the caller may do now."""


class Fault(Struct, kw_only=True):
    """One thing that is wrong."""

    path: str
    """Where, dotted; empty for the whole."""
    message: str
    """What is wrong."""
    expected: str
    """What would have been right."""


class ProblemDetails(Struct, kw_only=True):
    """Why a request was refused (RFC 9457)."""

    type: str
    """`urn:provd:problem:` and what kind it is of."""
    title: str
    """The kind, in words."""
    status: int
    """The status of the answer."""
    detail: str
    """What is wrong and what to do, in a sentence."""
    problems: list[Fault]
    """Everything that is wrong, each with its place."""


SHAPES: tuple[type[Struct], ...] = (
    Acted,
    Action,
    Indexed,
    Info,
    Bulk,
    BulkOperation,
    Change,
    DryRun,
    Decision,
    Description,
    Flattened,
    Index,
    LastReload,
    Backup,
    Received,
    RestoreGiven,
    Live,
    LogLine,
    PasswordGiven,
    Plugin,
    PluginInDetail,
    ProblemDetails,
    Ready,
    Revoked,
    PreferencesGiven,
    RightWish,
    RightsGranted,
    RightsRevoked,
    WhoseRights,
    TokenWish,
    Whoami,
    WhoseTokens,
    *SHAPES_OF_PACKAGES,
    *SHAPES_OF_PLUGIN_PACKAGES,
    *SHAPES_OF_SYNCHRONIZATION,
)
"""Every shape that a route may name, or that answers a refusal."""
