"""Projections: the part of a document that somebody wants to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def project(document: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Only these dotted paths of a document, nested as they were, and always its `id`.

    What a document does not have is left out.  Several paths into one object share it; a path
    and one that leads deeper into the same value give the whole value.
    """
    seen: dict[str, Any] = {}
    if "id" in document:
        seen["id"] = document["id"]
    for field in sorted(fields, key=len):
        _copy(document, seen, field.split("."))
    return seen


def _copy(source: Any, target: dict[str, Any], path: Sequence[str]) -> None:
    """Bring one path over, making the objects on the way, unless the value is missing."""
    for name in path:
        if not isinstance(source, dict) or name not in source:
            return
        source = source[name]
    for name in path[:-1]:
        target = target.setdefault(name, {})
    target[path[-1]] = source
