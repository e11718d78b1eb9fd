"""The policy under which tests serve that are about something else: phones of a test prove nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.documents import LevelName, ServingPolicy, to_show

OPEN = ServingPolicy(
    id="open",
    level=LevelName.CLAIMED,
    description="whoever says that it is a device is given its secrets",
)

OPEN_GIVEN: Mapping[str, Any] = to_show(OPEN)
"""The same, as a client of the API gives it."""
