"""`devices.pgasso`: how well a plugin supports a device."""

from __future__ import annotations

from collections.abc import Mapping

from provd.sdk import DeviceSupport

__all__ = ["BasePgAssociator", "DeviceSupport"]


class BasePgAssociator:
    """Asks `_do_associate`, where the vendor at least is known."""

    def associate(self, dev_info: Mapping[str, str]) -> int:
        """A level for vendor, model and version; the last two None where they are not known."""
        vendor = dev_info.get("vendor")
        if vendor is None:
            return DeviceSupport.UNKNOWN
        return self._do_associate(vendor, dev_info.get("model"), dev_info.get("version"))

    def _do_associate(self, vendor: str, model: str | None, version: str | None) -> int:
        raise NotImplementedError
