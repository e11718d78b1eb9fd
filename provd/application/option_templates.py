"""Templates among the options of DHCP, looked at before they are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provd.documents.dhcp import OptionValue
from provd.plugins.render import check_syntax
from provd.values import Problem


def template_problems(options: Sequence[OptionValue]) -> Iterator[Problem]:
    """What is wrong with those that are templates."""
    for at, option in enumerate(options):
        if option.template:
            try:
                check_syntax(option.value)
            except ValueError as error:
                yield Problem(f"options.{at}.value", f"is no template: {error}", "a template")
