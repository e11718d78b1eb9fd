"""Where in a file a template puts its values, read off the text around them.

Escaping is right for a place: a value is safe as character data and not as the name of an
element.  While a template is compiled, its own text is followed far enough to know for each
`{{ value }}` whether it stands in a name (`<P{{ n }}>`, `softkey{{ n }} type: …`) or in an XML
comment.  A value in a name is reduced to a name; one in a comment is left out, since nothing
can be escaped there.  Branches are followed as they are written, which is right as long
as a template does not open a quote in one branch and close it in another.
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2.lexer import Token, TokenStream

from provd.values import Format

_XML_OPENINGS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<", ">"))


class XMLPlace:
    """Where in an XML file the template has arrived."""

    def __init__(self) -> None:
        """At its beginning, in character data."""
        self._until = ""
        self._quote = ""
        self._left: list[tuple[str, str]] = []

    def enter(self) -> None:
        """What follows is written apart (a macro) and used who knows where."""
        self._left.append((self._until, self._quote))
        self._until = self._quote = ""

    def leave(self) -> None:
        """Back to where `enter` was."""
        if self._left:
            self._until, self._quote = self._left.pop()

    def read(self, text: str) -> None:
        """Follow a piece of the template's own text."""
        at = 0
        while at < len(text):
            at = self._step(text, at)

    def _step(self, text: str, at: int) -> int:
        if self._quote:
            return self._close_quote(text, at)
        if self._until == ">":
            return self._within_tag(text, at)
        if self._until:
            end = text.find(self._until, at)
            at, self._until = (len(text), self._until) if end < 0 else (end + len(self._until), "")
            return at
        return self._open(text, at)

    def _open(self, text: str, at: int) -> int:
        start = text.find("<", at)
        if start < 0:
            return len(text)
        opening, self._until = next(
            pair for pair in _XML_OPENINGS if text.startswith(pair[0], start)
        )
        return start + len(opening)

    def _within_tag(self, text: str, at: int) -> int:
        if text[at] in "'\"":
            self._quote = text[at]
        elif text[at] == ">":
            self._until = ""
        return at + 1

    def _close_quote(self, text: str, at: int) -> int:
        end = text.find(self._quote, at)
        if end < 0:
            return len(text)
        self._quote = ""
        return end + 1

    @property
    def mute(self) -> bool:
        """Whether a value cannot stand here at all."""
        return self._until == "-->"

    @property
    def name_filter(self) -> str:
        """The filter for a value that is part of a name here; empty where it is data."""
        return "_xml_name" if self._until == ">" and not self._quote else ""


class LinePlace:
    """Where in a file of lines the template has arrived: before or after the sign that ends a key."""

    mute = False

    def __init__(self) -> None:
        """At the beginning of a line."""
        self._in_key = True
        self._left: list[bool] = []

    def enter(self) -> None:
        """What follows is written apart, and becomes part of a key or a value where it is used."""
        self._left.append(self._in_key)
        self._in_key = False

    def leave(self) -> None:
        """Back to where `enter` was."""
        if self._left:
            self._in_key = self._left.pop()

    def read(self, text: str) -> None:
        """Follow a piece of the template's own text."""
        line = text.rpartition("\n")[2]
        if len(line) < len(text):
            self._in_key = True
        if any(sign in line for sign in ":=#;"):
            self._in_key = False

    @property
    def name_filter(self) -> str:
        """The filter for a value that is part of a key here."""
        return "_line_key" if self._in_key else ""


class JSONPlace:
    """A JSON value is whole wherever it stands."""

    mute = False
    name_filter = ""

    def read(self, text: str) -> None:
        """Nothing to follow."""

    def enter(self) -> None:
        """Nothing to leave."""

    def leave(self) -> None:
        """Nothing to come back to."""


Place = XMLPlace | LinePlace | JSONPlace

PLACES: dict[Format, type[Place]] = {
    Format.LINES: LinePlace,
    Format.INI: LinePlace,
    Format.XML: XMLPlace,
    Format.JSON: JSONPlace,
}


def mark_places(stream: TokenStream, place: Place) -> Iterator[Token]:
    """The template's tokens, each value with the filter its place asks for."""
    for token in stream:
        if token.type == "data":
            place.read(token.value)
            yield token
        elif token.type == "block_begin":
            yield from _follow_block(token, stream, place)
        elif token.type == "variable_begin" and place.mute:
            _skip_value(stream)
        elif token.type == "variable_begin" and place.name_filter:
            yield from _with_filter(token, stream, place.name_filter)
        else:
            yield token


def _follow_block(begin: Token, stream: TokenStream, place: Place) -> Iterator[Token]:
    """One `{% ... %}`, and whether what follows it is written apart."""
    tokens = [begin]
    for token in stream:
        tokens.append(token)
        if token.type == "block_end":
            break
    word = tokens[1].value if len(tokens) > 1 else ""
    if word in {"macro", "call"} or (word == "set" and not _assigns(tokens)):
        place.enter()
    elif word in {"endmacro", "endcall", "endset"}:
        place.leave()
    yield from tokens


def _assigns(tokens: list[Token]) -> bool:
    return any(token.type == "assign" for token in tokens)


def _skip_value(stream: TokenStream) -> None:
    for token in stream:
        if token.type == "variable_end":
            return


def _with_filter(begin: Token, stream: TokenStream, name: str) -> Iterator[Token]:
    """`{{ a if b }}` becomes `{{ (a if b)|name }}`."""
    yield begin
    yield Token(begin.lineno, "lparen", "(")
    for token in stream:
        if token.type == "variable_end":
            yield Token(token.lineno, "rparen", ")")
            yield Token(token.lineno, "pipe", "|")
            yield Token(token.lineno, "name", name)
            yield token
            return
        yield token
