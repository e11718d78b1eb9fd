"""Whose MAC addresses begin how: the vendors of phones that plugins know (IEEE's registry of MA-L).

Only a contradiction says anything: an address that begins as one vendor's, of a device that is said to be
another's.  What is not listed speaks for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

_BEGIN: Mapping[str, str] = {
    "aastra": "00:08:5d 00:10:bc 08:00:0f 14:00:e9",
    "cisco": (
        "00:02:fd 00:03:6b 00:04:dd 00:05:32 00:06:28 00:07:0e 00:07:50 00:08:a3 00:0a:8a 00:0b:be"
        " 00:0c:ce 00:0d:28 00:0d:bc 00:0e:38 00:0e:d7 00:11:20 00:11:5c 00:11:92 00:12:43 00:13:1a"
        " 00:14:a9 00:15:62 00:17:59 00:18:ba 00:19:2f 00:1a:a1 00:1b:d4 00:1d:a2 00:1e:4a 00:1e:f7"
        " 00:0e:08 00:12:17 00:18:f8 00:1c:10 00:21:29 00:25:9c"
    ),
    "fanvil": "00:a8:59 0c:38:3e",
    "gigaset": "00:21:04 14:b3:70 58:9e:c6 7c:2f:80",
    "grandstream": "00:0b:82 c0:74:ad ec:74:d7",
    "polycom": "00:04:f2 48:25:67 64:16:7f",
    "snom": "00:04:13 00:08:7b",
    "yealink": "00:15:65 24:9a:d8 44:db:d2 80:5e:0c 80:5e:c0",
}

VENDOR_OF: Mapping[str, str] = {
    begin: vendor for vendor, begins in _BEGIN.items() for begin in begins.split()
}

_SAME: Mapping[str, str] = {"mitel": "aastra", "poly": "polycom", "linksys": "cisco"}
"""Names under which the same boxes are sold."""


def contradicts(mac: str, vendor: str) -> bool:
    """Whether a MAC address (normal spelling) is another vendor's than the one that is claimed."""
    owner = VENDOR_OF.get(mac[:8])
    if owner is None or not vendor:
        return False
    name = vendor.lower().split()[0]
    claimed = _SAME.get(name, name)
    return claimed in _BEGIN and claimed != owner
