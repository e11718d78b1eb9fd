"""How these devices are recognised, and how well this plugin fits one.

Sources: recorded requests (requests.json) for User-Agents and the vendor class; the names of files as
the vendor's provisioning guides give them ("The Profile_Rule provided with the factory default
configuration is ata$PSN.cfg").
"""

from __future__ import annotations

import re

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

from .models import MODELS

VENDOR = "Cisco"
"""Sipura and Linksys made the first of them; their firmware kept its ways, and one vendor keeps them findable."""

_MODEL = r"(?P<model>(?:SPA-?|ATA)[0-9]{3,4}(?:[A-Z][0-9]?)?)"
_VERSION = r"(?P<version>[0-9A-Z][0-9A-Za-z.-]{0,40}(?:\([0-9A-Za-z]{1,8}\))?)"
_USER_AGENT = re.compile(
    rf"(?:Cisco|Linksys)/{_MODEL}-{_VERSION} ?"
    r"(?:\((?P<mac>[0-9A-Fa-f]{12})\))?\((?P<sn>[0-9A-Za-z]{9,32})\)"
)
_VENDOR_CLASS = re.compile(rf"(?:LINKSYS|CISCO) {_MODEL}(?:-MPP)?\0?", re.IGNORECASE)
_OWN_FILE = re.compile(r"(?P<mac>[0-9A-Fa-f]{12})(?:-common\.xml|-ca\.pem)")
_OWN_PROFILE = re.compile(r"(?P<mac>[0-9A-Fa-f]{12})(?:-common)?\.xml")
_MODEL_FILE = re.compile(
    r"(?P<kind>spa|ata)(?P<psn>[0-9]{3,4}(?:[A-Z][0-9]?)?)\.cfg", re.IGNORECASE
)


def _model(name: str) -> str:
    return name.replace("-", "").upper()


def by_user_agent(asked: Asked) -> Info | None:
    """`Cisco/SPA508G-7.4.4 (0002FDFF2103)(CBT141400UK)`, `Linksys/SPA-942-6.1.5(a) (88019FA42805)`.

    The last in parentheses is the serial number, and often all there is; the name of the device's own file tells its
    address.
    """
    match = _USER_AGENT.fullmatch(asked.header("user-agent"))
    if match is None:
        return None
    info: Info = {
        "vendor": VENDOR,
        "model": _model(match["model"]),
        "version": match["version"],
        "sn": match["sn"],
    }
    told = match["mac"]
    if told is None and (own := _OWN_PROFILE.fullmatch(asked.filename)):
        told = own["mac"]
    if told is not None:
        info["mac"] = parse_mac(told)
    return info


def by_path(asked: Asked) -> Info | None:
    """Over TFTP there is the file name only.

    `<MAC>.xml` is asked for by phones of many vendors, and is nobody's word; `<MAC>-common.xml` is a name that
    only this plugin tells its devices.
    """
    name = asked.filename
    if own := _OWN_FILE.fullmatch(name):
        return {"vendor": VENDOR, "mac": parse_mac(own["mac"])}
    if shared := _MODEL_FILE.fullmatch(name):
        return {"vendor": VENDOR, "model": f"{shared['kind']}{shared['psn']}".upper()}
    return None


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60 names the model: `LINKSYS SPA-942`, `Cisco SPA525G2`, `CISCO ATA191-MPP`."""
    match = _VENDOR_CLASS.fullmatch(asked.dhcp(60).decode("latin-1"))
    return None if match is None else {"vendor": VENDOR, "model": _model(match["model"])}


def support(info: Info) -> int:
    """How well a device is supported: COMPLETE for the models of the table, whatever their firmware.

    A vendor alone says nothing: other families of that vendor ask for files that tell no model, these do not.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    return DeviceSupport.COMPLETE if info.get("model") in MODELS else DeviceSupport.IMPROBABLE
