"""A strict reader for the request that devices send all day: one whole, plain GET or HEAD.

Nearly every request arrives in one piece, without a body, in nothing but printable ASCII.  For
those this reader takes a few microseconds where a general parser takes twenty.  It is not a
second opinion on HTTP: what it does not recognise *completely* it leaves, untouched, to
twisted.web's parser, and a test holds that where it does answer both say the same.
"""

from __future__ import annotations

import re

PlainHead = tuple[str, str, str, dict[str, str]]
"""(method, path, query, headers): names in lower case, values as ISO 8859-1, each byte one character."""

# Characters that never need a second look: no escape, no backslash, no empty or dotted segment (RFC 3986 section 3.3).
_TARGET = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)(?:\?([!\"$-~]*))?")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 section 5.6.2
# RFC 9110 section 5.5: a value holds no control character but the tab.
_CONTROLS = bytes([*range(9), *range(10, 32), 127])
# These say how the rest of the connection is to be read: the general parser's business.
_FRAMING = frozenset(
    {"content-length", "transfer-encoding", "expect", "upgrade", "http2-settings", "trailer"}
)
_MOST_NAMES = 512


class HeadReader:
    """Reads plain request heads; remembers the header names it met, a bounded number of them."""

    def __init__(self, max_bytes: int, max_headers: int) -> None:
        self._max_bytes = max_bytes
        self._max_headers = max_headers
        self._names: dict[str, str] = {}

    def read(self, data: bytes) -> PlainHead | None:
        """The one request that `data` is, or None if it is anything but one whole plain request."""
        if len(data) > self._max_bytes:
            return None
        lines = data.decode("latin-1").split("\r\n")
        line_ends = len(lines) - 1
        # Two per line: any other carriage return, line feed, NUL or control character makes it more.
        if len(data.translate(None, _CONTROLS)) + 2 * line_ends != len(data):
            return None
        words = lines[0].split(" ")
        if len(words) != 3 or words[2] != "HTTP/1.1" or words[0] not in ("GET", "HEAD"):
            return None
        target = _TARGET.fullmatch(words[1])
        if target is None or "//" in (path := target[1]) or "/." in path:
            return None
        headers = self._headers(lines)
        if headers is None or "host" not in headers:
            return None
        return words[0], path, target[2] or "", headers

    def _headers(self, lines: list[str]) -> dict[str, str] | None:
        """The headers, unless one is repeated, concerns framing, or does not look like one."""
        count = len(lines) - 3
        if count > self._max_headers or lines.pop() or lines.pop():
            return None
        names = self._names
        headers = {}
        del lines[0]
        for line in lines:
            name, _colon, value = line.partition(":")
            key = names.get(name)
            if key is None:
                key = self._learn(name, line)
            headers[key] = value.strip(" \t")
        return headers if len(headers) == count and "" not in headers else None

    def _learn(self, name: str, line: str) -> str:
        """A header name in lower case; empty for what is none, or is not for us."""
        key = name.lower()
        if name == line or not _TOKEN.fullmatch(name) or key in _FRAMING:
            return ""
        if len(self._names) < _MOST_NAMES:
            self._names[name] = key
        return key
