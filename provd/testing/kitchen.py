"""Templates as a test writes them, rendered as a plugin's are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from provd.plugins.render import Library, Meter, TemplateFile, Templates
from provd.values import Format


class Kitchen:
    """Templates written by a test, in a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.meter = Meter()

    def __call__(
        self,
        source: str,
        format: Format = Format.LINES,  # noqa: A002 - as in the sdk
        **variables: Any,
    ) -> str:
        """What a template writes."""
        return self.render({"main": source}, format, **variables)

    def render(
        self,
        sources: dict[str, str],
        format: Format = Format.LINES,  # noqa: A002 - as in the sdk
        **variables: Any,
    ) -> str:
        """What the template called main writes; the others are there to be included."""
        library: Library = {name: self.file(name, text) for name, text in sources.items()}
        return Templates(library, self.meter).render("main", format, variables).decode()

    def file(self, name: str, text: str) -> TemplateFile:
        """One template on disk."""
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return TemplateFile(str(path), 0, path.stat().st_size, 0)
