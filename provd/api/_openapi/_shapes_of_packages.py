"""The shapes of packages; see `_shapes`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from provd.documents import Wanted
from provd.values.package import PACKAGE_VERSION

AVersion = Annotated[str, Meta(pattern=rf"^{PACKAGE_VERSION.pattern}$")]


class PackageToInstall(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be installed of a package."""

    version: AVersion | UnsetType | None = UNSET
    """Which version; without, the newest that is offered."""
    use: bool | UnsetType | None = UNSET
    """Point devices to it also where they are pointed to another version."""


class PackageVersionGiven(Struct, kw_only=True, forbid_unknown_fields=True):
    """A version of a package."""

    version: AVersion
    """Which is meant."""


class PackageFileReceived(Struct, kw_only=True):
    """How much of a file of a package is there."""

    name: str
    """As the definition calls it."""
    received: int
    """How many bytes there are."""
    complete: bool
    """All of it is there, and it is what the definition tells of."""


class PackageFile(Struct, kw_only=True):
    """One file that a package is made from."""

    name: str
    """As the definition calls it."""
    size: int
    """Of how many bytes it is."""
    sha256: str
    """Of all of it."""
    urls: list[str]
    """Where it is fetched, one after the other; empty where it has to be uploaded."""
    hint: str
    """Where a person gets it."""
    cached: bool
    """It is here already; it is checked again before it is used."""


class PackageOffer(Struct, kw_only=True):
    """What can be installed."""

    size: int
    """Bytes of all files."""
    files: list[PackageFile]
    """From which it is made."""


class PackageInstalled(Struct, kw_only=True):
    """What is installed."""

    at: float
    """When it was, in seconds since the epoch."""
    who: str
    """By whom; empty where nobody had to prove who they are."""
    cause: str
    """The id of the request that asked for it."""
    size: int
    """Bytes of all its files."""
    files: list[str]
    """Their paths, below its directory."""


class VersionOfPackage(Struct, kw_only=True):
    """One version of a package."""

    version: str
    """What it is called."""
    models: list[str]
    """For which models it is; empty: for all of the plugin's."""
    images: dict[str, str]
    """Model, or `*` for others, to the file that devices are pointed to."""
    directory: str
    """Where its files are, below the plugin's served tree."""
    into: str | None
    """The directory of that tree in which they are reached as well while it is current; null: nowhere."""
    current: bool
    """Devices are pointed to it, unless a config pins another."""
    offered: PackageOffer | None
    """What it is made from; null where the plugin offers it no more."""
    installed: PackageInstalled | None
    """Null where it is not."""


class Package(Struct, kw_only=True):
    """Something that a plugin offers beside its code."""

    plugin: str
    """The plugin's id."""
    id: str
    """What it is called in that plugin."""
    kind: str
    """`firmware`, `languages` or `ringtones`."""
    description: str
    """For people."""
    models: list[str]
    """For which models its newest version is; empty: for all of the plugin's."""
    offered: str
    """The newest version that can be installed; empty where there is none."""
    installed: list[str]
    """The versions that are, the newest first."""
    current: str
    """The version that devices are pointed to, unless a config pins another; empty: none."""
    upgradable: bool
    """A newer one than that is offered."""
    operation: str | None
    """What is at work on it now."""


class PackageInDetail(Package, kw_only=True):
    """A package with all its versions."""

    versions: list[VersionOfPackage]
    """The newest first."""


SHAPES_OF_PACKAGES: tuple[type[Struct], ...] = (
    Package,
    PackageFile,
    PackageFileReceived,
    PackageInDetail,
    PackageInstalled,
    PackageOffer,
    PackageToInstall,
    PackageVersionGiven,
    VersionOfPackage,
    Wanted,
)
