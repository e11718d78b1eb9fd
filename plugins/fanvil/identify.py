"""How these phones are recognised, and how well this plugin fits one.

Sources: recorded requests (requests.json) for the User-Agent; the names of common files in Wazo's plugins; Fanvil's
exported configurations ("Vendor Class ID") for DHCP, where the phones say it only when they were told to.
"""

from __future__ import annotations

import re

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

from .models import MODELS, model_of_common_file, printed_name

VENDOR = "Fanvil"

RANGES = ("00:a8:59", "0c:38:3e")
"""Hardware addresses of Fanvil's devices, as Wazo's DHCP configuration lists them."""

_MODEL = r"(?P<model>[A-Za-z]{1,2}[0-9]{1,3}[A-Za-z0-9]{0,4}(?:-V[0-9])?(?:[ -]Pro)?)"
_VERSION = r"(?P<version>[0-9]{1,5}(?:\.[0-9]{1,5}){1,6})"
_USER_AGENT = re.compile(
    # FusionPBX has one with a bracket at the end
    rf"Fanvil {_MODEL} {_VERSION} (?P<mac>[0-9a-f]{{12}})\)?"
)
_OWN_FILE = re.compile(
    rf"(?P<mac>(?:{'|'.join(each.replace(':', '') for each in RANGES)})[0-9a-f]{{6}})\.(?:cfg|xml|txt)",
    re.IGNORECASE,
)
_FIRMWARE_FILE = re.compile(r"fanvil_[a-z0-9_]{2,30}\.txt", re.IGNORECASE)
_VENDOR_CLASS = re.compile(r"Fanvil(?:[ -](?P<model>.{1,40}?))?\0?")


def by_user_agent(asked: Asked) -> Info | None:
    """`Fanvil X6U Pro 0.0.10 0c383e2cd782`: everything there is to know."""
    match = _USER_AGENT.fullmatch(asked.header("user-agent"))
    if match is None:
        return None
    return {
        "vendor": VENDOR,
        "model": printed_name(match["model"]),
        "version": match["version"],
        "mac": parse_mac(match["mac"]),
    }


def by_path(asked: Asked) -> Info | None:
    """Where there is no User-Agent, there is the file name.

    `<mac>.cfg` is asked for by phones of several vendors; it counts where the address is of a range
    of Fanvil's.  Common files have names of their model's own.
    """
    name = asked.filename
    if own := _OWN_FILE.fullmatch(name):
        return {"vendor": VENDOR, "mac": parse_mac(own["mac"])}
    if model := model_of_common_file(name):
        return {"vendor": VENDOR, "model": model}
    return {"vendor": VENDOR} if _FIRMWARE_FILE.fullmatch(name) else None


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60: `Fanvil X6U`; `Fanvil` alone; `Fanvil X1S/X1SP`, which is that of two models."""
    match = _VENDOR_CLASS.fullmatch(asked.dhcp(60).decode("latin-1"))
    if match is None:
        return None
    model = printed_name(match["model"] or "")
    return {"vendor": VENDOR, "model": model} if model in MODELS else {"vendor": VENDOR}


def support(info: Info) -> int:
    """How well the plugin supports a device.

    COMPLETE for its models, whatever their firmware: no source says which release knows which
    parameter.  INCOMPLETE for others: their lines are configured, their keys are not.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    if (model := info.get("model")) is None:
        return DeviceSupport.PROBABLE
    known = printed_name(model) in MODELS
    return DeviceSupport.COMPLETE if known else DeviceSupport.INCOMPLETE
