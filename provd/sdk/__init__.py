"""The one door for plugin authors: declarations and small helpers.

A plugin imports nothing of provd but this.
"""

from provd.contracts.plugin import (
    IAct,
    IActOnSystem,
    IAnswerDHCP,
    IAssociate,
    IConfigure,
    IIdentify,
    IPlugin,
    IServe,
    ISynchronize,
    IView,
)
from provd.sdk.clue import Asked, Clue
from provd.sdk.phonebook import phonebook_url
from provd.sdk.support import DeviceSupport, RawConfigError
from provd.sdk.timezones import ClockChange, Dst, UnknownZone, Zone, dst_rules
from provd.sdk.tree import Rendered, Served, Tree
from provd.values import (
    Action,
    Answer,
    Content,
    Format,
    Info,
    Protocol,
    Redirect,
    Refusal,
    RefusalKind,
    format_mac,
    parse_mac,
)

__all__ = [
    "Action",
    "Answer",
    "Asked",
    "ClockChange",
    "Clue",
    "Content",
    "DeviceSupport",
    "Dst",
    "Format",
    "IAct",
    "IActOnSystem",
    "IAnswerDHCP",
    "IAssociate",
    "IConfigure",
    "IIdentify",
    "IPlugin",
    "IServe",
    "ISynchronize",
    "IView",
    "Info",
    "Protocol",
    "RawConfigError",
    "Redirect",
    "Refusal",
    "RefusalKind",
    "Rendered",
    "Served",
    "Tree",
    "UnknownZone",
    "Zone",
    "dst_rules",
    "format_mac",
    "parse_mac",
    "phonebook_url",
]
