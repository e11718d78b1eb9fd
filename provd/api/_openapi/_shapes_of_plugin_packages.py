"""The shapes of plugins from elsewhere; see `_shapes`."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class PluginToUninstall(Struct, kw_only=True, forbid_unknown_fields=True):
    """How a plugin is taken away."""

    purge: bool | UnsetType | None = UNSET
    """Keep nothing of it that `rollback` could bring back."""


class PluginOffer(Struct, kw_only=True):
    """What a server offers of a plugin."""

    server: str
    """The URL of the server."""
    filename: str
    """What its archive is called there."""
    size: int
    """Bytes of that."""
    digest: Literal["sha256", "sha1"]
    """By what it is checked; `sha1` can be forged, and is taken only where settings say so."""
    key: str
    """The id of the key that signed the index; empty: nobody did."""
    at: float
    """When the index was fetched, in seconds since the epoch."""
    capabilities: list[str]
    """`Vendor, Model, Version`, each."""


class PluginProvenance(Struct, kw_only=True):
    """Where what is installed came from."""

    server: str
    """The URL of the server."""
    digest: Literal["sha256", "sha1"]
    """By what its archive was checked."""
    sha256: str
    """Of the archive."""
    key: str
    """The id of the key that signed the index; empty: nobody did."""
    at: float
    """When it was installed, in seconds since the epoch."""
    who: str
    """By whom; empty where nobody had to prove who they are."""
    cause: str
    """The id of the request that asked for it."""


class PluginPackage(Struct, kw_only=True):
    """A plugin that is offered, or there."""

    id: str
    """What it is called."""
    description: str
    """For people; empty where nobody offers it."""
    installed: str
    """The version that is there; empty: it is not."""
    offered: str
    """The version that can be had; empty: nobody offers it."""
    upgradable: bool
    """What is offered is newer than what is there."""
    previous: str
    """The version that `rollback` brings back; empty: none."""
    offer: PluginOffer | None
    """What is offered; null: nothing."""
    provenance: PluginProvenance | None
    """Where what is there came from; null where somebody put it there by hand, or nothing is."""
    operation: str | None
    """What is at work on it now."""


SHAPES_OF_PLUGIN_PACKAGES: tuple[type[Struct], ...] = (
    PluginOffer,
    PluginPackage,
    PluginProvenance,
    PluginToUninstall,
)
