"""What the templates are told beyond the raw config: the vendor's words for ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provd.sdk import (
    SipServer,
    chosen,
    firmware,
    numbered,
    own_parameters,
    phonebook_url,
    sip_servers,
    zone_of,
)

from .clock import text_clock, zone_name
from .keys import attached, speed_dials, told
from .models import MODELS, UNKNOWN

IMAGE = "P0S3-8-12-00"
"""The last SIP firmware that Cisco made for the 7940G and 7960G."""

_TRANSPORT = {"tcp": 1, "udp": 2, "tls": 3}
_SECURITY = {"udp": 1, "tcp": 1, "tls": 3}
"""1 is none, 3 encrypted; 2 would be TLS that encrypts nothing."""
_EAP = {"disabled": 1, "md5": 2, "tls": 2}
_ELEMENT = re.compile(r"[A-Za-z][A-Za-z0-9]{0,60}")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]{0,40}")
_URLS = ("authentication", "services", "messages", "information")
_LOCALE = {
    # locale: (language's directory, language code, country's directory)
    "de_DE": ("German_Germany", "de", "Germany"),
    "en_GB": ("English_United_Kingdom", "en", "United_Kingdom"),
    "en_US": ("English_United_States", "en", "United_States"),
    "es_ES": ("Spanish_Spain", "es", "Spain"),
    "fr_CA": ("French_France", "fr", "Canada"),
    "fr_FR": ("French_France", "fr", "France"),
    "it_IT": ("Italian_Italy", "it", "Italy"),
    "nl_NL": ("Dutch_Netherlands", "nl", "Netherlands"),
    "pt_BR": ("Portuguese_Brazil", "pt", "Brazil"),
    "pt_PT": ("Portuguese_Portugal", "pt", "Portugal"),
}


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: a line without a server, a number that is none, an unknown time zone.
    """
    name = device.model or ""
    model = MODELS.get(name, UNKNOWN)
    lines = [
        _line(number, line, raw_config)
        for number, line in numbered(raw_config, "sip_lines").items()
    ]
    modules = attached(name, model, raw_config)
    buttons = model.buttons + sum(module.buttons for module in modules)
    keys, left_out = speed_dials(buttons, raw_config, len(lines))
    raw_config |= {"XX_lines": lines, "XX_modules": told(modules, raw_config)}
    raw_config["XX_keys"], raw_config["XX_keys_left_out"] = keys, left_out
    raw_config["XX_sccp"] = raw_config.get("protocol") == "SCCP" or model.is_sccp_only
    raw_config["XX_call_managers"] = _call_managers(raw_config, lines)
    raw_config["XX_call_waiting"] = 1 if model.waits_simply else 3
    transport = raw_config.get("sip_transport") or "udp"
    raw_config["XX_transport"] = _TRANSPORT.get(transport)
    raw_config["XX_security"] = _SECURITY.get(transport)
    raw_config["XX_dtmf"] = "none" if raw_config.get("sip_dtmf_mode") == "RTP-in-band" else "avt"
    raw_config["XX_load"] = raw_config.get("X_cisco_load") or _load(name, raw_config)
    raw_config["XX_image"] = raw_config["XX_load"] or IMAGE
    raw_config["XX_locale"] = _locale(raw_config.get("locale") or "")
    raw_config["XX_sip_profile"] = _sip_profile(raw_config)
    raw_config["XX_vendor_config"] = _vendor_config(name, raw_config)
    _tell_clock(raw_config)
    _tell_urls(raw_config)
    _tell_text_files(raw_config)


def _tell_clock(raw_config: dict[str, Any]) -> None:
    """The time zone in both languages.

    @raise RawConfigError: an unknown time zone.
    """
    zone = zone_of(raw_config.get("timezone") or "UTC")
    raw_config["XX_timezone"] = zone_name(zone)
    raw_config["XX_clock"] = text_clock(zone) if raw_config.get("timezone") else None


def _tell_urls(raw_config: dict[str, Any]) -> None:
    """Where the keys of the phone lead."""
    raw_config["XX_xivo_phonebook_url"] = phonebook_url(raw_config, "cisco", "menu")
    raw_config["XX_directory"] = (
        raw_config.get("X_cisco_directory_url") or raw_config["XX_xivo_phonebook_url"]
    )
    urls = {each: raw_config.get(f"X_cisco_{each}_url") for each in _URLS}
    raw_config["XX_urls"] = [(f"{each}URL", url) for each, url in urls.items() if url]


def _tell_text_files(raw_config: dict[str, Any]) -> None:
    """What the files of the 7940G and 7960G hold in their own way of writing.

    @raise RawConfigError: a parameter that is none.
    """
    raw_config["XX_more"] = [
        (parameter, quoted(value))
        for parameter, value in own_parameters(raw_config, "X_cisco_parameters", _PARAMETER)
    ]
    raw_config["XX_quoted"] = {
        "password": quoted(raw_config.get("admin_password")),
        "phonebook": quoted(raw_config["XX_directory"]),
        "services": quoted(raw_config.get("X_cisco_services_url")),
    }


def _sip_profile(raw_config: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Elements of the profile that hold a text: ours, and those that somebody gave."""
    lines = raw_config["XX_lines"]
    elements: dict[str, object] = {
        "enableVad": "false",
        "preferredCodec": "none",
        "dtmfOutofBand": raw_config["XX_dtmf"],
        "phoneLabel": lines[0]["display_name"] if lines else "",
    }
    elements |= dict(own_parameters(raw_config, "X_cisco_sip_profile", _ELEMENT, ("false", "true")))
    return list(elements.items())


def _vendor_config(name: str, raw_config: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Elements that concern the phone as such: ours, and those that somebody gave.

    @raise RawConfigError: a way of 802.1X that there is none of; an element that is none.
    """
    # 1 is no access: a computer behind the phone stays out of the voice VLAN (Cisco's command reference of
    # Unified CME, "service phone").
    elements: dict[str, object] = {"voiceVlanAccess": 1 if raw_config.get("vlan_enabled") else 0}
    if raw_config.get("syslog_enabled"):
        port = raw_config.get("syslog_port") or 514
        elements["logServer"] = f"{raw_config.get('syslog_ip')}:{port}"
    if raw_config.get("X_8021x_mode") is not None:
        elements["eapAuthentication"] = chosen(raw_config, "X_8021x_mode", _EAP, "disabled")
    if name == "8821" and raw_config.get("admin_password"):
        elements["adminPassword"] = raw_config["admin_password"]
    elements |= dict(own_parameters(raw_config, "X_cisco_vendor_config", _ELEMENT))
    return list(elements.items())


def _load(model: str, raw_config: Mapping[str, Any]) -> str:
    """What the phone shall run, as its files name it: without what the names of files end with."""
    package = firmware(model, raw_config)
    image = package.image if package is not None else ""
    for suffix in (".loads", ".sb2", ".sbn", ".bin"):
        image = image.removesuffix(suffix)
    return image


def _line(number: int, line: Mapping[str, Any], raw_config: Mapping[str, Any]) -> dict[str, object]:
    """One SIP line with the servers it uses; those it does not name are the phone's."""
    found = sip_servers(number, line, raw_config)
    servers = {
        **_server("proxy", found.proxy),
        **_server("backup_proxy", found.backup_proxy),
        **_server("outbound_proxy", found.outbound_proxy),
    }
    texts = {
        "username": line.get("username"),
        "auth_username": line.get("auth_username") or line.get("username"),
        "password": line.get("password"),
        "display_name": line.get("display_name"),
        "extension": line.get("number") or line.get("username"),
        "voicemail": line.get("voicemail") or raw_config.get("exten_voicemail"),
    }
    in_text_file = {name: quoted(text) for name, text in texts.items()}
    return {**servers, **texts, "number": number, "quoted": in_text_file}


def quoted(value: object) -> str:
    """A value as the text files of the 7940G and 7960G hold it: they have no way to write a quote in quotes."""
    text = "" if value is None else str(value)
    return text if '"' in text else f'"{text}"'


def _server(role: str, server: SipServer | None) -> dict[str, object]:
    """Address and port as the templates read them."""
    return {
        f"{role}_ip": server.address if server else None,
        f"{role}_port": server.port if server else None,
    }


def _call_managers(
    raw_config: Mapping[str, Any], lines: list[dict[str, Any]]
) -> list[dict[str, object]]:
    """The servers of the phone, best first: what `USECALLMANAGER` means in a line."""
    if raw_config["XX_sccp"]:
        given = numbered(raw_config, "sccp_call_managers").values()
        return [
            {"priority": at, "ip": manager["ip"], "sccp_port": manager.get("port") or 2000}
            for at, manager in enumerate(given)
        ]
    first = lines[0] if lines else {}
    usual = 5061 if raw_config.get("sip_transport") == "tls" else 5060
    managers: list[dict[str, object]] = []
    for role in ("proxy", "backup_proxy"):
        shared = raw_config.get(f"sip_{role}_ip")
        ip = shared or first.get(f"{role}_ip")
        port = raw_config.get(f"sip_{role}_port") if shared else first.get(f"{role}_port")
        if ip:
            managers.append({"priority": len(managers), "ip": ip, "sip_port": int(port or usual)})
    return managers


def _locale(locale: str) -> dict[str, str] | None:
    known = _LOCALE.get(locale)
    return None if known is None else dict(zip(("user", "code", "network"), known, strict=True))
