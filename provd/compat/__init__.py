"""Plugins of wazo-provd and xivo-provd, as they are.

Their code sees the modules of `surface` under the names `wazo_provd` and `provd`, and nothing of this project
under any other.  Towards the host each is a plugin like every other: an adaptor provides what `provd.sdk`
promises by asking the legacy object.
"""

from provd.compat.configuring import Configuring
from provd.compat.loading import LegacyPlugins

__all__ = ["Configuring", "LegacyPlugins"]
