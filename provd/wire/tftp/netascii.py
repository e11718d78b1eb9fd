r"""netascii: text as Telnet sends it (RFC 764 through RFC 1350 section 1).

LF goes out as CR LF, and CR as CR NUL.  Each byte is translated without regard to its
neighbours, so text may be translated in pieces, cut anywhere, and its length on the wire is its
own plus one for each CR and LF.  The receiver needs to remember one byte: a CR at the end of a
packet says nothing until the next packet has come.
"""

from __future__ import annotations

__all__ = ["Decoder", "encode", "encoded_size"]


def encode(text: bytes) -> bytes:
    """The bytes to send for a piece of text."""
    if b"\r" in text:
        text = text.replace(b"\r", b"\r\0")
    return text.replace(b"\n", b"\r\n")


def encoded_size(text: bytes) -> int:
    """How long `encode(text)` is, without making it."""
    return len(text) + text.count(b"\n") + text.count(b"\r")


class Decoder:
    """Turns what was received, in pieces cut anywhere, back into text."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, received: bytes) -> bytes:
        """The text that is certain by now; a final CR is held back."""
        received = self._held + received
        self._held = b"\r" if received.endswith(b"\r") else b""
        if self._held:
            received = received[:-1]
        return b"\r".join(part.replace(b"\r\n", b"\n") for part in received.split(b"\r\0"))

    def finish(self) -> bytes:
        """What was held back: a sender that ended in a lone CR meant one."""
        held, self._held = self._held, b""
        return held
