"""How these phones are recognised, and how well this plugin fits one.

Sources: recorded requests (requests.json) for the User-Agent, which every release spells a little
differently; the file names of the vendor's wiki ("Setting Files"); the vendor class of DHCP and the
ranges of hardware addresses as Wazo's DHCP configuration lists them.
"""

from __future__ import annotations

import re

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

from .models import MODELS, Kind

VENDOR = "Snom"

RANGES = ("00:04:13", "00:08:7b")
"""Hardware addresses of these devices."""

_MODEL = r"(?P<model>D?[0-9]{3}|M[0-9]{3}|MP|PA1|SP800)"
_VERSION = r"(?P<version>[0-9]{1,3}(?:\.[0-9]{1,6}){1,3})"
# Wazo's plugin looks for `snom<model>-SIP <version>` wherever it stands.
_BROWSER = r"(?:Mozilla/[45]\.0 \(compatible; )?"
_DESK = re.compile(rf"{_BROWSER}snom{_MODEL}-SIP {_VERSION}(?P<rest>[; )].{{0,200}})?")
_BASE = re.compile(
    rf"{_BROWSER}[Ss]nom ?(?P<model>M[0-9]{{3}}) {_VERSION}(?P<rest>[; )].{{0,200}})?"
)
_M9 = re.compile(rf"{_BROWSER}snom (?P<model>m9) {_VERSION}\)")
_RESCUE = re.compile(rf"{_BROWSER}snom lid [0-9]{{1,6}}\)")
_MAC_IN_REST = re.compile(r" (?P<mac>[0-9A-Fa-f]{12})(?=[ )]|$)")
_MAC_IN_NAME = re.compile(r"(?:.{0,40}-)?(?P<mac>[0-9A-Fa-f]{12})(?:-firmware)?\.(?:htm|xml)")
_MODEL_FILE = re.compile(
    rf"snom(?:{_MODEL}|-general)(?:-(?P<mac>[0-9A-Fa-f]{{12}}))?(?:-firmware)?\.(?:htm|xml)"
)
_FIRMWARE = re.compile(
    rf"snom{_MODEL}-[0-9]{{1,3}}(?:\.[0-9]{{1,6}}){{1,3}}-SIP-[a-z]{{1,4}}\.(?:bin|swu)"
)
_OWN_FILE = re.compile(
    rf"(?P<mac>(?:{'|'.join(each.replace(':', '') for each in RANGES)})[0-9A-Fa-f]{{6}})\.xml",
    re.IGNORECASE,
)
_VENDOR_CLASS = re.compile(rf"snom{_MODEL}(?:[^0-9A-Za-z].{{0,60}})?", re.DOTALL)

OLDEST, OLDEST_BASE = 7, 5
"""The first firmware that reads settings in XML: "XML based (only applicable from version 7 onwards)"."""


def by_user_agent(asked: Asked) -> Info | None:
    """`Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)`.

    Older firmware tells no address; the name of the phone's own file does.
    """
    said = asked.header("user-agent")
    match = _DESK.fullmatch(said) or _BASE.fullmatch(said)
    if match is None:
        old = _M9.fullmatch(said)
        if old is not None:
            return {"vendor": VENDOR, "model": old["model"], "version": old["version"]}
        return {"vendor": VENDOR} if _RESCUE.fullmatch(said) else None
    info: Info = {"vendor": VENDOR, "model": match["model"], "version": match["version"]}
    told = _MAC_IN_REST.search(match["rest"] or "") or _MAC_IN_NAME.fullmatch(asked.filename)
    if told is not None:
        info["mac"] = parse_mac(told["mac"])
    return info


def by_path(asked: Asked) -> Info | None:
    """Over TFTP there is the file name only.

    `<MAC>.xml` is asked for by phones of several vendors; it counts where the address is of a range
    of Snom's.
    """
    name = asked.filename
    if own := _OWN_FILE.fullmatch(name):
        return {"vendor": VENDOR, "mac": parse_mac(own["mac"])}
    if known := _MODEL_FILE.fullmatch(name):
        info: Info = {"vendor": VENDOR}
        if known["model"]:
            info["model"] = known["model"]
        if known["mac"]:
            info["mac"] = parse_mac(known["mac"])
        return info
    firmware = _FIRMWARE.fullmatch(name)
    return None if firmware is None else {"vendor": VENDOR, "model": firmware["model"]}


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60 names the model: `snom370`, `snomD785`; bases may say more behind it."""
    match = _VENDOR_CLASS.fullmatch(asked.dhcp(60).decode("latin-1"))
    return None if match is None else {"vendor": VENDOR, "model": match["model"]}


def support(info: Info) -> int:
    """How well the plugin supports a device.

    COMPLETE for its models, with firmware that reads XML; INCOMPLETE for other models, which understand
    most settings all the same.  Firmware that reads none, and the m9 and its kind, are not supported.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    model, version = info.get("model"), info.get("version")
    if model is None:
        return DeviceSupport.PROBABLE
    if model[:1] == "m" or (version is not None and _release(version) < _oldest(model)):
        return DeviceSupport.IMPROBABLE
    return DeviceSupport.COMPLETE if model in MODELS else DeviceSupport.INCOMPLETE


def _oldest(model: str) -> int:
    known = MODELS.get(model)
    return OLDEST_BASE if known is not None and known.kind is Kind.BASE else OLDEST


def _release(version: str) -> int:
    """The first number of a version; one that is none is taken for new."""
    first = version.partition(".")[0]
    return int(first) if first.isascii() and first.isdigit() and len(first) < 4 else OLDEST
