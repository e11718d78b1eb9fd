"""Whether a text is a template at all, found out without running anything."""

from __future__ import annotations

from jinja2 import Environment, TemplateSyntaxError

_GRAMMAR = Environment(autoescape=True)
"""For its grammar alone: nothing is ever rendered by it."""


def check_syntax(source: str) -> None:
    """@raise ValueError: it is no template; says where and why."""
    try:
        _GRAMMAR.parse(source)
    except TemplateSyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.message}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
