"""Lists as CSV (RFC 4180), for spreadsheets: one row for each document, no cell a formula.

A spreadsheet takes what begins with `=`, `+`, `-` or `@` for a formula, which may fetch, send and
run; devices choose some of these texts.  An apostrophe in front makes them texts again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from provd.documents.paths import values_at

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_row(cells: Iterable[Any]) -> bytes:
    """One row, its end included."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([cell(each) for each in cells])
    return line.getvalue().encode("utf-8")


def row(columns: Sequence[str], document: dict[str, Any]) -> bytes:
    """The row of a document: what it has at each dotted path."""
    found = (values_at(tuple(column.split(".")), document) for column in columns)
    return write_row(values[0] if values else None for values in found)


def cell(value: Any) -> str:
    """A JSON value as a cell; what is nested is JSON text, what is missing is nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_BEGINS_A_FORMULA) else value
    return json.dumps(value, ensure_ascii=False)
