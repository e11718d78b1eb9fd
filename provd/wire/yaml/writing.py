"""From JSON values to YAML."""

from __future__ import annotations

import json
import re
from typing import Any

from provd.wire.yaml.words import WORDS

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*(?: [A-Za-z0-9_./@-]+)*")


def write_yaml(value: Any) -> bytes:
    """A JSON value as a YAML document."""
    lines: list[str] = []
    if isinstance(value, dict | list) and value:
        _block(value, "", lines)
    else:
        lines.append(_inline(value))
    return ("\n".join(lines) + "\n").encode("utf-8")


def write_item(value: Any) -> bytes:
    """A JSON value as one item of a block sequence."""
    lines: list[str] = []
    _block([value], "", lines)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _block(value: Any, indent: str, lines: list[str]) -> None:
    entries = (
        ((f"{_text(key)}:", each) for key, each in value.items())
        if isinstance(value, dict)
        else (("-", each) for each in value)
    )
    for lead, each in entries:
        if not (isinstance(each, dict | list) and each):
            lines.append(f"{indent}{lead} {_inline(each)}")
        elif lead == "-":
            # The first line of what is inside stands beside the dash.
            at = len(lines)
            _block(each, indent + "  ", lines)
            lines[at] = f"{indent}- {lines[at].removeprefix(indent + '  ')}"
        else:
            lines.append(f"{indent}{lead}")
            _block(each, indent + "  ", lines)


def _inline(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    return json.dumps(value)


def _text(text: str) -> str:
    """A text that nobody takes for anything else; in quotes, if need be."""
    unquoted = (
        len(text) < 80
        and _PLAIN.fullmatch(text)
        and text not in WORDS
        and text.lower() not in {"null", "true", "false"}
    )
    if unquoted:
        return text
    # JSON leaves alone what YAML must not see as it is: DEL, C1 controls, separators, a BOM.
    return _NOT_PRINTED.sub(
        lambda each: f"\\u{ord(each[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


_NOT_PRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _float(value: float) -> str:
    """With a point and a signed exponent, as both versions read it."""
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    return text
