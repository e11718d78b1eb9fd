"""Zero: accepts anything, knows nothing.

For a device that no plugin knows: an operator gives it this one, puts files into its tree, and the
device gets them under the paths they have there.  It never claims a device by itself.
"""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from provd.sdk import (
    Answer,
    Clue,
    DeviceSupport,
    IAssociate,
    IConfigure,
    IIdentify,
    Info,
    IPlugin,
    IServe,
    IView,
    Served,
    Tree,
)

TREE = Tree(Served("**"))


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe)
class Zero:
    """Serves its own tree as it is."""

    clues: tuple[Clue, ...] = ()
    by_address: frozenset[str] = frozenset()

    def associate(self, _info: Info) -> int:
        """Below PROBABLE, the lowest level at which a device is associated without being asked."""
        return DeviceSupport.IMPROBABLE

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        """There is nothing that a raw config could be wrong about."""

    def serve(self, path: str, view: IView) -> Answer:
        return TREE.serve(path, view)


PLUGIN = Zero()
