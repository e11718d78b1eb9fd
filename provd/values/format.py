"""The formats a file may be rendered in, each with escaping of its own."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """How values are escaped on their way into a rendered file.

    There is no raw format: whatever a document holds, the file keeps the lines, keys and
    elements that its template wrote.
    """

    LINES = "lines"
    """`key: value` or `key=value` text, one to a line: a value is always one line."""
    INI = "ini"
    """Like LINES, under `[section]` headings."""
    XML = "xml"
    """Elements and attributes: a value is character data wherever it stands."""
    JSON = "json"
    """Every `{{ value }}` writes one whole JSON value, quotes included."""
