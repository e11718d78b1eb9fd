"""SIP messages as values, and the bytes they are (RFC 3261 sections 7, 8.1.1 and 18.3).

A message is its start line, its headers in their order, and its body.  Names of headers are in lower case
here, whichever of their spellings was sent; values are as sent, folded lines joined by a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import define
from msgspec import Struct

from provd.values import ProvdError
from provd.wire.sip.grammar import is_token, malformed, parameters, split

VERSION = "SIP/2.0"

GREATEST = 65_535
"""Bytes of a message at most: what a datagram can hold (section 18.1.1)."""
LONGEST_HEAD = 16_384
"""Bytes before the empty line at most."""
MOST_HEADERS = 128

COMPACT: Mapping[str, str] = {
    "i": "call-id",
    "m": "contact",
    "e": "content-encoding",
    "l": "content-length",
    "c": "content-type",
    "f": "from",
    "s": "subject",
    "k": "supported",
    "t": "to",
    "v": "via",
    "o": "event",
    "u": "allow-events",
}
"""The short spellings of section 7.3.3, and those of RFC 6665."""

_SPELLED: Mapping[str, str] = {
    "call-id": "Call-ID",
    "cseq": "CSeq",
    "www-authenticate": "WWW-Authenticate",
}

REQUIRED = ("via", "from", "to", "call-id", "cseq")
"""What no message can be without (section 8.1.1), each with a value."""

MOST_CSEQ = 2**31
"""A sequence number is below it (section 8.1.1.5)."""

_STATUS = re.compile(r"SIP/2\.0 ([1-6][0-9]{2}) ([^\r\n]*)")
_REQUEST = re.compile(r"([^ ]+) ([\x21-\x7e]+) SIP/2\.0")
_URI = re.compile(r"[\x21-\x7e]+")
_LENGTH = re.compile(r"[0-9]{1,10}")
# Space may stand around the slashes (section 7.3.1).
_VIA = re.compile(r"[^\s/]+\s*/\s*[^\s/]+\s*/\s*([A-Za-z0-9\-.+]+)\s+([^\s;,]+)")
_CSEQ = re.compile(r"([0-9]{1,10})[ \t]+([^ \t]+)")
# A line that begins with white space goes on with the value of the one before (section 7.3.1).
_FOLD = re.compile(r"[ \t]*\r\n[ \t]+")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Headers = tuple[tuple[str, str], ...]


@define
class UnsendableMessage(ProvdError):
    """A message holds a text that would be read as something else; nothing was sent."""

    detail: str

    def __str__(self) -> str:
        return f"no SIP message can be made of this: {self.detail}"


class _Message(Struct, frozen=True, kw_only=True):
    headers: Headers = ()
    body: bytes = b""

    def all(self, name: str) -> Iterator[str]:
        """The value of each header of that name (in lower case)."""
        return (value for key, value in self.headers if key == name)

    def first(self, name: str) -> str:
        """The value of the first header of that name; empty where there is none."""
        return next(self.all(name), "")


class SipRequest(_Message, frozen=True, kw_only=True):
    """A request."""

    method: str
    uri: str

    def start_line(self) -> str:
        """Its first line."""
        return f"{self.method} {self.uri} {VERSION}"


class SipResponse(_Message, frozen=True, kw_only=True):
    """A response."""

    status: int
    reason: str = ""

    def start_line(self) -> str:
        """Its first line."""
        return f"{VERSION} {self.status} {self.reason}"

    def __str__(self) -> str:
        return f"{self.status} {self.reason}".rstrip()


SipMessage = SipRequest | SipResponse


class Via(Struct, frozen=True):
    """One `via-parm`: where a request came by."""

    transport: str
    """In lower case."""
    sent_by: str
    parameters: Mapping[str, str]

    @property
    def branch(self) -> str:
        """What names the transaction."""
        return self.parameters.get("branch", "")


def encode(message: SipMessage) -> bytes:
    """The bytes of a message, with the Content-Length that its body has.

    @raise UnsendableMessage: a text of it would end its line, or it is too long.
    """
    lines = [message.start_line()]
    if isinstance(message, SipRequest) and not (
        is_token(message.method) and _URI.fullmatch(message.uri)
    ):
        raise UnsendableMessage(f"{message.uri[:80]!r} is no URI")
    lines += [f"{spelled(name)}: {value}" for name, value in message.headers]
    for line in lines:
        if _UNSENDABLE.search(line):
            raise UnsendableMessage(f"{line[:40]!r} holds a control character")
    lines += [f"Content-Length: {len(message.body)}", "", ""]
    encoded = "\r\n".join(lines).encode("utf-8", "replace") + message.body
    if len(encoded) > GREATEST:
        raise UnsendableMessage(f"it has {len(encoded)} bytes, and {GREATEST} may be")
    return encoded


def spelled(name: str) -> str:
    """A header's name as it is written."""
    return _SPELLED.get(name) or "-".join(part.capitalize() for part in name.split("-"))


def parse_datagram(data: bytes) -> SipMessage:
    """The message that a datagram holds; what is after its Content-Length is passed over (section 18.3).

    @raise MalformedPacket: it is none.
    """
    if len(data) > GREATEST:
        raise malformed("it is too long")
    head, found, rest = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not found:
        raise malformed("its head does not end")
    make, headers = parse_head(head)
    length = content_length(headers)
    if length is None:
        return make_message(make, headers, rest)
    if length > len(rest):
        raise malformed("its body is shorter than it says")
    return make_message(make, headers, rest[:length])


def make_message(start: tuple[str, ...], headers: Headers, body: bytes) -> SipMessage:
    """A message of its parts; a start of three is a request's. @raise MalformedPacket: something is missing."""
    # Its length is that of the body, and said anew when it is encoded.
    kept = tuple(each for each in headers if each[0] != "content-length")
    if start[0] == VERSION:
        message: SipMessage = SipResponse(
            status=int(start[1]), reason=start[2], headers=kept, body=body
        )
    else:
        message = SipRequest(method=start[0], uri=start[1], headers=kept, body=body)
    for name in REQUIRED:
        if not message.first(name):
            raise malformed(f"it has no {spelled(name)}")
    _number, method = sequence(message)
    if isinstance(message, SipRequest) and method != message.method:
        raise malformed("its CSeq names another method")
    return message


def parse_head(head: bytes) -> tuple[tuple[str, ...], Headers]:
    """The start line's parts and the headers, of what is before the empty line.

    @raise MalformedPacket: that is no head.
    """
    if len(head) > LONGEST_HEAD:
        raise malformed("its head is too long")
    if b"\0" in head:
        raise malformed("its head holds a zero")
    text = _FOLD.sub(" ", head.decode("utf-8", "replace"))
    first, *lines = text.split("\r\n")
    if len(lines) > MOST_HEADERS:
        raise malformed("it has too many headers")
    return _start(first), tuple(_header(line) for line in lines)


def _start(line: str) -> tuple[str, ...]:
    if status := _STATUS.fullmatch(line):
        return (VERSION, status[1], status[2])
    request = _REQUEST.fullmatch(line)
    if request is None or not is_token(request[1]) or _UNSENDABLE.search(line):
        raise malformed("its first line is neither a request's nor a response's")
    return (request[1], request[2])


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name = name.rstrip(" \t").lower()
    if not colon or not is_token(name):
        raise malformed("a line of its head is no header")
    value = value.strip(" \t")
    if _UNSENDABLE.search(value):
        raise malformed("a header holds a control character")
    return COMPACT.get(name, name), value


def content_length(headers: Iterable[tuple[str, str]]) -> int | None:
    """What the head says of the body; None where it says nothing.

    @raise MalformedPacket: it is no number, or two that differ.
    """
    said = {value for name, value in headers if name == "content-length"}
    if not said:
        return None
    if len(said) > 1 or not all(map(_LENGTH.fullmatch, said)):
        raise malformed("its Content-Length is no number")
    return int(said.pop())


def sequence(message: SipMessage) -> tuple[int, str]:
    """Number and method of its CSeq. @raise MalformedPacket: it is none."""
    match = _CSEQ.fullmatch(message.first("cseq"))
    if match is None or not is_token(match[2]) or int(match[1]) >= MOST_CSEQ:
        raise malformed("its CSeq is none")
    return int(match[1]), match[2]


def vias(message: SipMessage) -> Iterator[Via]:
    """Every Via, the top one first. @raise MalformedPacket: one is none."""
    for value in message.all("via"):
        for each in split(value, ","):
            yield _via(each)


def _via(text: str) -> Via:
    parts = split(text, ";")
    match = _VIA.fullmatch(next(parts))
    if match is None:
        raise malformed("a Via is none")
    return Via(match[1].lower(), match[2], parameters(parts))
