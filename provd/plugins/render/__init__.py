"""Rendering: a plugin's templates, metered and escaped, as the bytes a device gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define
from jinja2 import BaseLoader, Environment, TemplateNotFound
from jinja2.environment import Template

from provd.plugins.render._escape import NotPrintable
from provd.plugins.render._library import (
    SHIPPED,
    Library,
    TemplateFile,
    TemplateUnreadable,
    read_template,
    survey,
)
from provd.plugins.render._meter import LONGEST_TEXT, STEPS, Meter, TooMuchWork
from provd.plugins.render._sandbox import Sandbox
from provd.plugins.render._snippets import SnippetFailed, Snippets
from provd.plugins.render._syntax import check_syntax
from provd.values import Format, ProvdError

__all__ = [
    "LONGEST_TEXT",
    "SHIPPED",
    "STEPS",
    "Library",
    "Meter",
    "NoSuchTemplate",
    "NotPrintable",
    "SnippetFailed",
    "Snippets",
    "TemplateFile",
    "TemplateUnreadable",
    "Templates",
    "TooMuchWork",
    "check_syntax",
    "survey",
]


@define
class NoSuchTemplate(ProvdError):
    """None of the templates that could render a file exists."""

    candidates: tuple[str, ...]

    def __str__(self) -> str:
        return f"there is none of the templates {', '.join(self.candidates)}"


class Templates:
    """One plugin's templates with their overrides: compiled at first use, kept until a file changes."""

    def __init__(self, library: Library, meter: Meter) -> None:
        """Render what is in `library`, at the expense of `meter`."""
        self._library = library
        self._meter = meter
        self._sandboxes: dict[Format, Sandbox] = {}
        self._compiled: dict[tuple[str, Format], Template] = {}

    @property
    def names(self) -> Sequence[str]:
        """Every template there is, without the second name of the plugin's own."""
        return sorted(name for name in self._library if not name.startswith(SHIPPED))

    def adopt(self, library: Library) -> bool:
        """Use a newer survey; says whether anything had changed."""
        if library == self._library:
            return False
        self._library = library
        self._sandboxes.clear()
        self._compiled.clear()
        return True

    def find(self, candidates: Sequence[str]) -> str:
        """The first of these templates that exists.

        @raise NoSuchTemplate: none does.
        """
        for name in candidates:
            if name in self._library:
                return name
        raise NoSuchTemplate(tuple(candidates))

    def compile(self, name: str, format: Format) -> Template:  # noqa: A002 - as in the sdk
        """A template, ready to run.

        @raise TemplateUnreadable: its file cannot be read.
        @raise jinja2.TemplateError: it is no template.
        """
        known = self._compiled.get((name, format))
        if known is None:
            known = self._sandbox(format).get_template(name)
            self._compiled[name, format] = known
        return known

    def render(self, name: str, format: Format, variables: Mapping[str, Any]) -> bytes:  # noqa: A002 - as in the sdk
        """The file that a template writes, in UTF-8.

        @raise TooMuchWork: it asks for more than one file may cost.
        @raise Exception: whatever a template can do wrong, its own line last in the traceback.
        """
        template = self.compile(name, format)
        return self._sandbox(format).write(template, variables).encode("utf-8", "replace")

    def _sandbox(self, format: Format) -> Sandbox:  # noqa: A002 - as in the sdk
        sandbox = self._sandboxes.get(format)
        if sandbox is None:
            sandbox = self._sandboxes[format] = Sandbox(format, _Loader(self._library), self._meter)
        return sandbox


class _Loader(BaseLoader):
    """Templates of a library, for `extends`, `include` and `import`."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def get_source(
        self,
        environment: Environment,
        template: str,
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The source, and the path that tracebacks name."""
        file = self._library.get(template)
        if file is None:
            raise TemplateNotFound(template)
        return read_template(file), file.path, None
