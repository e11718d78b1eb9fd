"""How these phones are recognised, and how well the plugin fits one.

Sources: recorded requests (requests.json); "Parsing Vendor ID Information" in the administrator guides of
SIP 2.2 and later; the names of files in "Master Configuration Files" there; the ranges of addresses as Wazo's
DHCP configuration lists them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

from .models import MODELS, UCS, release_of

VENDOR = "Polycom"
"""Poly and HP sell them now; the phones kept their ways, and one vendor keeps them findable."""

RANGES = ("00:04:f2", "48:25:67", "64:16:7f")

_USER_AGENT = re.compile(
    r"FileTransport Poly[A-Za-z]{1,24}-(?P<model>[A-Za-z0-9_]{2,24})"
    r"-UA/(?P<version>[0-9]{1,6}(?:\.[0-9]{1,6}){1,4})"
    r"(?: \(SN:(?P<sn>[0-9A-Za-z]{1,32})\))?(?: Type/(?P<type>[A-Za-z]{1,16}))?"
)
_DEFAULTS = "000000000000"
_ADDRESS = re.compile("[0-9A-Fa-f]{12}")
_OWN_NAME = re.compile(r"(?P<mac>[0-9A-Fa-f]{12})[-.].*", re.DOTALL)
_OWN_DIRECTORY = re.compile(r"(?:.*/)?(?P<mac>[0-9A-Fa-f]{12})/.*\.ld", re.DOTALL)
_OWN_RANGES = "|".join(each.replace(":", "") for each in RANGES)
_OWN_FILE = re.compile(
    rf"(?P<mac>(?:{_OWN_RANGES})[0-9a-f]{{6}})(?:\.cfg|-(?:directory|calls)\.xml)"
    r"|(?P<any>[0-9a-f]{12})-(?:app\.log|boot\.log|phone\.cfg|web\.cfg|license\.cfg)",
    re.IGNORECASE,
)
_SHARED_FILE = re.compile(
    rf"{_DEFAULTS}(?:\.cfg|-directory\.xml|-license\.cfg)"
    r"|(?:[0-9]{4}-[0-9]{5}-[0-9]{3}\.)*(?:sip|bootrom)\.ld"
)
SIGNATURE = b"\0\0\x36\x3d"
"""How option 60 begins in its binary form: 13885, Polycom's enterprise number."""
_PART, _APPLICATION = 2, 4
_MODEL_IN_TEXT = re.compile(r"(?:SPIP|SSIP|VVX|Trio|CCX|Edge)_?[CE]?[0-9]{2,4}\b")
_APPLICATION_VERSION = re.compile(r"SIP/(?P<version>[0-9]{1,6}(?:\.[0-9]{1,6}){1,4})/.*", re.DOTALL)


def _model(name: str) -> str:
    return name.replace("_", "")


def by_user_agent(asked: Asked) -> Info | None:
    """`FileTransport PolycomVVX-VVX_410-UA/5.9.0.9373 (SN:0004f2…) Type/Application`.

    A phone tells its address when it was told to (`device.prov.tagSerialNo`); before, most of the paths do.
    The updater, and phones that do not say who of them asks, tell the version of a boot loader.
    """
    match = _USER_AGENT.fullmatch(asked.header("user-agent"))
    if match is None:
        return None
    info: dict[str, str] = {"vendor": VENDOR, "model": _model(match["model"])}
    if match["type"] == "Application":
        info["version"] = match["version"]
    mac = _address(match["sn"] or "", asked)
    return info if mac == _DEFAULTS else {**info, "mac": parse_mac(mac)}


def _address(serial_number: str, asked: Asked) -> str:
    """The address in the serial number, in the name of the file, or in the directory of the firmware."""
    if _ADDRESS.fullmatch(serial_number):
        return serial_number
    own = _OWN_NAME.fullmatch(asked.filename) or _OWN_DIRECTORY.fullmatch(asked.path)
    return own["mac"] if own else _DEFAULTS


def by_path(asked: Asked) -> Info | None:
    """Over TFTP there is the file name only.

    `<MAC>.cfg` is asked for by phones of several vendors; it counts where the address is of a range
    of Polycom.  The other files carry names that no other vendor's phones use.
    """
    name = asked.filename
    if _SHARED_FILE.fullmatch(name):
        return {"vendor": VENDOR}
    if own := _OWN_FILE.fullmatch(name):
        return {"vendor": VENDOR, "mac": parse_mac(own["mac"] or own["any"])}
    return None


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60: sub-options behind Polycom's enterprise number, or a text that names a model."""
    told = asked.dhcp(60)
    if not told.startswith(SIGNATURE):
        found = _MODEL_IN_TEXT.search(told.decode("latin-1"))
        return {"vendor": VENDOR, "model": _model(found[0])} if found else None
    within = _suboptions(told[len(SIGNATURE) + 1 :])
    info: dict[str, str] = {"vendor": VENDOR}
    if found := _MODEL_IN_TEXT.search(within.get(_PART, b"").decode("latin-1")):
        info["model"] = _model(found[0])
    application = within.get(_APPLICATION, b"").decode("latin-1")
    if version := _APPLICATION_VERSION.fullmatch(application):
        info["version"] = version["version"]
    return info


def _suboptions(told: bytes) -> Mapping[int, bytes]:
    """Code, length, value, as far as they are whole; 255 ends them."""
    found: dict[int, bytes] = {}
    while len(told) >= 2 and told[0] != 0xFF and len(told) >= 2 + told[1]:
        found[told[0]] = told[2 : 2 + told[1]]
        told = told[2 + told[1] :]
    return found


def support(info: Info) -> int:
    """How well a device is supported.

    A release whose parameters the templates know: EXACT.  None told, or a newer one: COMPLETE.  One older
    than the series' oldest, which has other parameters: INCOMPLETE.  A model that is in no table: PROBABLE,
    enough to be associated, since what comes next reads the same files.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    model = MODELS.get(info.get("model", ""))
    if model is None:
        return DeviceSupport.PROBABLE
    release = release_of(info.get("version"))
    oldest, newest = model.series.releases
    if release is None:
        return DeviceSupport.COMPLETE
    if release < max(oldest, UCS):
        return DeviceSupport.INCOMPLETE
    return DeviceSupport.EXACT if release <= newest else DeviceSupport.COMPLETE
