"""Plain scalars that YAML 1.1 takes for something else than texts, and YAML 1.2 does not."""

from __future__ import annotations

WORDS = frozenset(
    word
    for each in ("y", "yes", "n", "no", "on", "off")
    for word in (each, each.capitalize(), each.upper())
) | {"=", "<<"}
