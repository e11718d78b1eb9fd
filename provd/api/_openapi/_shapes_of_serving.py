"""The schemas of what stands inside documents about secrets."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from provd.documents import AlertKind, LevelName, Otherwise, PolicyScope, ServingBudget


class PolicyScopeGiven(Struct, kw_only=True):
    """Whom a policy is about, as a client may send it."""

    protocols: list[str] | None = None
    """One of these: `http`, `tftp`, `dhcp`."""
    networks: list[str] | None = None
    """Networks, or addresses, of which it asks from one."""
    vendor: str | None = None
    """Of the device, as plugins spell it."""
    model: str | None = None
    """Of the device, as plugins spell it."""
    plugin: str | None = None
    """The plugin of the device."""
    device: str | None = None
    """The id of the device."""


SHAPES_OF_SERVING: tuple[type[Struct], ...] = (PolicyScope, PolicyScopeGiven, ServingBudget)

WORDS_OF_SERVING: tuple[type[StrEnum], ...] = (AlertKind, LevelName, Otherwise)
"""The words that documents choose from."""
