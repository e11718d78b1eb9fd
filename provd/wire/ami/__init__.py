"""AMI, Asterisk's manager interface: messages of `Key: Value` lines that end with an empty one."""

from provd.wire.ami.messages import (
    LONGEST_LINE,
    MOST_LINES,
    AmiMessage,
    UnsendableAction,
    banner_version,
    encode_action,
    parse_line,
)

__all__ = [
    "LONGEST_LINE",
    "MOST_LINES",
    "AmiMessage",
    "UnsendableAction",
    "banner_version",
    "encode_action",
    "parse_line",
]
