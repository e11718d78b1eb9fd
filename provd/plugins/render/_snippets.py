"""Short templates that stand in documents, rendered in the same sandbox as a plugin's files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define
from jinja2 import DictLoader
from jinja2.environment import Template

from provd.plugins.render._meter import Meter
from provd.plugins.render._sandbox import Sandbox
from provd.values import Format, ProvdError

MOST = 512
"""Templates kept compiled."""
LONGEST = 4096
"""Characters that one of them may write."""


@define
class SnippetFailed(ProvdError):
    """A template in a document cannot be rendered for this request."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"the template {self.source[:60]!r} cannot be rendered: {self.reason}"


class Snippets:
    """Templates by their text: compiled at first use; values are always one line."""

    def __init__(self, meter: Meter) -> None:
        """Render at the expense of `meter`."""
        self._sandbox = Sandbox(Format.LINES, DictLoader({}), meter)
        self._compiled: dict[str, Template] = {}

    def render(self, source: str, variables: Mapping[str, Any]) -> str:
        """What the template writes.

        @raise SnippetFailed: it is none, does what it may not, or writes too much.
        """
        try:
            written = self._sandbox.write(self._template(source), variables)
        except Exception as error:  # whatever a template can do wrong is the template's fault
            raise SnippetFailed(source, str(error) or type(error).__name__) from error
        if len(written) > LONGEST:
            raise SnippetFailed(source, f"it writes {len(written)} characters, {LONGEST} at most")
        return written

    def _template(self, source: str) -> Template:
        template = self._compiled.get(source)
        if template is None:
            template = self._sandbox.from_string(source)
            if len(self._compiled) >= MOST:
                del self._compiled[next(iter(self._compiled))]
            self._compiled[source] = template
        return template
