"""Files that commands read: documents and operations, one or many, in JSON or in YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import click

MOST_VALUES, DEEPEST = 10_000_000, 64
"""Of a file in YAML: more is a mistake."""

_MORE = re.compile(r"\S")


def read_document(file: str) -> dict[str, Any]:
    """The one object in a file; `-` is standard input. @raise click.UsageError: there is none, or more."""
    found = read_objects(file)
    if len(found) != 1:
        raise click.UsageError(f"{file}: holds {len(found)} documents, not one")
    return found[0]


def read_objects(file: str) -> list[dict[str, Any]]:
    """Every object in a file: one after the other, a line each, as YAML documents, or in a list.

    @raise click.UsageError: there is something else.
    """
    values = [each if isinstance(each, list) else [each] for each in _values(file)]
    found = [each for objects in values for each in objects]
    if not all(isinstance(each, dict) for each in found):
        raise click.UsageError(f"{file}: not objects, nor lists of objects")
    return found


def read_operations(file: str) -> list[dict[str, Any]]:
    """The operations of a JSON patch in a file. @raise click.UsageError: there are none."""
    match _values(file):
        case [list(operations)] if all(isinstance(each, dict) for each in operations):
            return operations
    raise click.UsageError(f"{file}: not a list of operations (RFC 6902)")


def _values(file: str) -> list[Any]:
    from provd.values import ProvdError  # noqa: PLC0415 - `--help` does without

    try:
        with click.open_file(file, encoding="utf-8") as stream:
            text = stream.read()
        return [*(_json(text) if text.lstrip()[:1] in {"{", "["} else _yaml(text))]
    except (OSError, ValueError, ProvdError) as error:
        raise click.UsageError(f"{file}: {error}") from error


def _json(text: str) -> Iterator[Any]:
    """Values one after the other, with nothing but white space between them."""
    decoder, at = json.JSONDecoder(), 0
    while (begin := _MORE.search(text, at)) is not None:
        value, at = decoder.raw_decode(text, begin.start())
        yield value


def _yaml(text: str) -> Iterator[Any]:
    from provd.wire.yaml import read_documents  # noqa: PLC0415 - the same

    yield from read_documents(text, values=MOST_VALUES, depth=DEEPEST)
