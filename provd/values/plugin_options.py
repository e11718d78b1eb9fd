"""What a plugin has a device told over DHCP."""

from __future__ import annotations

from collections.abc import Mapping


class PluginOptions(dict[int, bytes]):
    """Options by code, and what whoever may not have the secrets among them is told in their place."""

    __slots__ = ("without",)

    def __init__(
        self, options: Mapping[int, bytes], without: Mapping[int, bytes] | None = None
    ) -> None:
        """`without` None: there are no secrets in them."""
        super().__init__(options)
        self.without: Mapping[int, bytes] = self if without is None else without

    @property
    def secret(self) -> frozenset[int]:
        """The codes of those that tell secrets."""
        without = self.without
        if without is self:
            return _NONE
        return frozenset(code for code in self if without.get(code) != self[code])


_NONE: frozenset[int] = frozenset()
