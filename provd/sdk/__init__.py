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
    ITellSecrets,
    IView,
)
from provd.sdk.clue import TR069, Asked, Clue
from provd.sdk.lines import RegistrarServers, SipServer, SipServers, numbered, sip_servers
from provd.sdk.packages import Firmware, firmware
from provd.sdk.parameters import chosen, own_parameters
from provd.sdk.phonebook import phonebook_url
from provd.sdk.reach import server_address
from provd.sdk.support import DeviceSupport, RawConfigError
from provd.sdk.timezones import (
    ClockChange,
    Dst,
    UnknownZone,
    Zone,
    dst_rules,
    nearest_zone,
    zone_of,
)
from provd.sdk.tree import FirmwareFile, Pem, Rendered, Served, Tree, own_file
from provd.values import (
    Action,
    ActionUrl,
    Answer,
    Content,
    Format,
    Info,
    Notify,
    Protocol,
    Redirect,
    Refusal,
    RefusalKind,
    Way,
    format_mac,
    parse_mac,
)
from provd.wire.dhcp import encapsulate

__all__ = [
    "TR069",
    "Action",
    "ActionUrl",
    "Answer",
    "Asked",
    "ClockChange",
    "Clue",
    "Content",
    "DeviceSupport",
    "Dst",
    "Firmware",
    "FirmwareFile",
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
    "ITellSecrets",
    "IView",
    "Info",
    "Notify",
    "Pem",
    "Protocol",
    "RawConfigError",
    "Redirect",
    "Refusal",
    "RefusalKind",
    "RegistrarServers",
    "Rendered",
    "Served",
    "SipServer",
    "SipServers",
    "Tree",
    "UnknownZone",
    "Way",
    "Zone",
    "chosen",
    "dst_rules",
    "encapsulate",
    "firmware",
    "format_mac",
    "nearest_zone",
    "numbered",
    "own_file",
    "own_parameters",
    "parse_mac",
    "phonebook_url",
    "server_address",
    "sip_servers",
    "zone_of",
]
