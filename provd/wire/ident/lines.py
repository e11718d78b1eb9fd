"""The two lines of RFC 1413, as bytes and as values.

The reply is `6193, 23 : USERID : UNIX : stjohns`, or `6195, 23 : ERROR : NO-USER`.  Spaces around
ports and fields mean nothing (section 5: parsers may be liberal); of the user's name they are a part,
but for those right after the colon, which every server writes.
"""

from __future__ import annotations

import re

from attrs import define

from provd.values import MalformedPacket, ProvdError

LONGEST = 1000
"""Bytes of a reply, its end of line included: section 4 has no reply longer than this parse."""

LONGEST_USER = 512
"""Octets of a user identifier (section 6)."""

_REPLY = re.compile(rb"\s*(\d{1,5})\s*,\s*(\d{1,5})\s*:\s*(USERID|ERROR)\s*:(.*)", re.DOTALL)
_FIELDS = re.compile(rb"\s*([^:,]{1,40}?)\s*(?:,\s*([^:,]{1,40}?)\s*)?:[ \t]*(.+)", re.DOTALL)
_NAME = re.compile(rb"[\x21-\x7e]+")


@define
class IdentError(ProvdError):
    """The other host does not say who it is."""

    reason: str

    def __str__(self) -> str:
        return f"the host's ident server says {self.reason}"


def spell_query(their_port: int, our_port: int) -> bytes:
    """The line that asks who has the connection from `their_port` to `our_port`."""
    return b"%d, %d\r\n" % (their_port, our_port)


def parse_reply(line: bytes, their_port: int, our_port: int) -> str:
    """The user's name in a reply to that query; `line` without its end.

    @raise IdentError: the reply is that there is none.
    @raise MalformedPacket: it is no reply, or one to another query.
    """
    found = _REPLY.fullmatch(line) if len(line) <= LONGEST else None
    if found is None:
        raise MalformedPacket("ident", f"{line[:80]!r} is no reply")
    if (int(found[1]), int(found[2])) != (their_port, our_port):
        raise MalformedPacket("ident", "the reply is to another query")
    if found[3] == b"ERROR":
        raise IdentError(found[4].strip()[:64].decode("ascii", "replace"))
    return _user(found[4])


def _user(rest: bytes) -> str:
    fields = _FIELDS.fullmatch(rest)
    if fields is None:
        raise MalformedPacket("ident", "the reply has no user")
    # OTHER says that what follows is no name of a user (section 6).
    if fields[1] == b"OTHER":
        raise IdentError("that its users have no names")
    name = fields[3].rstrip(b"\r\n")
    if len(name) > LONGEST_USER or not _NAME.fullmatch(name):
        raise MalformedPacket("ident", "the user's name is none of printable ASCII")
    return name.decode("ascii")
