"""One version of one package of a plugin, as devices meet it: where its files are, and which it is for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

FIRMWARE = "firmware"
"""The kind of package that devices run; each is pointed to one version of it."""

KINDS = (FIRMWARE, "languages", "ringtones")
"""What a package may hold; also the directory of the served tree that its versions are in."""

PACKAGE_ID = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
"""How packages may be called: a directory has that name, a URL holds it."""

PACKAGE_VERSION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,62}[A-Za-z0-9])?")
"""How versions may be spelled: a directory has that name, and is not `..`."""

PLUGIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")
"""How plugins may be called: a directory has that name, and it hides from nobody."""

PACKAGES = "XX_packages"
"""Where plugins find the packages of their own in a raw config: a tuple of `PackageVersion`."""


class PackageVersion(Struct, frozen=True, kw_only=True):
    """One version of a package, installed or only offered."""

    id: str
    version: str
    kind: str
    """One of `KINDS`."""
    models: tuple[str, ...] = ()
    """For which models it is; empty: for all of the plugin's."""
    images: Mapping[str, str] = {}
    """Model (`*`: any other) to the file, below `directory`, that a device is pointed to."""
    installed: bool = False
    current: bool = False
    """It is what devices get that no config points to another."""

    @property
    def directory(self) -> str:
        """Where its files are, below the plugin's served tree."""
        return f"{self.kind}/{self.id}/{self.version}"

    def image(self, model: str) -> str:
        """The file that a device of a model is pointed to, below `directory`; empty where none is named."""
        return self.images.get(model) or self.images.get("*") or ""
