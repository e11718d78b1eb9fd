"""The packages of plugins, as the host that renders their files sees them."""

from __future__ import annotations

from zope.interface import Interface

from provd.values.package import PackageVersion


class IPackages(Interface):
    """What is installed, and what could be."""

    def of(plugin_id: str) -> tuple[PackageVersion, ...]:
        """Every version of every package of a plugin, in order of id, the newest version first.

        Called for each file that is rendered: it reads memory only.
        """
