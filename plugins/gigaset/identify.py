"""How these devices are recognised, and how well this plugin fits one.

Sources: Gigaset's wiki ("FAQ Nx70 - User agent") and recorded requests (requests.json) for the User-Agent; Wazo's plugins and
DHCP configuration for vendor classes and hardware addresses.
"""

from __future__ import annotations

import re

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

from .models import MODELS, NO_FILES

VENDOR = "Gigaset"

RANGES = ("00:21:04", "58:9e:c6", "7c:2f:80")
"""Hardware addresses of Gigaset's devices, as Wazo's DHCP configuration lists them."""

OWN_PREFIXES = tuple(each.replace(":", "") for each in RANGES)

_MODEL = r"(?P<model>N[0-9]{3}E?(?:[ -][A-Z]{2,3}){1,2})"
_VERSION = r"(?P<version>[0-9]{2}(?:\.V?[0-9]{1,3}){2,4})(?:[+-][0-9A-Za-z.-]{1,40})?"
_USER_AGENT = re.compile(
    # 83.V2.26 and later tell how many handsets there may be
    rf'"?(?:Gigaset )?{_MODEL}/{_VERSION}(?:;(?P<mac>[0-9A-F]{{12}})?)?(?:;Handset=[0-9]{{1,5}})?"?'
)
_OWN_FILE = re.compile(rf"(?P<mac>(?:{'|'.join(OWN_PREFIXES)})[0-9a-f]{{6}})\.xml", re.IGNORECASE)
_VENDOR_CLASS = re.compile(r"(?:Gigaset_)?(?P<name>[CNS][0-9]{3})_?(?P<rest>(?:IP|DM)(?:_PRO)?)\0?")


def by_user_agent(asked: Asked) -> Info | None:
    """`Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D605`: everything there is to know.

    The address is left out by some releases.  The version is what stands before the build.
    """
    match = _USER_AGENT.fullmatch(asked.header("user-agent"))
    if match is None:
        return None
    info = {
        "vendor": VENDOR,
        "model": match["model"].replace("-", " "),
        "version": match["version"],
    }
    mac = parse_mac(match["mac"]) if match["mac"] else None
    return {**info, "mac": mac} if mac else info


def by_path(asked: Asked) -> Info | None:
    """`7C2F80E0D605.xml`, where the address is of a range of Gigaset's."""
    own = _OWN_FILE.fullmatch(asked.filename)
    mac = parse_mac(own["mac"]) if own else None
    return {"vendor": VENDOR, "mac": mac} if mac else None


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60: `Gigaset_N720_DM_PRO`, `N510_IP_PRO`, `C470IP`, `C590_IP`."""
    match = _VENDOR_CLASS.fullmatch(asked.dhcp(60).decode("latin-1"))
    if match is None:
        return None
    return {"vendor": VENDOR, "model": f"{match['name']} {match['rest'].replace('_', ' ')}"}


def support(info: Info) -> int:
    """How well the plugin supports a device.

    COMPLETE for the models that a source writes files for; INCOMPLETE for others, which are told what the
    nearest of those is told; IMPROBABLE for those that no source configures with files.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    if (name := info.get("model")) is None:
        return DeviceSupport.PROBABLE
    if name in NO_FILES:
        return DeviceSupport.IMPROBABLE
    known = MODELS.get(name)
    return DeviceSupport.COMPLETE if known and known.proven else DeviceSupport.INCOMPLETE
