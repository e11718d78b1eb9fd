"""Access: who somebody is, and what they may do."""

from provd.access.builtin import BUILT_IN, OWN, for_device, for_plugin
from provd.access.claims import Grant, Permits, Right, covers, permits

__all__ = [
    "BUILT_IN",
    "OWN",
    "Grant",
    "Permits",
    "Right",
    "covers",
    "for_device",
    "for_plugin",
    "permits",
]
