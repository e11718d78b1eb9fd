"""What the templates are told beyond the raw config: the vendor's numbers for our words.

Parameter names and values are those of the administrator guides 41-001160-04 (release 2.5) and
41-001343-01 (release 3.2.2), appendix A.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provd.sdk import (
    ClockChange,
    SipServer,
    chosen,
    numbered,
    own_parameters,
    phonebook_url,
    sip_servers,
    zone_of,
)

from .certificates import certificates, pointers
from .keys import function_keys
from .text import written, written_secret

_TRANSPORT = {"udp": 1, "tcp": 2, "tls": 4}
_SRTP = {"disabled": 0, "preferred": 1, "required": 2}
_DTMF_METHOD = {"RTP-in-band": 0, "RTP-out-of-band": 0, "SIP-INFO": 1}
_EAP_TYPE = {"disabled": 0, "md5": 1, "tls": 2}
_PARAMETER = re.compile(r"[a-z0-9][A-Za-z0-9 .|\[\]_-]{0,80}")
_LOG_LEVEL = {
    "critical": 1,  # fatal errors
    "error": 3,  # and errors
    "warning": 7,  # and warnings
    "info": 47,  # and initialisation and information
    "debug": 65535,
}
_LANGUAGE = {
    # locale: (language file, tone set, input language)
    "de_DE": ("lang_de.txt", "Germany", "German"),
    "en_AU": ("", "Australia", "English"),
    "en_GB": ("", "UK", "English"),
    "en_US": ("", "US", "English"),
    "es_ES": ("lang_es.txt", "Europe", "Spanish"),
    "es_MX": ("lang_es_mx.txt", "Mexico", "Spanish"),
    "fr_CA": ("lang_fr_ca.txt", "US", "French"),
    "fr_FR": ("lang_fr.txt", "France", "French"),
    "it_IT": ("lang_it.txt", "Italy", "Italian"),
    "nl_NL": ("lang_nl.txt", "Europe", "English"),
    "pt_BR": ("lang_pt_br.txt", "Brazil", "Portuguese"),
    "pt_PT": ("lang_pt.txt", "Europe", "Portuguese"),
}


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: a line without a server, a number that is none, an unknown time zone,
        a password that the format cannot carry, a certificate that is none.
    """
    lines = numbered(raw_config, "sip_lines")
    raw_config["XX_lines"] = [_line(number, lines[number], raw_config) for number in lines]
    keys, left_out = function_keys(device.model or "", raw_config)
    raw_config["XX_keys"], raw_config["XX_keys_left_out"] = keys, left_out
    for who in ("admin", "user"):
        secret = raw_config.get(f"{who}_password")
        raw_config[f"XX_{who}_password"] = written_secret(f"the {who} password", secret)
    raw_config["XX_pickup_prefix"] = written(raw_config.get("exten_pickup_call"))
    raw_config["XX_transport"] = _TRANSPORT.get(raw_config.get("sip_transport") or "udp")
    raw_config["XX_srtp_mode"] = _SRTP.get(raw_config.get("sip_srtp_mode") or "disabled")
    raw_config["XX_dtmf_method"] = _DTMF_METHOD.get(raw_config.get("sip_dtmf_mode") or "")
    raw_config["XX_log_level"] = _LOG_LEVEL.get(raw_config.get("syslog_level") or "warning")
    raw_config["XX_language"] = _language(raw_config.get("locale") or "")
    raw_config["XX_clock"] = _clock(raw_config.get("timezone") or "")
    raw_config["XX_xivo_phonebook_url"] = phonebook_url(raw_config, "aastra")
    raw_config["XX_8021x"] = _8021x(raw_config)
    raw_config["XX_certificates"] = certificates(raw_config)
    raw_config["XX_pointers"] = pointers(raw_config["XX_certificates"])
    more = own_parameters(raw_config, "X_aastra_parameters", _PARAMETER)
    raw_config["XX_more"] = [(name, written(value)) for name, value in more]


def _8021x(raw_config: Mapping[str, Any]) -> list[tuple[str, object]]:
    """How the phone says who it is to the switch; nothing where nobody said, so that what was set by hand stays.

    @raise RawConfigError: a way that the phone does not know; a password that the format cannot carry.
    """
    if raw_config.get("X_8021x_mode") is None:
        return []
    told: list[tuple[str, object]] = [
        ("eap type", chosen(raw_config, "X_8021x_mode", _EAP_TYPE, "disabled"))
    ]
    if raw_config.get("X_8021x_identity"):
        told.append(("identity", written(raw_config["X_8021x_identity"])))
    if raw_config.get("X_8021x_password"):
        secret = written_secret("the password for 802.1X", raw_config["X_8021x_password"])
        told.append(("md5 password", secret))
    return told


def _line(number: int, line: Mapping[str, Any], raw_config: Mapping[str, Any]) -> dict[str, object]:
    """One SIP line with every server it uses."""
    servers = sip_servers(number, line, raw_config)
    return {
        **_server("proxy", servers.proxy),
        **_server("registrar", servers.registrar),
        **_server("backup_proxy", servers.backup_proxy),
        **_server("backup_registrar", servers.backup_registrar),
        **_server("outbound_proxy", servers.outbound_proxy),
        "number": number,
        "username": written(line.get("username")),
        "auth_username": written(line.get("auth_username") or line.get("username")),
        "password": written_secret(f"the password of line {number}", line.get("password")),
        "display_name": written(line.get("display_name")),
        "extension": written(line.get("number")),
        "dtmf_method": _DTMF_METHOD.get(line.get("dtmf_mode") or ""),
        "srtp_mode": _SRTP.get(line.get("srtp_mode") or ""),
        "voicemail": written(line.get("voicemail") or raw_config.get("exten_voicemail")),
    }


def _server(role: str, server: SipServer | None) -> dict[str, object]:
    """What the template reads of one server; nothing where there is none."""
    if server is None:
        return {}
    return {f"{role}_ip": server.address, f"{role}_port": server.port}


def _language(locale: str) -> dict[str, str] | None:
    """The language of a locale; of its language's own country when the locale itself is unknown."""
    country = {"en": "US", "pt": "PT"}.get(locale[:2], locale[:2].upper())
    known = _LANGUAGE.get(locale) or _LANGUAGE.get(f"{locale[:2]}_{country}")
    return None if known is None else dict(zip(("file", "tone_set", "input"), known, strict=True))


def _clock(timezone: str) -> dict[str, Any] | None:
    """The custom time zone: minutes west of Greenwich, and the rule of its summer time."""
    if not timezone:
        return None
    zone = zone_of(timezone)
    clock: dict[str, Any] = {"minutes": -zone.utc_offset_seconds // 60, "dst": None}
    if zone.dst is not None:
        clock["dst"] = {
            # 60 is the most that the parameter takes.
            "minutes": min(zone.dst.save_seconds // 60, 60),
            "changes": [
                {"when": "start", **_change(zone.dst.start)},
                {"when": "end", **_change(zone.dst.end)},
            ],
        }
    return clock


def _change(change: ClockChange) -> dict[str, int]:
    """The rule as the phone counts: weeks from 1, -1 for the last; weekdays from Sunday, 1; full hours."""
    near = change.in_one_day()
    return {
        "relative": 1 if near.week else 0,
        "month": near.month,
        "week": -1 if near.week == 5 else near.week,
        "day": near.weekday if near.week else near.day,
        "hour": near.hour,
    }
