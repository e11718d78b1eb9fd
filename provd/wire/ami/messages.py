"""Actions and what comes back, as values (Asterisk's documentation, "The Asterisk Manager TCP IP API").

A server says one line when it is connected to, `Asterisk Call Manager/5.0.2`, and messages from there on.
A key may stand several times; whoever asks for a value gets the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import define
from msgspec import Struct

from provd.values import MalformedPacket, ProvdError

PROTOCOL = "ami"

LONGEST_LINE = 8_192
MOST_LINES = 512
"""Of one message."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_BANNER = re.compile(r"[\x20-\x7e]{1,64}/([0-9.]{1,32})")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Pairs = tuple[tuple[str, str], ...]


@define
class UnsendableAction(ProvdError):
    """An action holds a text that would be read as something else; nothing was sent."""

    detail: str

    def __str__(self) -> str:
        return f"no action can be made of this: {self.detail}"


class AmiMessage(Struct, frozen=True):
    """A response, an event, or an action, line by line."""

    lines: Pairs

    def first(self, key: str) -> str:
        """The value of the first line with that key, however it is spelled; empty where there is none."""
        wanted = key.lower()
        return next((value for name, value in self.lines if name.lower() == wanted), "")

    @property
    def succeeded(self) -> bool:
        """Whether it is a response that says so."""
        return self.first("Response").lower() in {"success", "goodbye"}


def encode_action(lines: Iterable[tuple[str, str]]) -> bytes:
    """The bytes of an action.

    @raise UnsendableAction: a key is none, or a value would end its line.
    """
    written = []
    for key, value in lines:
        if not _KEY.fullmatch(key):
            raise UnsendableAction(f"{key[:40]!r} is no key")
        if _CONTROL.search(value) or len(value) > LONGEST_LINE - 100:
            raise UnsendableAction(f"the value of {key} holds a control character, or is too long")
        written.append(f"{key}: {value}\r\n")
    return ("".join(written) + "\r\n").encode("utf-8", "replace")


def parse_line(line: bytes) -> tuple[str, str]:
    """Key and value of one line without its end. @raise MalformedPacket: it is none."""
    key, colon, value = line.decode("utf-8", "replace").partition(":")
    key, value = key.strip(), value.strip()
    if not colon or not _KEY.fullmatch(key) or _CONTROL.search(value):
        raise MalformedPacket(PROTOCOL, "a line is no key and value")
    return key, value


def banner_version(line: bytes) -> str:
    """The version of the interface that the first line tells.

    @raise MalformedPacket: this is somebody else.
    """
    match = _BANNER.fullmatch(line.decode("utf-8", "replace").strip())
    if match is None:
        raise MalformedPacket(PROTOCOL, "its first line is none of Asterisk's manager interface")
    return match[1]
