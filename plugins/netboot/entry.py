"""Netboot: machines that boot over the network, and the loaders and scripts they load.

A boot ROM says over DHCP that it is one (RFC 4578; UEFI specification, section 24); over TFTP it says
nothing at all of itself, and over HTTP hardly more.  There it is known by where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zope.interface import implementer

from provd.sdk import (
    Answer,
    Asked,
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

VENDOR = "PXE"
"""Who the machine is of, it does not say: what it does stands in for it."""

PLATFORMS: Mapping[int, str] = {
    0: "BIOS",
    6: "UEFI x86",
    7: "UEFI x64",
    9: "UEFI x64",
    10: "UEFI ARM",
    11: "UEFI ARM64",
    15: "UEFI x86",
    16: "UEFI x64",
    17: "UEFI x64",
    18: "UEFI ARM",
    19: "UEFI ARM64",
}
"""Option 93, over TFTP and over HTTP: the same machine may ask either way."""

_UUID_LENGTH = 17

TREE = Tree(Served("**"))


def by_vendor_class(asked: Asked) -> Info | None:
    """Options 60, 93 and 97: that it boots over the network, its platform, and the machine's UUID."""
    if not asked.dhcp(60).startswith((b"PXEClient", b"HTTPClient")):
        return None
    info: Info = {"vendor": VENDOR}
    platform = PLATFORMS.get(int.from_bytes(asked.dhcp(93)[:2], "big"))
    if platform and len(asked.dhcp(93)) >= 2:
        info["model"] = platform
    machine = asked.dhcp(97)
    if len(machine) == _UUID_LENGTH and not machine[0]:
        digits = machine[1:].hex()
        parts = digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]
        info["uuid"] = "-".join(parts)
    return info


def by_user_agent(asked: Asked) -> Info | None:
    """`iPXE/1.0.0+git-20190125.36a4c85-5.1`, `UefiHttpBoot/1.0`: a loader, of no machine in particular."""
    product, _slash, version = asked.header("user-agent").partition("/")
    return {"vendor": VENDOR} if product in {"iPXE", "UefiHttpBoot"} and version else None


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe)
class Netboot:
    """Serves its own tree as it is."""

    clues = (
        Clue.vendor_class(by_vendor_class, "PXEClient", "HTTPClient"),
        Clue.user_agent(by_user_agent, "iPXE/", "UefiHttpBoot/"),
    )
    by_address = frozenset({"tftp", "http"})

    def associate(self, info: Info) -> int:
        """Whatever boots over the network, unless a plugin knows it better."""
        return DeviceSupport.PROBABLE if info.get("vendor") == VENDOR else DeviceSupport.NONE

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        """There is nothing that a raw config could be wrong about."""

    def serve(self, path: str, view: IView) -> Answer:
        return TREE.serve(path, view)


PLUGIN = Netboot()
