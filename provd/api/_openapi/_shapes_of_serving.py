"""The schemas of what stands inside documents about secrets."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from provd.documents import AlertKind, LevelName, Otherwise, PolicyScope, ServingBudget

SHAPES_OF_SERVING: tuple[type[Struct], ...] = (PolicyScope, ServingBudget)

WORDS_OF_SERVING: tuple[type[StrEnum], ...] = (AlertKind, LevelName, Otherwise)
"""The words that documents choose from."""
