"""The templates of a legacy plugin: its own language of them, in a sandbox."""

from __future__ import annotations

from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, Template
from jinja2.sandbox import SandboxedEnvironment

OVERRIDES, OWN = Path("var", "templates"), Path("templates")


class Templates:
    """What administrators put into `var/templates` goes before `templates`."""

    def __init__(self, directory: Path) -> None:
        loader = ChoiceLoader([FileSystemLoader(directory / each) for each in (OVERRIDES, OWN)])
        # Which text is escaped, and how, is written in the templates themselves.
        self._environment = SandboxedEnvironment(loader=loader, autoescape=False)

    def get(self, name: str) -> Template:
        """A template by its name. @raise TemplateNotFound: there is none."""
        return self._environment.get_template(name)
