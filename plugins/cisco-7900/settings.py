"""What the templates are told beyond the raw config: the vendor's words for ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError, firmware, numbered, phonebook_url, zone_of

from .clock import text_clock, zone_name

IMAGE = "P0S3-8-12-00"
"""The last SIP firmware that Cisco made for the 7940G and 7960G."""

_TRANSPORT = {"tcp": 1, "udp": 2, "tls": 3}
_BUTTONS = {
    "7906G": 1,
    "7911G": 1,
    "7931G": 24,
    "7940G": 2,
    "7941G": 2,
    "7942G": 2,
    "7945G": 2,
    "7960G": 6,
    "7961G": 6,
    "7962G": 6,
    "7965G": 6,
    "7970G": 8,
    "7971G": 8,
    "7975G": 8,
}
MOST_BUTTONS = 48
"""With two expansion modules; what is assumed of a phone whose model nobody knows."""

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
    model = device.model or ""
    lines = [
        _line(number, line, raw_config)
        for number, line in numbered(raw_config, "sip_lines").items()
    ]
    raw_config["XX_lines"] = lines
    keys, left_out = _speed_dials(model, raw_config, len(lines))
    raw_config["XX_keys"], raw_config["XX_keys_left_out"] = keys, left_out
    raw_config["XX_call_managers"] = _call_managers(raw_config, lines)
    raw_config["XX_sccp"] = raw_config.get("protocol") == "SCCP"
    raw_config["XX_transport"] = _TRANSPORT.get(raw_config.get("sip_transport") or "udp")
    raw_config["XX_dtmf"] = "none" if raw_config.get("sip_dtmf_mode") == "RTP-in-band" else "avt"
    raw_config["XX_load"] = raw_config.get("X_cisco_load") or _load(model, raw_config)
    raw_config["XX_image"] = raw_config["XX_load"] or IMAGE
    raw_config["XX_locale"] = _locale(raw_config.get("locale") or "")
    raw_config["XX_xivo_phonebook_url"] = phonebook_url(raw_config, "cisco", "menu")
    raw_config["XX_quoted"] = {
        "password": quoted(raw_config.get("admin_password")),
        "phonebook": quoted(raw_config["XX_xivo_phonebook_url"]),
    }
    zone = zone_of(raw_config.get("timezone") or "UTC")
    raw_config["XX_timezone"] = zone_name(zone)
    raw_config["XX_clock"] = text_clock(zone) if raw_config.get("timezone") else None


def _load(model: str, raw_config: Mapping[str, Any]) -> str:
    """What the phone shall run, as its files name it: without what the names of files end with."""
    package = firmware(model, raw_config)
    image = package.image if package is not None else ""
    for suffix in (".loads", ".sb2", ".sbn", ".bin"):
        image = image.removesuffix(suffix)
    return image


def _line(number: int, line: Mapping[str, Any], raw_config: Mapping[str, Any]) -> dict[str, object]:
    """One SIP line with the servers it uses; those it does not name are the phone's."""
    servers: dict[str, object] = {}
    for role in ("proxy", "backup_proxy", "outbound_proxy"):
        servers |= _server(role, line, raw_config)
    if not servers["proxy_ip"]:
        raise RawConfigError(f"line {number} has no proxy_ip, and there is no sip_proxy_ip for all")
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


def _server(role: str, line: Mapping[str, Any], raw_config: Mapping[str, Any]) -> dict[str, Any]:
    """Address and port of one server: both of the line, or else both of the phone."""
    address, port = f"{role}_ip", f"{role}_port"
    if line.get(address):
        return {address: line[address], port: line.get(port) or 5060}
    shared = line.get(port) or raw_config.get(f"sip_{port}") or 5060
    return {address: raw_config.get(f"sip_{address}"), port: shared}


def _speed_dials(
    model: str, raw_config: Mapping[str, Any], lines: int
) -> tuple[list[dict[str, object]], list[int]]:
    """The n-th function key is the n-th button after the lines; those beyond the last are left out."""
    written: list[dict[str, object]] = []
    left_out: list[int] = []
    for number, key in numbered(raw_config, "funckeys").items():
        value = key.get("value") or (raw_config.get("exten_park") if key["type"] == "park" else "")
        if value and lines + number <= _BUTTONS.get(model, MOST_BUTTONS):
            written.append(
                {
                    "button": lines + number,
                    "number": number,
                    "label": key.get("label") or value,
                    "value": value,
                    "watched": key["type"] == "blf",
                }
            )
        else:
            left_out.append(number)
    return written, left_out


def _call_managers(
    raw_config: Mapping[str, Any], lines: list[dict[str, object]]
) -> list[dict[str, object]]:
    """The servers of the phone, best first: what `USECALLMANAGER` means in a line."""
    if raw_config.get("protocol") == "SCCP":
        managers = numbered(raw_config, "sccp_call_managers").values()
        return [
            {"priority": at, "ip": manager["ip"], "sccp_port": manager.get("port") or 2000}
            for at, manager in enumerate(managers)
        ]
    first = lines[0] if lines else {}
    servers = [
        (
            raw_config.get(f"sip_{role}_ip") or first.get(f"{role}_ip"),
            raw_config.get(f"sip_{role}_port") or first.get(f"{role}_port"),
        )
        for role in ("proxy", "backup_proxy")
    ]
    known = [(ip, port) for ip, port in servers if ip]
    return [
        {"priority": at, "ip": ip, "sip_port": port or 5060} for at, (ip, port) in enumerate(known)
    ]


def _locale(locale: str) -> dict[str, str] | None:
    known = _LOCALE.get(locale)
    return None if known is None else dict(zip(("user", "code", "network"), known, strict=True))
