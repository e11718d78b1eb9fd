"""How these devices are recognised, and how well this plugin fits one.

Sources: recorded requests (requests.json) for the User-Agent, which has had one form for fifteen years with a hardware
version in it or not; the administration guides of the GXP21xx and HT80x ("Configuration file download") for
the names of files; the configuration templates of each series ("Vendor Class ID") for DHCP.
"""

from __future__ import annotations

import re

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

from .models import FIRMWARE, MODELS, is_of_known_series, printed_name

VENDOR = "Grandstream"

RANGES = ("00:0b:82", "c0:74:ad", "ec:74:d7")
"""Hardware addresses of Grandstream's devices, as Wazo's DHCP configuration lists them."""

_VERSION = r"(?P<version>[0-9]{1,4}(?:\.[0-9]{1,4}){1,4})"
_MAC = r"(?P<mac>[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5})"
_USER_AGENT = re.compile(
    # the hardware's version is told by some, after one space or two
    r"Grandstream Model HW (?P<model>[A-Z]{2,4}[0-9]{3,4}[0-9A-Z]{0,4})(?: {1,2}V[0-9A-Z.]{1,6})?"
    rf" SW {_VERSION} DevId {_MAC}"
)
_OLD_USER_AGENT = re.compile(
    r"Grandstream (?P<model>GX[PV][0-9]{3,4}) \([0-9a-z]{1,20}\.bin:"
    rf"{_VERSION}/[0-9a-z]{{1,20}}\.bin:[0-9.]{{1,20}}\) DevId {_MAC}"
)
_MODEL = r"(?:gxp|grp|gxv|dp|ht)[0-9]{3,4}[0-9a-z]{0,4}"
_OWN_FILE = re.compile(
    rf"cfg(?P<mac>(?:{'|'.join(each.replace(':', '') for each in RANGES)})[0-9a-f]{{6}})(?:\.xml)?"
)
_MODEL_FILE = re.compile(rf"cfg(?P<model>{_MODEL})\.xml")
_FIRMWARE_FILE = re.compile(rf"{_MODEL}fw\.bin")
_VENDOR_CLASS = re.compile(
    r"(?:Grandstream )?(?P<model>(?:GXP|GRP|GXV|DP|HT)[0-9]{1,4}[0-9A-Z]{1,4})(?: dslforum\.org)?\0?"
)


def by_user_agent(asked: Asked) -> Info | None:
    """`Grandstream Model HW GXP1405 SW 1.0.4.23 DevId 000b8240d55c`: everything there is to know."""
    said = asked.header("user-agent")
    match = _USER_AGENT.fullmatch(said) or _OLD_USER_AGENT.fullmatch(said)
    if match is None:
        return None
    return {
        "vendor": VENDOR,
        "model": match["model"],
        "version": match["version"],
        "mac": parse_mac(match["mac"]),
    }


def by_path(asked: Asked) -> Info | None:
    """Over TFTP there is the file name only.

    Phones of other vendors ask for `cfg<MAC>.xml` too (Htek); it counts where the address is of a range
    of Grandstream's.  `cfg.xml` is nobody's word.
    """
    name = asked.filename
    if own := _OWN_FILE.fullmatch(name):
        return {"vendor": VENDOR, "mac": parse_mac(own["mac"])}
    if shared := _MODEL_FILE.fullmatch(name):
        return {"vendor": VENDOR, "model": shared["model"].upper()}
    # Several models share a firmware, which is called after one of them.
    return {"vendor": VENDOR} if _FIRMWARE_FILE.fullmatch(name) else None


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60: `Grandstream GXP2130`, `HT802`; `HT8XX dslforum.org`, `DP7XX` for a series."""
    match = _VENDOR_CLASS.fullmatch(asked.dhcp(60).decode("latin-1"))
    if match is None:
        return None
    is_series = match["model"].endswith("XX")
    return {"vendor": VENDOR} if is_series else {"vendor": VENDOR, "model": match["model"]}


def support(info: Info) -> int:
    """How well the plugin supports a device.

    EXACT for its models with a firmware release whose P-values the sources list, COMPLETE for its models with
    another or without one, INCOMPLETE for other models of its series: they read the same P-values
    as far as they have what they are about.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    if (name := info.get("model")) is None:
        return DeviceSupport.PROBABLE
    model = MODELS.get(printed_name(name))
    if model is None:
        return DeviceSupport.INCOMPLETE if is_of_known_series(name) else DeviceSupport.IMPROBABLE
    release = ".".join(info.get("version", "").split(".")[:3])
    return DeviceSupport.EXACT if release in FIRMWARE[model.series] else DeviceSupport.COMPLETE
