"""How the values of options are written in documents: as the codec writes them, texts without quotes."""

from __future__ import annotations

from provd.wire.dhcp import OPTIONS
from provd.wire.dhcp.faults import MalformedText
from provd.wire.dhcp.values import parse_option, show_option


def option_bytes(code: int, value: str) -> bytes:
    """What goes into a packet for a value of an option.

    @raise ValueError: it is no value of that option; says what would be right.
    """
    try:
        return parse_option(code, value)
    except MalformedText as error:
        raise ValueError(error.expected) from None


def normal_value(code: int, value: str) -> str:
    """The value as the codec would write it; a text stays as it is.

    @raise ValueError: it is no value of that option; says what would be right.
    """
    content = option_bytes(code, value)
    if code in OPTIONS and OPTIONS[code].kind == "text":
        return value.strip()
    return show_option(code, content)
