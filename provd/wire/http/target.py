"""What is asked for: a request target becomes a path and a query, decoded exactly once."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from provd.values import MalformedPacket

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# RFC 9112 section 3.2: a target has no white space, and what comes after a `#` never leaves a client.
_ODD = re.compile(rb"[\x00-\x20#\x7f]")
# After decoding: no control character reaches a log line, a file name or a template.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# A segment that means "here" or "up": nothing that a device was told to ask for.
_UNWALKABLE = re.compile(r"/\.{1,2}(?:/|$)")
# A phone that was given a base URL with a slash at its end puts another between that and the name.
_SLASHES = re.compile(r"/{2,}")


def parse_target(target: bytes) -> tuple[str, str]:
    """The path, as text with its leading slash, and the query as sent.

    Escapes are decoded once (`%252e` is the text `%2e`), bytes that are not UTF-8 become U+FFFD,
    several slashes in a row are one.
    Only the origin form of RFC 9112 section 3.2.1 is taken.

    @raise MalformedPacket: another form, a bad escape, a control character, a backslash or a dotted
        segment.
    """
    path_bytes, _mark, query = target.partition(b"?")
    if not path_bytes.startswith(b"/"):
        raise MalformedPacket("http", "the request target is not a path")
    if _ODD.search(target):
        raise MalformedPacket("http", "the request target holds a character that must be escaped")
    if _BAD_ESCAPE.search(path_bytes):
        raise MalformedPacket("http", "the request target holds an incomplete escape")
    path = unquote_to_bytes(path_bytes).decode("utf-8", "replace")
    if _CONTROL.search(path):
        raise MalformedPacket("http", "the path holds a control character")
    if "\\" in path or _UNWALKABLE.search(path):
        raise MalformedPacket("http", "the path does not lead downwards")
    if "//" in path:
        path = _SLASHES.sub("/", path)
    return path, query.decode("utf-8", "replace")
