"""How these phones are recognised, and how well an edition fits one.

Sources: the User-Agent of every HTTP request (recorded, see requests.json); the vendor class of DHCP
as Mitel's MiVoice Office 400 manual lists it ("Using the DHCP server with options"); the file
names of the administrator guides, section "Configuration and language files".
"""

from __future__ import annotations

import re
from collections.abc import Collection

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

VENDOR = "Aastra"
"""Mitel bought Aastra in 2014; its phones kept their ways, and one vendor keeps them findable."""

RANGES = ("00:08:5d", "08:00:0f", "14:00:e9")
"""Hardware addresses of Aastra's and Mitel's phones, as Wazo's DHCP configuration lists them."""

_USER_AGENT = re.compile(
    r"(?:Aastra|Mitel)(?P<model>[0-9]{2,4}[0-9A-Za-z]{0,4})"
    r" MAC:(?P<mac>[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5})"
    r" V:(?P<version>[0-9]+(?:\.[0-9]+){1,5})(?:-SIP)?"
)
_VENDOR_CLASS = re.compile(r"(?:Aastra|Mitel)IPPhone(?P<model>[0-9]{2,4}[0-9A-Za-z]{0,4})\0?")
_OWN_FILE = re.compile(
    rf"(?P<mac>(?:{'|'.join(each.replace(':', '') for each in RANGES)})[0-9a-f]{{6}})\.cfg",
    re.IGNORECASE,
)
_MODEL_FILE = re.compile(r"(?P<model>(?:6[789]|9[14])[0-9]{2}i?(?:CT)?w?)\.(?:st|cfg)")
_SHARED_FILES = frozenset({"aastra.cfg", "aastra.tuz"})

_RENAMED = {
    "51i": "6751i",
    "53i": "6753i",
    "55i": "6755i",
    "57i": "6757i",
    "57iCT": "6757iCT",
}
"""Names until release 2.5; the vendor class keeps some of them."""


def _model(name: str) -> str:
    return _RENAMED.get(name, name)


def by_user_agent(asked: Asked) -> Info | None:
    """`Aastra6731i MAC:00-08-5D-23-74-29 V:3.2.0.70-SIP`: everything there is to know."""
    match = _USER_AGENT.fullmatch(asked.header("user-agent"))
    if match is None:
        return None
    return {
        "vendor": VENDOR,
        "model": _model(match["model"]),
        "version": match["version"],
        "mac": parse_mac(match["mac"]),
    }


def by_path(asked: Asked) -> Info | None:
    """Over TFTP there is the file name only.

    `<MAC>.cfg` is asked for by phones of several vendors; it counts where the address is of a range
    assigned to Aastra or Mitel.
    """
    name = asked.filename
    if name in _SHARED_FILES:
        return {"vendor": VENDOR}
    if own := _OWN_FILE.fullmatch(name):
        return {"vendor": VENDOR, "mac": parse_mac(own["mac"])}
    if shared := _MODEL_FILE.fullmatch(name):
        return {"vendor": VENDOR, "model": shared["model"]}
    return None


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60 names the model: `AastraIPPhone6731i`, `AastraIPPhone53i`, `AastraIPPhone6920`."""
    match = _VENDOR_CLASS.fullmatch(asked.dhcp(60).decode("latin-1"))
    return None if match is None else {"vendor": VENDOR, "model": _model(match["model"])}


def support(info: Info, version: str, models: Collection[str]) -> int:
    """How well the edition with firmware `version` for `models` supports a device.

    Its own firmware: EXACT.  The same release (its first two numbers), or nothing known: COMPLETE.
    Another release, or a model it has no firmware for: INCOMPLETE; the files are understood all the
    same.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    model, theirs = info.get("model"), info.get("version")
    if model is None:
        return DeviceSupport.PROBABLE
    if model not in models:
        return DeviceSupport.INCOMPLETE
    if theirs == version:
        return DeviceSupport.EXACT
    if theirs is None or _release(theirs) == _release(version):
        return DeviceSupport.COMPLETE
    return DeviceSupport.INCOMPLETE


def _release(version: str) -> list[str]:
    return version.split(".")[:2]
