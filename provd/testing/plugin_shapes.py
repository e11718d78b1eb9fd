"""The shape of a rendered file: what no value may change. And raw configs to render with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

from provd.values import Format

MINIMAL_RAW_CONFIG: dict[str, Any] = {}
"""A config that says nothing: the server's own parameters are all there is."""

FULL_RAW_CONFIG: dict[str, Any] = {
    "dns_enabled": True,
    "dns_ip": "192.0.2.53",
    "ntp_enabled": True,
    "ntp_ip": "192.0.2.123",
    "vlan_enabled": True,
    "vlan_id": 42,
    "vlan_priority": 5,
    "vlan_pc_port_id": 43,
    "syslog_enabled": True,
    "syslog_ip": "192.0.2.14",
    "syslog_port": 514,
    "syslog_level": "info",
    "admin_username": "admin",
    "admin_password": "admin-secret",
    "user_username": "user",
    "user_password": "user-secret",
    "timezone": "Europe/Paris",
    "locale": "fr_FR",
    "protocol": "SIP",
    "sip_proxy_ip": "192.0.2.60",
    "sip_proxy_port": 5060,
    "sip_backup_proxy_ip": "192.0.2.61",
    "sip_backup_proxy_port": 5061,
    "sip_registrar_ip": "192.0.2.62",
    "sip_registrar_port": 5062,
    "sip_backup_registrar_ip": "192.0.2.63",
    "sip_backup_registrar_port": 5063,
    "sip_outbound_proxy_ip": "192.0.2.64",
    "sip_outbound_proxy_port": 5064,
    "sip_dtmf_mode": "SIP-INFO",
    "sip_srtp_mode": "preferred",
    "sip_transport": "tcp",
    "sip_subscribe_mwi": True,
    "sip_lines": {
        number: {
            "proxy_ip": "192.0.2.60",
            "proxy_port": 5060,
            "backup_proxy_ip": "192.0.2.61",
            "backup_proxy_port": 5061,
            "registrar_ip": "192.0.2.62",
            "registrar_port": 5062,
            "backup_registrar_ip": "192.0.2.63",
            "backup_registrar_port": 5063,
            "outbound_proxy_ip": "192.0.2.64",
            "outbound_proxy_port": 5064,
            "username": f"user{number}",
            "auth_username": f"auth{number}",
            "password": f"secret{number}",
            "display_name": f"Line {number}",
            "number": f"10{number}",
            "dtmf_mode": "RTP-out-of-band",
            "srtp_mode": "disabled",
            "voicemail": "*98",
        }
        for number in ("1", "2")
    },
    "exten_dnd": "*25",
    "exten_fwd_unconditional": "*21",
    "exten_fwd_no_answer": "*22",
    "exten_fwd_busy": "*23",
    "exten_fwd_disable_all": "*20",
    "exten_park": "700",
    "exten_pickup_group": "*7",
    "exten_pickup_call": "*8",
    "exten_voicemail": "*98",
    "funckeys": {
        "1": {"type": "speeddial", "value": "200", "label": "Alice", "line": "1"},
        "2": {"type": "blf", "value": "201", "label": "Bob", "line": "1"},
        "3": {"type": "park", "value": "701", "label": "Park", "line": "1"},
    },
    "X_xivo_phonebook_ip": "192.0.2.80",
    "X_xivo_user_uuid": "4d1f6a3c-0000-4000-8000-000000000001",
}
"""A config that says everything a phone may be told."""

Leaf = tuple[str, ...]
"""Where a text stands in a raw config."""


def text_leaves(value: Any, at: Leaf = ()) -> Iterator[Leaf]:
    """Where the texts of a raw config stand."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from text_leaves(item, (*at, key))
    elif isinstance(value, str):
        yield at


def with_text(raw_config: dict[str, Any], leaf: Leaf, text: str) -> dict[str, Any]:
    """A copy in which another text stands at `leaf`; what is on the way there is copied, the rest shared."""
    head, *rest = leaf
    below = with_text(raw_config[head], tuple(rest), text) if rest else text
    return {**raw_config, head: below}


def line_shape(text: str) -> list[str]:
    """The lines of a file: the key of each, or its first sign for a comment, a section or a text."""
    return [_line(line) for line in re.split("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text)]


def _line(line: str) -> str:
    if line[:1] in {"#", ";", "["} or not re.search("[:=]", line):
        return line[:1]
    return re.split("[:=]", line, maxsplit=1)[0]


def xml_shape(text: str) -> list[tuple[str, ...]]:
    """Every element in order with its attributes' names; the number of lines."""
    root = ET.fromstring(text)  # noqa: S314 - rendered here, from templates under test
    elements = [(element.tag, *sorted(element.attrib)) for element in root.iter()]
    return [*elements, (str(len(line_shape(text))),)]


def json_shape(text: str) -> Any:
    """The document with every value replaced by the name of its type."""
    return _kinds(json.loads(text))


def _kinds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _kinds(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_kinds(item) for item in value]
    return type(value).__name__


SHAPES: dict[Format, Callable[[str], Any]] = {
    Format.LINES: line_shape,
    Format.INI: line_shape,
    Format.XML: xml_shape,
    Format.JSON: json_shape,
}
