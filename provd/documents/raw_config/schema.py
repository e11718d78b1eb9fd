"""The parameters a raw config may hold, as data: what checks, completes and documents it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Type(StrEnum):
    """What a parameter holds; the words are those of the documentation."""

    TEXT = "text"
    INTEGER = "integer"
    FLAG = "boolean"
    CHOICE = "one of"
    TEXTS = "list of texts"
    TIMEZONE = "time zone"
    LOCALE = "locale"
    TEXT_OR_INTEGER = "text or integer"
    VERSIONS = "object of versions by names"


class Key(Struct, frozen=True, kw_only=True):
    """One parameter."""

    name: str
    type: Type = Type.TEXT
    low: int | None = None
    high: int | None = None
    """Bounds of an integer, both included."""
    choices: tuple[str, ...] = ()
    needs: str = ""
    """For a flag: the parameter that must have a value where this one is true."""
    required: bool = False
    """Must be there, and not null."""
    default: str = ""
    """What a plugin sees where it is absent, for people."""
    about: str = ""
    secret: bool = False
    """Shown in clear to nobody who has no right of its own to see it."""


def _secret(name: str, about: str = "") -> Key:
    return Key(name=name, about=about, secret=True)


def _text(name: str, about: str = "", default: str = "") -> Key:
    return Key(name=name, about=about, default=default)


def _integer(
    name: str, low: int | None, high: int | None, about: str = "", default: str = ""
) -> Key:
    return Key(name=name, type=Type.INTEGER, low=low, high=high, about=about, default=default)


def _port(name: str, about: str = "", default: str = "") -> Key:
    return _integer(name, 0, 65535, about, default)


def _flag(name: str, needs: str = "", about: str = "") -> Key:
    return Key(name=name, type=Type.FLAG, needs=needs, about=about)


def _choice(name: str, choices: tuple[str, ...], about: str = "", default: str = "") -> Key:
    return Key(name=name, type=Type.CHOICE, choices=choices, about=about, default=default)


def _server(role: str, about: str, default: str = "") -> tuple[Key, Key]:
    return _text(f"{role}_ip", about, default), _port(f"{role}_port")


DTMF_MODES = ("RTP-in-band", "RTP-out-of-band", "SIP-INFO")
SRTP_MODES = ("disabled", "preferred", "required")

_KEYS = (
    _text("ip", "Address of this server, name or number. Deprecated: see `http_base_url`."),
    _port("http_port", "HTTP port of this server. Deprecated: see `http_base_url`."),
    _text(
        "http_base_url",
        "The URL under which the device reaches this server; wins over `ip` and `http_port`.",
    ),
    _port("tftp_port", "TFTP port of this server."),
    _flag("dns_enabled", "dns_ip"),
    _text("dns_ip", "The name server the device shall ask."),
    _flag("ntp_enabled", "ntp_ip"),
    _text("ntp_ip", "The time server the device shall ask."),
    _flag("vlan_enabled", "vlan_id"),
    _integer(
        "vlan_id",
        0,
        4094,
        "IEEE 802.1Q identifier of the device's own traffic; 0 is priority tagging.",
    ),
    _integer("vlan_priority", 0, 7, "IEEE 802.1Q priority code point."),
    _integer("vlan_pc_port_id", 0, 4094, "Identifier for the traffic of the device's PC port."),
    _flag("syslog_enabled", "syslog_ip"),
    _text("syslog_ip", "Where the device sends its log."),
    _port("syslog_port", default="514, where syslog is enabled"),
    _choice(
        "syslog_level",
        ("critical", "error", "warning", "info", "debug"),
        default="`warning`, where syslog is enabled",
    ),
    _text("admin_username", "Of the administrator of the device."),
    _secret("admin_password"),
    _text("user_username", "Of the user of the device."),
    _secret("user_password"),
    Key(name="timezone", type=Type.TIMEZONE, about="Name of an IANA time zone, `Europe/Paris`."),
    Key(name="locale", type=Type.LOCALE, about="`fr_FR`; what follows (`.UTF-8`) is passed over."),
    _choice("protocol", ("SIP", "SCCP"), "What the device speaks."),
    *_server("sip_proxy", "The SIP proxy of every line that names none."),
    *_server("sip_backup_proxy", "The proxy to turn to when the first is down."),
    *_server("sip_registrar", "Where to register.", default="`sip_proxy_ip`"),
    *_server("sip_backup_registrar", "The registrar to turn to when the first is down."),
    *_server("sip_outbound_proxy", "Where every SIP request goes first."),
    _choice("sip_dtmf_mode", DTMF_MODES, "How digits are sent."),
    _choice("sip_srtp_mode", SRTP_MODES, "Whether media is encrypted.", default="`disabled`"),
    _choice("sip_transport", ("udp", "tcp", "tls"), default="`udp`"),
    Key(
        name="sip_servers_root_and_intermediate_certificates",
        type=Type.TEXTS,
        about="PEM, the root first: whom the device shall trust.",
    ),
    Key(
        name="sip_local_root_and_intermediate_certificates",
        type=Type.TEXTS,
        about="PEM: the chain of the device's own certificate.",
    ),
    _text("sip_local_certificate", "PEM: the device's own certificate."),
    _secret("sip_local_key", "PEM: its private key."),
    _flag("sip_subscribe_mwi", about="Whether to subscribe to message waiting indications."),
    _text("exten_dnd", "Extension for do not disturb."),
    _text("exten_fwd_unconditional", "Prefix for unconditional forwarding."),
    _text("exten_fwd_no_answer", "Prefix for forwarding on no answer."),
    _text("exten_fwd_busy", "Prefix for forwarding when busy."),
    _text("exten_fwd_disable_all", "Extension that ends all forwarding."),
    _text("exten_park", "Extension for parking a call."),
    _text("exten_pickup_group", "Extension for picking up a call of the group."),
    _text("exten_pickup_call", "Prefix for picking up a given call."),
    _text("exten_voicemail", "Extension of the voicemail."),
    _text("X_xivo_phonebook_ip", "Server of the directory."),
    Key(
        name="firmware",
        type=Type.VERSIONS,
        about="By firmware package, the version that the device runs; null: it keeps what it has.",
    ),
    _integer(
        "config_version", None, None, "Version of these parameters; existing clients write 1."
    ),
)

KEYS: Mapping[str, Key] = {key.name: key for key in _KEYS}
"""Every parameter of a raw config that is a single value, or a list of texts."""

SIP_LINE: Mapping[str, Key] = {
    key.name: key
    for key in (
        *(
            key
            for role in ("proxy", "backup_proxy", "registrar", "backup_registrar", "outbound_proxy")
            for key in _server(role, "", default="`proxy_ip`" if role == "registrar" else "")
        ),
        _text("username", "The SIP user."),
        _text("auth_username", "The user name in digests.", default="`username`"),
        _secret("password"),
        _text("display_name"),
        _text("number", "The extension, as shown."),
        _choice("dtmf_mode", DTMF_MODES),
        _choice("srtp_mode", SRTP_MODES),
        _text("voicemail", "Extension of this line's voicemail."),
    )
}
"""The parameters of one of `sip_lines`; others are kept as they are."""

CALL_MANAGER: Mapping[str, Key] = {
    "ip": Key(name="ip", required=True, about="Address of the call manager."),
    "port": _port("port"),
}
"""The parameters of one of `sccp_call_managers`."""

FUNCTION_KEY: Mapping[str, Key] = {
    "type": Key(name="type", type=Type.CHOICE, choices=("speeddial", "blf", "park"), required=True),
    "value": _text("value", "What is dialled or watched; required but for `park`."),
    "label": _text("label"),
    "line": Key(
        name="line",
        type=Type.TEXT_OR_INTEGER,
        about="Number of the line it uses; existing clients send an integer.",
    ),
}
"""The parameters of one of `funckeys`."""

VALUE_REQUIRED = frozenset({"speeddial", "blf"})
"""Types of function key that say nothing without a `value`."""


class Table(Struct, frozen=True, kw_only=True):
    """A parameter that holds numbered rows of parameters."""

    name: str
    row: Mapping[str, Key]
    numbered: bool = True
    """Whether a row's key must be a number."""
    about: str = ""


TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        # Existing clients use other keys than numbers here, and nothing ever refused them.
        Table(name="sip_lines", row=SIP_LINE, numbered=False, about="Keyed by line number."),
        Table(
            name="sccp_call_managers", row=CALL_MANAGER, about="Keyed by rank; `1` is tried first."
        ),
        Table(name="funckeys", row=FUNCTION_KEY, about="Keyed by the position of the key."),
    )
}
"""The parameters that are absent or an object, never null; empty where absent."""

KNOWN = frozenset(KEYS) | frozenset(TABLES)
"""Every name that needs no prefix."""

SECRETS = frozenset(
    key.name
    for keys in (KEYS, *(table.row for table in TABLES.values()))
    for key in keys.values()
    if key.secret
)
"""Names of the parameters that are secret, wherever they stand."""

NEEDS = tuple((key.name, key.needs) for key in _KEYS if key.needs)
"""(flag, what must have a value where it is true)."""

SERVER_KEYS = ("ip", "http_port", "tftp_port")
"""What no device can be configured without: the server's own part of a complete raw config."""


def is_custom(name: object) -> bool:
    """Whether a name that is not known is allowed: `X_…` is anybody's, `XX_…` is a plugin's own."""
    return isinstance(name, str) and name.startswith("X_")
