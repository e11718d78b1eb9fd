"""The small pieces of SIP's grammar (RFC 3261 section 25): tokens, quoted strings, lists, parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from provd.values import MalformedPacket

PROTOCOL = "sip"

MOST_PARAMETERS = 64
"""Parameters of one header value at most."""

_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_WHOLE = {
    separator: re.compile(rf'(?:[^"<{separator}]|"(?:[^"\\]|\\.)*"|<[^>]*>)*', re.DOTALL)
    for separator in ",;"
}
# What may stand in a URI's user part unescaped: unreserved and user-unreserved.
_USER = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,;?/")


def malformed(detail: str) -> MalformedPacket:
    """The one error that bytes of a peer can lead to."""
    return MalformedPacket(PROTOCOL, detail)


def is_token(text: str) -> bool:
    """Whether it is a `token`: a method, the name of a header or of a parameter."""
    return _TOKEN.fullmatch(text) is not None


def escaped_user(user: str) -> str:
    """A user as the part of a URI that it is before the `@` (section 19.1.2)."""
    return "".join(
        sign if sign in _USER else "".join(f"%{byte:02X}" for byte in sign.encode("utf-8"))
        for sign in user
    )


def quoted(text: str) -> str:
    """A `quoted-string`."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(text: str) -> str:
    """What a `quoted-string` says; anything else says itself.

    @raise MalformedPacket: it begins and does not end.
    """
    if not text.startswith('"'):
        return text
    if len(text) < 2 or not text.endswith('"'):
        raise malformed("a quoted string does not end")
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def split(text: str, separator: str) -> Iterator[str]:
    """The parts between separators that stand neither in a quoted string nor in `<…>`.

    @raise MalformedPacket: a quoted string or `<` does not end.
    """
    whole, at = _WHOLE[separator], 0
    while True:
        match = whole.match(text, at)
        assert match is not None  # noqa: S101 - it matches nothing, too
        yield match[0].strip(" \t")
        at = match.end()
        if at == len(text):
            return
        if text[at] != separator:
            raise malformed("a quoted string or an address in angle brackets does not end")
        at += 1


def parameters(parts: Iterator[str]) -> Mapping[str, str]:
    """`name=value` pairs by name in lower case; a name alone has an empty value; the first of two counts.

    @raise MalformedPacket: a name is no token, or there are too many.
    """
    found: dict[str, str] = {}
    for count, part in enumerate(parts):
        name, _equals, value = part.partition("=")
        name = name.strip(" \t").lower()
        if not is_token(name) or count >= MOST_PARAMETERS:
            raise malformed("a parameter has no name, or there are too many")
        found.setdefault(name, unquoted(value.strip(" \t")))
    return found
