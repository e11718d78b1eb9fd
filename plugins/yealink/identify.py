"""How these phones are recognised, and how well this plugin fits one.

Sources: recorded requests (requests.json) for the User-Agent, of which every release made its own; the file names of
the auto provisioning guide ("Managing configuration files", "Editing common boot file"); the vendor class
`yealink` of DHCP.
"""

from __future__ import annotations

import re

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

from .models import MODELS, NEWEST, OLDEST, model_of_common_file

VENDOR = "Yealink"

RANGES = (
    "00:15:65",
    "24:9a:d8",
    "34:97:d7",
    "44:db:d2",
    "64:4f:56",
    "80:5e:0c",
    "80:5e:c0",
    "b0:61:a9",
    "c4:fc:22",
    "e4:34:d7",
    "ec:1d:a9",
    "f0:16:53",
)
"""Hardware addresses of Yealink's devices, as Wazo's DHCP configuration lists them."""

_MODEL = r"(?P<model>(?:T[0-9]{2}|W[0-9]{2}|AX[0-9]{2}|CP[0-9]{3}|VP[0-9]{2,3})[A-Z0-9_]{0,4})"
_VERSION = r"(?P<version>[0-9]{1,4}(?:\.[0-9]{1,4}){1,6})"
_MAC = r"(?P<mac>[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{12})"
_USER_AGENT = re.compile(
    # Yealink SIP-T46S 66.85.0.5 00:15:65:…, Yealink SIP VP-T49G …, Yealink W70B …, Yealink CP860 …;
    # early firmware of the VP530 and the W52P names no vendor
    rf"(?:[Yy]ealink (?:SIP(?:-| VP-))?|(?=VP530|W52P)){_MODEL} {{1,2}}{_VERSION} {_MAC}"
)
_WITHOUT_MAC = re.compile(
    # Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0: the last is the hardware's version
    rf"[Yy]ealink-{_MODEL} {_VERSION} [0-9]{{1,4}}(?:\.[0-9]{{1,4}}){{1,7}}"
)
_OWN_FILE = re.compile(
    rf"(?P<mac>(?:{'|'.join(each.replace(':', '') for each in RANGES)})[0-9a-f]{{6}})"
    r"(?:\.boot|\.cfg|-local\.cfg)",
    re.IGNORECASE,
)
_COMMON_FILE = re.compile(r"y0{9}(?P<number>[0-9]{3})\.cfg")
_COMMON_BOOT_FILE = "y000000000000.boot"


def by_user_agent(asked: Asked) -> Info | None:
    """`Yealink SIP-T46S 66.85.0.5 00:15:65:b8:60:05`: everything there is to know."""
    said = asked.header("user-agent")
    match = _USER_AGENT.fullmatch(said) or _WITHOUT_MAC.fullmatch(said)
    if match is None:
        return None
    info: Info = {"vendor": VENDOR, "model": match["model"], "version": match["version"]}
    if mac := match.groupdict().get("mac"):
        info["mac"] = parse_mac(mac)
    return info


def by_path(asked: Asked) -> Info | None:
    """Where there is no User-Agent, there is the file name.

    `<MAC>.cfg` is asked for by phones of several vendors; it counts where the address is of a range
    of Yealink's.  The number of a common file is that of one model, mostly.
    """
    name = asked.filename
    if own := _OWN_FILE.fullmatch(name):
        return {"vendor": VENDOR, "mac": parse_mac(own["mac"])}
    if shared := _COMMON_FILE.fullmatch(name):
        # A phone that found a boot file may be sent to the file of number 0, whatever its model.
        number = int(shared["number"])
        model = model_of_common_file(number) if number else ""
        return {"vendor": VENDOR, "model": model} if model else {"vendor": VENDOR}
    return {"vendor": VENDOR} if name == _COMMON_BOOT_FILE else None


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60: `yealink`, unless somebody configured another."""
    said = asked.dhcp(60).decode("latin-1").removesuffix("\0")
    return {"vendor": VENDOR} if said.lower() == "yealink" else None


def support(info: Info) -> int:
    """How well the plugin supports a device.

    EXACT for its models with a firmware release whose parameters it knows; COMPLETE where the phone
    tells no firmware; INCOMPLETE for other firmware and other models: most parameters are understood
    all the same.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    model, version = info.get("model"), info.get("version")
    if model is None:
        return DeviceSupport.PROBABLE
    if model not in MODELS:
        return DeviceSupport.INCOMPLETE
    if version is None:
        return DeviceSupport.COMPLETE
    return DeviceSupport.EXACT if _is_known(version) else DeviceSupport.INCOMPLETE


def _is_known(version: str) -> bool:
    """Whether the release, the second number, is one that the templates were written for."""
    release = version.split(".")[1:2]
    return release != [] and release[0] in {str(each) for each in range(OLDEST, NEWEST + 1)}
