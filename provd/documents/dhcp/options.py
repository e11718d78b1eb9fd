"""Option values: what a subnet, a reservation or a boot rule has sent to its clients."""

from __future__ import annotations

from msgspec import Struct


class OptionValue(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One DHCP option with its value, as people write it."""

    code: int
    """1 to 254 (RFC 2132)."""
    value: str
    """In the text form of the option's type; empty: the option is not sent, whoever else would."""
    template: bool = False
    """`value` is a template over what the client sent, rendered for each answer."""
    vendor: str = ""
    """For clients only whose vendor class (60) begins with this."""
