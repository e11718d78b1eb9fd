"""What plugins have in common that say how their devices are synchronized."""

from __future__ import annotations

from typing import Any


def own_file(pattern: str, device: Any) -> str:
    """The name that a pattern of a `Tree` stands for with one device (`{mac}.cfg`); empty without a MAC."""
    digits = (device.mac or "").replace(":", "")
    return pattern.format(mac=digits, MAC=digits.upper()) if digits else ""
