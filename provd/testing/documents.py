"""Documents for tests: right by default, so that a test spoils one thing."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from provd.documents import Config, Device, parse_device


def a_device(document_id: str = "phone", **given: Any) -> Device:
    """A device with a MAC address of the documentation range, and whatever else is given."""
    return parse_device({"id": document_id, "mac": "00:00:5e:00:53:01", **given})


def a_config(
    document_id: str = "config", *parent_ids: str, revision: int = 1, **raw: Any
) -> Config:
    """A config with these parents and parameters, unchecked; revision 1 as if it were stored."""
    return Config(
        id=document_id,
        revision=revision,
        parent_ids=parent_ids,
        raw_config=Raw(msgspec.json.encode(raw)),
    )


def a_raw_config(**more: Any) -> dict[str, Any]:
    """What a configured phone typically gets: sixty parameters, two lines, ten function keys."""
    lines = {
        str(number): {
            "username": f"u{number}",
            "password": "secret",
            "proxy_ip": "192.0.2.1",
            "proxy_port": 5060,
            "display_name": "Alice Martin",
            "number": f"100{number}",
        }
        for number in (1, 2)
    }
    keys = {
        str(number): {"type": "blf", "value": f"11{number}", "label": "Bob", "line": 1}
        for number in range(1, 11)
    }
    servers = {
        f"sip_{role}_{part}": value
        for role in ("proxy", "backup_proxy", "registrar", "backup_registrar", "outbound_proxy")
        for part, value in (("ip", "192.0.2.1"), ("port", 5060))
    }
    extensions = {
        f"exten_{name}": "*21"
        for name in (
            "dnd",
            "park",
            "voicemail",
            "pickup_group",
            "pickup_call",
            "fwd_busy",
            "fwd_no_answer",
        )
    }
    custom = {f"X_site_{number}": number for number in range(10)}
    return {
        **_BASICS,
        **servers,
        **extensions,
        **custom,
        "sip_lines": lines,
        "funckeys": keys,
        **more,
    }


_BASICS: dict[str, Any] = {
    "ip": "192.0.2.1",
    "http_port": "8667",
    "http_base_url": "http://192.0.2.1:8667",
    "tftp_port": 69,
    "dns_enabled": True,
    "dns_ip": "192.0.2.2",
    "ntp_enabled": True,
    "ntp_ip": "192.0.2.3",
    "vlan_enabled": True,
    "vlan_id": 10,
    "vlan_priority": 5,
    "vlan_pc_port_id": 20,
    "syslog_enabled": True,
    "syslog_ip": "192.0.2.4",
    "syslog_port": 514,
    "syslog_level": "info",
    "admin_username": "admin",
    "admin_password": "secret",
    "user_username": "user",
    "user_password": "secret",
    "timezone": "Europe/Paris",
    "locale": "fr_FR",
    "protocol": "SIP",
    "sip_dtmf_mode": "SIP-INFO",
    "sip_srtp_mode": "disabled",
    "sip_transport": "udp",
    "sip_subscribe_mwi": True,
    "X_xivo_phonebook_ip": "192.0.2.1",
    "X_xivo_user_uuid": "6a4f4f2e-0000-4000-8000-000000000001",
    "X_key": "xivo",
    "config_version": 1,
}
