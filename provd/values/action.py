"""Action: something that can be done with a device, and what it takes."""

from __future__ import annotations

from msgspec import Struct


class Action(Struct, frozen=True, kw_only=True):
    """What a plugin says of one of its actions."""

    about: str
    """What it does, in a sentence for operators."""
    required: tuple[str, ...] = ()
    """Names of parameters without which it cannot be done."""
    optional: tuple[str, ...] = ()
    """Names of parameters that it understands as well."""
