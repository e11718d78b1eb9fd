"""Jobs and answers on their way between processes: JSON, each after its length in four bytes."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct as Layout

import msgspec
from msgspec import Struct

LONGEST = 32 << 20
"""Bytes of one message."""

_LENGTH = Layout(">I")


class Job(Struct, kw_only=True):
    """One thing to be done by one plugin."""

    id: int
    plugin: str
    what: str
    """`configure`, `deconfigure`, `configure_common`, or `give up` (what the plugin does now)."""
    device: dict[str, object] = {}
    raw_config: dict[str, object] = {}
    keep: bool = True
    """False: nothing is written; what would be is told."""


class About(Struct):
    """Of a message that is handed on as it is, what whoever hands it on has to know."""

    id: int
    plugin: str
    what: str = ""


class Done(Struct, kw_only=True):
    """What came of a job."""

    id: int
    plugin: str
    refused: str = ""
    """What the plugin said cannot be configured."""
    failed: str = ""
    """What it raised, in a line."""
    report: str = ""
    """The end of its traceback."""
    files: dict[str, bytes] = {}
    """Of a job that keeps nothing: what would be written, by path below the plugin's directory."""


class TooLong(Exception):
    """A message is longer than any that makes sense: whoever sends it is broken."""


def frame(message: Struct) -> bytes:
    """A message as bytes."""
    return framed(msgspec.json.encode(message))


def framed(body: bytes) -> bytes:
    """The same, of one that is encoded already."""
    return _LENGTH.pack(len(body)) + body


class Frames:
    """Cuts bytes as they arrive into messages."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Every message that is complete now. @raise TooLong: one never will be."""
        held = self._held
        held += data
        while len(held) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(held)
            if length > LONGEST:
                raise TooLong
            end = _LENGTH.size + length
            if len(held) < end:
                return
            body = bytes(held[_LENGTH.size : end])
            del held[:end]
            yield body
