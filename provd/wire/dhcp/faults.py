"""What can be wrong with a DHCP packet, an option of it, or the text of either."""

from __future__ import annotations

from attrs import define

from provd.values import MalformedPacket, ProvdError

__all__ = ["DoesNotFit", "MalformedOption", "MalformedText", "Unencodable"]


@define
class MalformedOption(MalformedPacket):
    """The packet can be read, and one of its options cannot.

    Raised when the option is looked at: decoding a packet leaves options alone.
    """

    code: int

    def __str__(self) -> str:
        return f"malformed {self.protocol} packet: option {self.code}: {self.detail}"


@define
class MalformedText(ProvdError):
    """The text of a packet or of an option's value is not what is understood."""

    line: int
    """Counted from 1."""
    found: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.found!r} is not understood; expected {self.expected}"


@define
class Unencodable(ProvdError):
    """A value cannot be written where it should go: too long, out of range, or of another kind."""

    where: str
    """`sname`, `option 51`, …"""
    expected: str

    def __str__(self) -> str:
        return f"{self.where} of a DHCP packet cannot be written; expected {self.expected}"


@define
class DoesNotFit(ProvdError):
    """The options need more room than the client takes, even with `file` and `sname` (option 52)."""

    size: int
    """Bytes that a packet without overloading would have."""
    limit: int

    def __str__(self) -> str:
        return (
            f"a DHCP packet of {self.size} bytes is wanted, and its client takes {self.limit};"
            " give it fewer or shorter options"
        )
