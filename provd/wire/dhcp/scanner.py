r"""Reading the text of option values: one cursor, and the literals that all kinds share.

Bytes are `"text"` with `\"`, `\\` and `\xNN`, or `hex 0a0b`, which stands for any value of any
kind.  Whatever is shown is printable ASCII, so it can neither break a line nor drive a terminal.
"""

from __future__ import annotations

import re

__all__ = ["Scanner", "Unexpected", "hexadecimal", "octets", "quoted"]

_BLANKS = re.compile(r"[ \t]*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")
_HEX = re.compile(r"hex(?:[ \t]+((?:[0-9a-fA-F]{2}:?)+))?(?=[\s;,}\]]|$)")
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,16}\b|-?[0-9]{1,20}\b", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_SHOWN = [chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in range(256)]
_SHOWN[ord('"')], _SHOWN[ord("\\")] = '\\"', "\\\\"
_PRINTABLE = bytes(range(32, 127))


class Unexpected(ValueError):
    """The text goes on with something else than what belongs there."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found, expected)
        self.found, self.expected = found, expected


def quoted(value: bytes) -> str:
    """Bytes as a literal that is mostly text."""
    return '"' + "".join([_SHOWN[byte] for byte in value]) + '"'


def hexadecimal(value: bytes) -> str:
    """Bytes as a literal of digits."""
    return f"hex {value.hex()}" if value else "hex"


def octets(value: bytes) -> str:
    """Bytes of no known kind, as text where all of them are printable."""
    # Deleting all printable bytes is the fastest way to learn whether there are others.
    return hexadecimal(value) if not value or value.translate(None, _PRINTABLE) else quoted(value)


class Scanner:
    """A cursor in one line of text; blanks before a token do not matter."""

    __slots__ = ("_at", "_text")

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go beyond what `pattern` finds here; None where it finds nothing."""
        start = self._skip()
        found = pattern.match(self._text, start)
        if found is not None:
            self._at = found.end()
        return found

    def need(self, pattern: re.Pattern[str], expected: str) -> str:
        """The token that must be here.

        @raise Unexpected: where it is not.
        """
        found = self.match(pattern)
        if found is None:
            raise self.unexpected(expected)
        return found.group()

    def accept(self, literal: str) -> bool:
        """Whether `literal` was here, and is behind us now."""
        start = self._skip()
        here = self._text.startswith(literal, start)
        if here:
            self._at = start + len(literal)
        return here

    def sees(self, characters: str) -> bool:
        """Whether the next character is one of these, or nothing is left."""
        return self._text[self._skip() : self._at + 1] in characters

    def expect(self, literal: str) -> None:
        """Go beyond `literal`, or raise `Unexpected`."""
        if not self.accept(literal):
            raise self.unexpected(f"`{literal}`")

    def keyword(self, word: str) -> bool:
        """Whether the next word is this one, which is then behind us."""
        at = self._at
        found = self.match(_WORD)
        if found is not None and found.group() == word:
            return True
        self._at = at
        return False

    def word(self) -> str:
        """The word here; empty where there is none."""
        found = self.match(_WORD)
        return "" if found is None else found.group()

    def number(self, least: int, most: int) -> int:
        """A number here, decimal or with 0x in front."""
        at = self._skip()
        token = self.match(_NUMBER)
        value = (
            least - 1 if token is None else int(token.group(), 0 if "x" in token.group() else 10)
        )
        if not least <= value <= most:
            self._at = at
            raise self.unexpected(f"a number from {least} to {most}")
        return value

    def hexadecimal(self) -> bytes | None:
        """The value of a `hex` literal here; None where there is none."""
        found = self.match(_HEX)
        return None if found is None else bytes.fromhex((found.group(1) or "").replace(":", ""))

    def octets(self) -> bytes:
        """The value of a literal of bytes."""
        value = self.hexadecimal()
        return self.quoted() if value is None else value

    def quoted(self) -> bytes:
        """The value of a literal in quotes; characters beyond ASCII stand for their UTF-8."""
        literal = self.need(_QUOTED, '"text" or hex 0a0b')
        return _ESCAPE.sub(_unescape, literal[1:-1]).encode("utf-8", "surrogateescape")

    def done(self) -> bool:
        """Whether nothing is left."""
        return self._skip() == len(self._text)

    def finish(self) -> None:
        """Raise `Unexpected` unless nothing is left."""
        if not self.done():
            raise self.unexpected("the end of the line")

    def unexpected(self, expected: str) -> Unexpected:
        """The error that says what is here, and what should be."""
        return Unexpected(self._text[self._skip() :][:40], expected)

    def _skip(self) -> int:
        blanks = _BLANKS.match(self._text, self._at)
        self._at = blanks.end() if blanks is not None else self._at
        return self._at


def _unescape(escape: re.Match[str]) -> str:
    r"""What `\xNN`, `\"` or `\\` stands for; a byte beyond ASCII travels as a surrogate."""
    what = escape.group(1)
    if what in {'"', "\\"}:
        return what
    if len(what) != 3:
        raise Unexpected(escape.group(), r"\", \\ or \xNN")
    return bytes.fromhex(what[1:]).decode("ascii", "surrogateescape")
