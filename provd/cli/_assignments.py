"""`key=text key:=json a.b=text`: how a document is spelled on a command line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from provd.cli._files import read_document


def read_assignments(words: Iterable[str]) -> dict[str, Any]:
    """The object that the words spell; a dot in a key leads into an object.

    @raise click.UsageError: a word is no assignment, or two contradict each other.
    """
    found: dict[str, Any] = {}
    for word in words:
        key, value = _assignment(word)
        _put(found, key.split("."), value, word)
    return found


def _assignment(word: str) -> tuple[str, Any]:
    key, equals, text = word.partition("=")
    if not equals or not key.rstrip(":"):
        raise click.UsageError(f"{word!r} is neither KEY=TEXT nor KEY:=JSON")
    if not key.endswith(":"):
        return key, text
    try:
        return key[:-1], json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"{word!r}: what follows := is not JSON ({error})") from error


def _put(target: dict[str, Any], path: list[str], value: Any, word: str) -> None:
    for name in path[:-1]:
        target = target.setdefault(name, {})
        if not isinstance(target, dict):
            raise click.UsageError(f"{word!r} leads into a value that is no object")
    if path[-1] in target or not path[-1]:
        raise click.UsageError(f"{word!r} names a key that is empty or given before")
    target[path[-1]] = value


def read_filters(words: Iterable[str]) -> dict[str, list[str]]:
    """Filters of a list, each `KEY=TEXT`; one that is given several times may hold in either way.

    @raise click.UsageError: a word is none.
    """
    found: dict[str, list[str]] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise click.UsageError(f"{word!r} is no filter: KEY=TEXT, or KEY='Gte(3.2)'")
        found.setdefault(key, []).append(text)
    return found


def gather(file: str | None, words: Iterable[str]) -> dict[str, Any]:
    """A document from a file, with assignments over it."""
    document = read_document(file) if file else {}
    return document | read_assignments(words)
