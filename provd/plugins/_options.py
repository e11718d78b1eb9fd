"""DHCP options as a plugin answers them: checked, and brought to what goes into a packet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provd.documents.dhcp.option_text import option_bytes

MOST = 64
"""Options that a plugin may add to one answer."""
LONGEST = 1024
"""Bytes of one of them."""

_NOT_ITS_OWN = frozenset({50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 82})
"""What the client, the relay or the lease says."""


def sensible_options(said: object) -> tuple[dict[int, bytes], tuple[str, ...]]:
    """The options that make sense, and one note for each that does not."""
    if not isinstance(said, Mapping):
        return {}, (f"it answered a {type(said).__name__} where options were expected",)
    if len(said) > MOST:
        return {}, (f"it answered {len(said)} options, {MOST} at most are taken",)
    options: dict[int, bytes] = {}
    return options, tuple(_take(said, options))


def _take(said: Mapping[object, object], options: dict[int, bytes]) -> Iterator[str]:
    for code, value in said.items():
        if not isinstance(code, int) or not 0 < code < 255 or code in _NOT_ITS_OWN:
            yield f"{str(code)[:20]!r} is no DHCP option of a plugin's"
            continue
        try:
            content = option_bytes(code, value) if isinstance(value, str) else value
        except ValueError as error:
            yield f"its option {code} is not understood: expected {error}"
            continue
        if not isinstance(content, bytes) or len(content) > LONGEST:
            yield f"its option {code} is no text, and no bytes of {LONGEST} at most"
        else:
            options[code] = content
