"""What the templates are told beyond the raw config: parameters, in the order in which they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from provd.sdk import RawConfigError, firmware, own_parameters, phonebook_url

from .certificates import certificates
from .clock import Parameters, clock_of, router_clock
from .codes import codes
from .keys import function_keys
from .lines import lines
from .models import Series, model_named

_LANGUAGE = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian"}
_DEBUG_LEVEL = {"critical": 0, "error": 0, "warning": 1, "info": 2, "debug": 3}
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: what the device cannot be told, and why.
    """
    model = model_named(device.model)
    is_phone, is_router = model.series is Series.PHONE, model.series is Series.ROUTER
    timezone = raw_config.get("timezone") or ""
    raw_config["XX_common"] = [
        *_network(raw_config),
        *([] if is_router else clock_of(timezone)),
        *([] if is_router else _vlan(raw_config)),
        *(_locale(raw_config) if is_phone else []),
        *codes(raw_config),
    ]
    raw_config["XX_router"] = _router(raw_config, timezone) if is_router else []
    written, lines_left_out = lines(device.model, model, raw_config)
    keys, keys_left_out = function_keys(model, raw_config)
    raw_config["XX_own"] = [*written, *keys, *(_phone_book(raw_config) if is_phone else [])]
    raw_config["XX_passwords"] = [] if is_router else list(_passwords(raw_config))
    raw_config["XX_logins"] = list(_logins(raw_config)) if is_router else []
    raw_config["XX_lines_left_out"], raw_config["XX_keys_left_out"] = lines_left_out, keys_left_out
    raw_config["XX_more"] = own_parameters(
        raw_config, "X_cisco_spa_parameters", _PARAMETER, ("No", "Yes")
    )
    raw_config["XX_certificates"] = certificates(raw_config)
    package = firmware(device.model, raw_config)
    raw_config["XX_firmware"] = _file(raw_config, "X_cisco_spa_firmware") or (
        package.path if package is not None else ""
    )
    raw_config["XX_dictionary"] = _file(raw_config, "X_cisco_spa_dictionary") if is_phone else ""
    raw_config["XX_language"] = _language(raw_config)


def _network(raw_config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    if raw_config.get("ntp_enabled"):
        yield "Primary_NTP_Server", raw_config.get("ntp_ip")
    if raw_config.get("dns_enabled"):
        yield "Primary_DNS", raw_config.get("dns_ip")
        yield "DNS_Server_Order", "Manual,DHCP"
    if raw_config.get("syslog_enabled"):
        server = f"{raw_config.get('syslog_ip')}:{raw_config.get('syslog_port') or 514}"
        yield "Syslog_Server", server
        level = _DEBUG_LEVEL.get(raw_config.get("syslog_level") or "warning")
        yield "Debug_Level", level
    else:
        yield "Syslog_Server", ""


def _vlan(raw_config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    enabled = raw_config.get("vlan_enabled")
    yield "Enable_VLAN", "Yes" if enabled else "No"
    if enabled:
        yield "VLAN_ID", raw_config.get("vlan_id")
    behind = raw_config.get("vlan_pc_port_id") if enabled else None
    yield "Enable_PC_Port_VLAN_Tagging", "Yes" if behind else "No"
    if behind:
        yield "PC_Port_VLAN_ID", behind


def _locale(raw_config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """How dates are shown, and what is asked of servers that speak several languages."""
    locale = (raw_config.get("locale") or "")[:5]
    if not locale:
        return
    yield "Locale", locale.replace("_", "-")
    yield "Time_Format", "12hr" if locale == "en_US" else "24hr"
    yield "Date_Format", "month/day" if locale == "en_US" else "day/month"


def _language(raw_config: Mapping[str, Any]) -> str:
    """What the phone calls the language of a dictionary."""
    return _LANGUAGE.get((raw_config.get("locale") or "")[:2], "English")


def _router(raw_config: Mapping[str, Any], timezone: str) -> list[tuple[str, Parameters]]:
    """Clock and network in sections of `<router-configuration>`."""
    clock = router_clock(timezone)
    if raw_config.get("ntp_enabled"):
        clock += [("Time_Server_Mode", "manual"), ("Time_Server", raw_config.get("ntp_ip"))]
    enabled, number = int(bool(raw_config.get("vlan_enabled"))), raw_config.get("vlan_id") or 1
    vlan: Parameters = [("WAN_VLAN_Enable", enabled)]
    if enabled:
        # The second is how firmware of the SPA122 spells it.
        vlan += [("WAN_VLAN_ID", number), ("WAN_VALN_ID", number)]
    sections = [("Time_Setup", clock), ("WAN_VLAN_Setting", vlan)]
    if raw_config.get("dns_enabled"):
        sections.append(("Internet_Option", [("DNS_Order", 1), ("DNS", raw_config.get("dns_ip"))]))
    if raw_config.get("syslog_enabled"):
        port = raw_config.get("syslog_port") or 514
        server: Parameters = [("Syslog_Server_IP", raw_config.get("syslog_ip"))]
        sections.append(("Log_Configuration", [*server, ("Syslog_Server_Port", port)]))
    return [section for section in sections if section[1]]


def _passwords(raw_config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    if raw_config.get("admin_password"):
        yield "Admin_Passwd", raw_config["admin_password"]
    if raw_config.get("user_password"):
        yield "User_Password", raw_config["user_password"]


def _logins(raw_config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for who, role in (("admin", "Admin"), ("user", "Guest")):
        for kind, told in (("username", "Name"), ("password", "Password")):
            if raw_config.get(f"{who}_{kind}"):
                yield f"Web_Login_{role}_{told}", raw_config[f"{who}_{kind}"]


def _phone_book(raw_config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    url = phonebook_url(raw_config, "cisco")
    if url:
        yield "XML_Directory_Service_Name", "Directory"
        yield "XML_Directory_Service_URL", url


def _file(raw_config: Mapping[str, Any], parameter: str) -> str:
    """A file below the served tree."""
    said = raw_config.get(parameter) or ""
    if not isinstance(said, str) or (said and _FILE.fullmatch(said) is None):
        raise RawConfigError(f"{parameter}: {said!r} is no file like firmware/spa50x-30x-7-6-2.bin")
    return said
