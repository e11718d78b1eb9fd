"""What bounds the answering of inquiries, and what is counted of it."""

from __future__ import annotations

from msgspec import Struct


class InquirySettings(Struct, frozen=True, kw_only=True):
    """Bounds of answering."""

    patience: float = 1.0
    """Seconds that gather waits for a stage's Deferred."""
    busy: int = 4096
    """Inquiries that may wait for something at once; more are refused as unavailable."""


class Counters(Struct):
    """What happened since the start."""

    asked: int = 0
    answered: int = 0
    refused: int = 0
    unknown: int = 0
    created: int = 0
    creations_refused: int = 0
    conflicts: int = 0
    unavailable: int = 0
    failed: int = 0
    waiting: int = 0
    """How many wait for something right now."""
