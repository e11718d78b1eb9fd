"""What the templates are told beyond the raw config: the vendor's words for ours.

docs/plugins/polycom.rst says which parameter is from which source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provd.sdk import (
    RawConfigError,
    chosen,
    firmware,
    numbered,
    own_file,
    own_parameters,
    phonebook_url,
    sip_servers,
)

from .certificates import trusted
from .clock import clock_of
from .keys import function_keys
from .models import model_named

_TRANSPORT = {"udp": "UDPOnly", "tcp": "TCPOnly", "tls": "TLS"}
_SRTP = {"disabled": (0, 0, 0), "preferred": (1, 1, 0), "required": (1, 1, 1)}
"""Whether calls may be encrypted, whether that is offered, whether it must be."""
_DTMF = {"RTP-in-band": (1, 0, 0), "RTP-out-of-band": (1, 1, 0), "SIP-INFO": (0, 0, 1)}
"""Whether digits are in the stream of speech, whether as events (RFC 2833), whether in SIP (RFC 2976)."""
_LOG_LEVEL = {"critical": 5, "error": 4, "warning": 3, "info": 2, "debug": 1}
"""The least class of events that is sent; the phone has none for warnings, and sends 2 and 3 as information."""
_LANGUAGE = {
    "da_DK": "Danish_Denmark",
    "de_DE": "German_Germany",
    "en_CA": "English_Canada",
    "en_GB": "English_United_Kingdom",
    "en_US": "English_United_States",
    "es_ES": "Spanish_Spain",
    "fr_FR": "French_France",
    "it_IT": "Italian_Italy",
    "ja_JP": "Japanese_Japan",
    "ko_KR": "Korean_Korea",
    "nb_NO": "Norwegian_Norway",
    "nl_NL": "Dutch_Netherlands",
    "no_NO": "Norwegian_Norway",
    "pl_PL": "Polish_Poland",
    "pt_PT": "Portuguese_Portugal",
    "ru_RU": "Russian_Russia",
    "sl_SI": "Slovenian_Slovenia",
    "sv_SE": "Swedish_Sweden",
    "zh_CN": "Chinese_China",
}
_OF_LANGUAGE = {locale[:2]: name for locale, name in _LANGUAGE.items()}
"""English is that of the United States, the last of its three."""
_8021X_METHOD = {
    "disabled": "",
    "md5": "EAP-MD5",
    "tls": "EAP-TLS",
    "peap-mschapv2": "EAP-PEAPv0-MSCHAPv2",
    "fast": "EAP-FAST",
}
FIRMWARE, PARAMETERS = "X_polycom_firmware", "X_polycom_parameters"
_NAME = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}"
_DIRECTORY = re.compile(rf"{_NAME}(?:/{_NAME}){{0,3}}")


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: what the phone cannot be told, and why.
    """
    model = model_named(device.model)
    mac = own_file("{mac}", device)
    rows = numbered(raw_config, "sip_lines")
    lines = [_line(number, rows[number], raw_config) for number in rows if number <= model.lines]
    raw_config["XX_mac"], raw_config["XX_lines"] = mac, lines
    raw_config["XX_lines_left_out"] = len(lines) < len(rows)
    keys = function_keys(model, [number for number in rows if number <= model.lines], raw_config)
    raw_config["XX_keys"] = keys
    raw_config["XX_image"] = "/".join(filter(None, (mac, *_image(device.model, raw_config))))
    raw_config["XX_srtp"] = _named(_SRTP.get(raw_config.get("sip_srtp_mode") or "disabled"))
    raw_config["XX_dtmf"] = _DTMF.get(raw_config.get("sip_dtmf_mode") or "")
    raw_config["XX_log_level"] = _LOG_LEVEL.get(raw_config.get("syslog_level") or "warning")
    raw_config["XX_language"] = _language(raw_config.get("locale") or "")
    raw_config["XX_clock"] = clock_of(raw_config.get("timezone") or "")
    raw_config["XX_8021x_method"] = chosen(raw_config, "X_8021x_mode", _8021X_METHOD, "disabled")
    raw_config["XX_trusted"] = trusted(raw_config)
    raw_config["XX_parameters"] = own_parameters(raw_config, PARAMETERS)
    raw_config["XX_xivo_phonebook_url"] = phonebook_url(raw_config, "polycom")
    language = (raw_config.get("locale") or "")[:2]
    raw_config["XX_directory"] = "Annuaire" if language == "fr" else "Directory"


def _line(number: int, line: Mapping[str, Any], raw_config: Mapping[str, Any]) -> dict[str, object]:
    """One SIP line with the servers it uses.

    The phone registers where it sends its calls.  With a registrar elsewhere, it registers there and sends all it
    sends through the proxy, as through an outbound proxy, unless it has one.
    """
    found = sip_servers(number, line, raw_config)
    apart = found.registrar != found.proxy
    servers = [found.registrar, found.backup_registrar if apart else None]
    servers[1] = servers[1] or found.backup_proxy or found.backup_registrar
    outbound = found.outbound_proxy or (found.proxy if apart else None)
    return {
        "number": number,
        "servers": [server for server in servers if server],
        "outbound": outbound,
        "transport": _TRANSPORT.get(raw_config.get("sip_transport") or "udp"),
        "username": line.get("username") or "",
        "auth_username": line.get("auth_username") or line.get("username") or "",
        "password": line.get("password") or "",
        "display_name": line.get("display_name") or "",
        "label": line.get("number") or line.get("display_name") or line.get("username") or "",
        "extension": line.get("number") or line.get("username") or "",
        "srtp": _named(_SRTP.get(line.get("srtp_mode") or "")),
        "voicemail": line.get("voicemail") or raw_config.get("exten_voicemail") or "",
    }


def _named(srtp: tuple[int, int, int] | None) -> dict[str, int] | None:
    return None if srtp is None else dict(zip(("enable", "offer", "require"), srtp, strict=True))


def _language(locale: str) -> str:
    """The language of a locale; of its language elsewhere when the locale itself is unknown."""
    return _LANGUAGE.get(locale[:5]) or _OF_LANGUAGE.get(locale[:2], "")


def _image(model: str | None, raw_config: Mapping[str, Any]) -> tuple[str, str]:
    """The directory with the model's firmware, and the image in it: what a config says, or a package's."""
    said = _firmware(model, raw_config)
    package = firmware(model, raw_config) if not said else None
    if package is None:
        return said, "sip.ld"
    return package.directory, package.image or "sip.ld"


def _firmware(model: str | None, raw_config: Mapping[str, Any]) -> str:
    """The directory with the model's firmware, of one name for all models or of one for each."""
    said = raw_config.get(FIRMWARE)
    if isinstance(said, Mapping):
        said = said.get(model or "")
    if not said:
        return ""
    if not isinstance(said, str) or _DIRECTORY.fullmatch(said) is None:
        raise RawConfigError(
            f"{FIRMWARE} is no name of a directory, and no object of names by model"
        )
    return said
