"""The numbers of the P-values of accounts, ports and profiles.

Each table is that of a template (`models` names them).  Two of them contradict others: the GRP2615 and
GRP2616 keep account 5 in part where nobody else does, and the templates of the HT81x give the outbound proxy the
number of a GXP's second server; there it is 48, as on every other gateway.
"""

from __future__ import annotations

from collections.abc import Mapping

from .models import Series

Codes = Mapping[str, int]

_FIRST = {
    "active": 271, "label": 270, "server": 47, "outbound": 48, "user": 35, "auth": 36, "password": 34, "name": 3,
    "register": 31, "mwi": 99, "voicemail": 33, "srtp": 183, "transport": 130, "pickup": 1347,
}  # fmt: skip
_NEXT = {
    "active": 1, "label": 17, "server": 2, "outbound": 3, "user": 4, "auth": 5, "password": 6, "name": 7,
    "register": 10, "mwi": 15, "voicemail": 26, "srtp": 43, "transport": 48, "pickup": 81,
}  # fmt: skip
"""What is added to 400 for account 2, 500 for 3, 600 for 4, 1700 for 5 and 1800 for 6."""
_BASE = {2: 400, 3: 500, 4: 600, 5: 1700, 6: 1800}
_GRP_FIFTH = 700
"""GRP phones keep the first values of account 5 here, those below 20, and the others with everybody's."""
_MORE = {"audio": 1, "rtp": 2, "info": 3, "secondary": 12, "backup_outbound": 33}
"""What is added to 2300 for account 1, 2400 for account 2, and so on."""

PORTS: Mapping[int, Codes] = {
    1: {
        "active": 271, "server": 47, "failover": 967, "outbound": 48, "backup_outbound": 2333, "transport": 130,
        "srtp": 183, "mwi": 99, "register": 31, "dtmf": 850, "user": 35, "auth": 36, "password": 34, "name": 3,
    },
    2: {
        "active": 401, "server": 747, "failover": 987, "outbound": 748, "backup_outbound": 2433, "transport": 830,
        "srtp": 443, "mwi": 709, "register": 731, "dtmf": 860, "user": 735, "auth": 736, "password": 734, "name": 703,
    },
}  # fmt: skip
HT81_PROFILES: tuple[Codes, ...] = (
    {
        key: code
        for key, code in PORTS[1].items()
        if key not in {"user", "auth", "password", "name"}
    },
)
"""The second profile is in no source: all ports share the first."""
DP_PROFILES: tuple[Codes, ...] = (
    {
        "active": 271, "server": 47, "failover": 967, "outbound": 48, "transport": 130, "srtp": 183, "mwi": 99,
        "register": 31, "dtmf": 850, "voicemail": 27680,
    },
    {
        "active": 401, "server": 747, "failover": 987, "outbound": 748, "transport": 830, "srtp": 443, "mwi": 709,
        "register": 731, "dtmf": 860, "voicemail": 27681,
    },
    {
        "active": 501, "server": 547, "failover": 997, "outbound": 548, "transport": 530, "srtp": 543, "mwi": 509,
        "register": 531, "dtmf": 560, "voicemail": 27682,
    },
    {
        "active": 601, "server": 602, "failover": 998, "outbound": 603, "transport": 4648, "srtp": 643, "mwi": 615,
        "register": 610, "dtmf": 4583, "voicemail": 27683,
    },
)  # fmt: skip
USER, AUTH, PASSWORD, PROFILE, NAME, ACTIVE = 4060, 4090, 4120, 4150, 4180, 4595
"""Of account 1 of a device with profiles; those of the others follow it."""
HANDSET_MODE = 27080
HANDSET_LINE = (4300, 4310, 4320, 4250, 21328)
"""The first line of each handset of a DP75x."""


def account_codes(series: Series, number: int) -> Codes:
    """Those of the account of a phone, 1 to 6."""
    if number == 1:
        return _FIRST
    low = _GRP_FIFTH if number == 5 and series is Series.GRP26 else _BASE[number]
    return {key: (low if at < 20 else _BASE[number]) + at for key, at in _NEXT.items()}


def more_codes(number: int) -> Codes:
    """Those of the account of a phone that stand apart, in one hundred for each account."""
    return {key: 2200 + 100 * number + at for key, at in _MORE.items()}
