"""How each format keeps a value inside the place its template gave it.

Text that a template wrote itself (a macro, a `{% set %}` block) is `Markup`, and passes as it is;
everything else is a value.  A value is text, a number, a truth or nothing; only JSON writes lists
and objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from attrs import define
from jinja2 import Undefined
from markupsafe import Markup

from provd.values import Format, ProvdError

_BREAKS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]
"""Control characters, and everything that some reader takes for the end of a line."""

_ONE_LINE = dict.fromkeys(_BREAKS, " ")

_NOT_XML = [code for code in range(0x20) if code not in {0x09, 0x0A, 0x0D}]
_NOT_XML += [*range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
"""Characters that no XML 1.0 document may hold, not even as a reference (XML 1.0, section 2.2)."""

_CHARACTER_DATA: dict[int, str | None] = {
    **{code: f"&#{code};" for code in _BREAKS},
    **dict.fromkeys(_NOT_XML, None),
    **{ord(mark): f"&#{ord(mark)};" for mark in "'\""},
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
}
_NOT_PLAIN_XML = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff&<>'\"]")

_json = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))


@define
class NotPrintable(ProvdError):
    """A template prints something that is no text."""

    kind: str

    def __str__(self) -> str:
        return f"the template prints a {self.kind}, where only text and numbers can stand"


def plain_text(value: Any) -> str:
    """A value as the text it stands for; null is no text at all.

    @raise NotPrintable: a list, an object, a function.
    @raise jinja2.UndefinedError: a variable that does not exist.
    """
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, int | float | Undefined):
        return str(value)
    raise NotPrintable(type(value).__name__)


def line_value(value: Any) -> str:
    """A value for LINES and INI: always one line."""
    if value.__class__ is str:  # nearly always, and this is called for every value of every file
        text = value
    elif isinstance(value, Markup):
        return value
    else:
        text = plain_text(value)
    return text if text.isprintable() else text.translate(_ONE_LINE)


def xml_value(value: Any) -> str:
    """A value for XML: character data, in an element as in an attribute."""
    if value.__class__ is str:
        text = value
    elif isinstance(value, Markup):
        return value
    else:
        text = plain_text(value)
    return text.translate(_CHARACTER_DATA) if _NOT_PLAIN_XML.search(text) else text


def json_value(value: Any) -> str:
    """A value for JSON: one whole JSON value, in ASCII."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, Undefined):
        return str(value)
    try:
        return _json.encode(value)
    except (TypeError, ValueError) as error:
        raise NotPrintable(type(value).__name__) from error


ESCAPES: dict[Format, Callable[[Any], str]] = {
    Format.LINES: line_value,
    Format.INI: line_value,
    Format.XML: xml_value,
    Format.JSON: json_value,
}

_NOT_IN_A_NAME = re.compile(r"[^\w.-]", re.ASCII)
_NOT_IN_A_KEY = re.compile(r"[:=\[\]#;]")


def xml_name(value: Any) -> str:
    """A value that is part of the name of an element or attribute: nothing but a name."""
    return _NOT_IN_A_NAME.sub("_", plain_text(value))


def line_key(value: Any) -> str:
    """A value that stands before the `:` or `=` of its line: nothing that ends or opens a key."""
    if value.__class__ is int:
        return str(value)
    return _NOT_IN_A_KEY.sub("_", plain_text(value))
