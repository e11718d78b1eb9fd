"""Values as text that is sure to say the same when it is read again."""

from __future__ import annotations

from provd.values import ProvdError
from provd.wire.dhcp.kinds import Kind
from provd.wire.dhcp.scanner import Scanner, hexadecimal

__all__ = ["GREATEST_SHOWN", "scanned", "shown"]

GREATEST_SHOWN = 512
"""Longer values are shown as hexadecimal, which costs next to nothing: 64 KiB of empty sub-options
may not hold up a server that writes down what it hears."""


def shown(kind: Kind, value: bytes) -> str:
    """The value in the words of its kind, or as hexadecimal where these would say less than it."""
    if len(value) > GREATEST_SHOWN:
        return hexadecimal(value)
    try:
        text = kind.show(value)
        scanner = Scanner(text)
        if kind.scan(scanner) == value and scanner.done():
            return text
    except (ValueError, ProvdError):
        pass
    return hexadecimal(value)


def scanned(kind: Kind, scanner: Scanner) -> bytes:
    """The value whose text is here: of its kind, or hexadecimal."""
    value = scanner.hexadecimal()
    return kind.scan(scanner) if value is None else value
