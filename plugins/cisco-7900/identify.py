"""How these phones are recognised, and how well this plugin fits one.

Sources: recorded requests (requests.json); the names of files as Cisco's administration guides of the
7940G/7960G (SIP 7.5, "Initializing Cisco SIP IP Phones") and of the 7941G/7961G ("Understanding
phone configuration files") give them.

A bare `<MAC>.xml` is not one of them.  Plugins of another family (Linksys SPA) took every such name
for a Cisco phone; but phones of Polycom, Aastra, Grandstream, Panasonic and Gigaset ask for
exactly that too, and none of the 7900 series does.  Here it is nobody's word.
"""

from __future__ import annotations

import re

from provd.sdk import Asked, DeviceSupport, Info, parse_mac

from .models import MODELS

VENDOR = "Cisco"

_OWN_FILE = re.compile(
    r"(?:(?:(?:CTL|ITL)?(?:SEP|ATA))(?P<sep>[0-9A-F]{12})(?:\.cnf\.xml(?:(?:\.enc)?\.sgn)?|\.cnf|\.tlv)"
    r"|SIP(?P<sip>[0-9A-F]{12})\.cnf)"
)
_SHARED_FILE = re.compile(
    # the boot loader's pointer, defaults, and firmware of the 7940 and 7960
    r"OS79XX\.TXT|(?:CTL|ITL)File\.tlv|XMLDefault\.cnf\.xml|SIPDefault\.cnf"
    r"|P0(?:S3|03|0[34])[0-9A-Z-]{4,12}\.(?:loads|sb2|sbn|bin)"
)
_VENDOR_CLASS = re.compile(
    r"CISCO (?P<adapter>ATA190)\0?|"
    r"Cisco Systems,? Inc\."
    r"(?: IP Phone (?:CP-)?(?P<model>[0-9]{4}[A-Z]?)(?:-[0-9A-Z-]+)?"
    r"| Wireless Phone (?P<wireless>[0-9]{4}))?\0?"
)


def by_path(asked: Asked) -> Info | None:
    """The phone's own files tell its address; some of the others are Cisco's alone."""
    name = asked.filename
    if own := _OWN_FILE.fullmatch(name):
        return {"vendor": VENDOR, "mac": parse_mac(own["sep"] or own["sip"])}
    return {"vendor": VENDOR} if _SHARED_FILE.fullmatch(name) else None


def by_vendor_class(asked: Asked) -> Info | None:
    """DHCP option 60: `Cisco Systems, Inc. IP Phone CP-7941G`, with a NUL at its end or without."""
    match = _VENDOR_CLASS.fullmatch(asked.dhcp(60).decode("latin-1"))
    if match is None:
        return None
    if match["adapter"]:
        return {"vendor": VENDOR, "model": match["adapter"]}
    if match["wireless"]:
        # The wireless phones leave out the letter that is printed on them.
        return {"vendor": VENDOR, "model": match["wireless"] + "G"}
    return {"vendor": VENDOR, "model": match["model"]} if match["model"] else {"vendor": VENDOR}


def support(info: Info) -> int:
    """COMPLETE for the models of the table, whatever their firmware.

    PROBABLE, enough to be associated, where a phone tells its vendor and no model, as over TFTP; and for
    models that are sold with multiplatform firmware too, which reads other files.
    """
    if "vendor" not in info:
        return DeviceSupport.UNKNOWN
    if info["vendor"] != VENDOR:
        return DeviceSupport.NONE
    name = info.get("model")
    if name is None:
        return DeviceSupport.PROBABLE
    model = MODELS.get(name)
    if model is None:
        return DeviceSupport.IMPROBABLE
    return DeviceSupport.PROBABLE if model.may_be_multiplatform else DeviceSupport.COMPLETE
