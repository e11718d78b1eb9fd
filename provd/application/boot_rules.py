"""What operators may do with boot rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from provd.access import Principal
from provd.application.built_in import WithBuiltIn
from provd.application.option_templates import template_problems
from provd.contracts import IDraft
from provd.documents import Document, Kind
from provd.documents.dhcp import BOOT_RULES, SHIPPED_BOOT_RULES, SUBNETS, BootRule
from provd.values import Invalid


class BootRules(WithBuiltIn[BootRule]):
    """Boot rules: a site's own, and those that are shipped."""

    kind: ClassVar[Kind] = BOOT_RULES
    built_in: ClassVar[Mapping[str, Document]] = SHIPPED_BOOT_RULES

    def errors(self, document: BootRule) -> Sequence[str]:
        """A subnet that is not there: the rule is about nobody."""
        subnet = document.when.subnet
        if not subnet or self._store.get(SUBNETS.name, subnet) is not None:
            return ()
        return (f"its subnet {subnet!r} does not exist; create it, or take it out of `when`",)

    def check(
        self, draft: IDraft, by: Principal, before: BootRule | None, after: BootRule | None
    ) -> None:
        """@raise Invalid: an option is to be a template and is none."""
        if after is not None:
            problems = tuple(template_problems(after.options))
            if problems:
                raise Invalid("boot rule", problems)
