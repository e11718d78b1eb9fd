"""What the templates are told beyond the raw config: the vendor's words and numbers for ours.

docs/plugins/gigaset.rst says which fact is from where.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError, firmware, own_file, own_parameters, phonebook_url

from .blocks import OWN_FILE
from .clock import desk_zone, named_zone
from .frame import is_pin, items_of
from .keys import function_keys
from .lines import Line, Provider, lines_of, providers_of
from .models import BASE_OF, Form, Model, model_named

_TRANSPORT = {"udp": 1, "tcp": 2, "tls": 3}
_DESK_TRANSPORT = {"udp": 1, "tcp": 2, "tls": 2}
_DTMF = {"RTP-in-band": 1, "RTP-out-of-band": 2, "SIP-INFO": 4}
_DESK_DTMF = {"RTP-in-band": 0, "RTP-out-of-band": 1, "SIP-INFO": 3}
_ENCRYPTS = {
    # whether calls are encrypted, and whether others are taken too
    "disabled": (0, 1),
    "preferred": (1, 1),
    "required": (1, 0),
}
_COUNTRIES = {"DE": "Germany", "ES": "Spain", "FR": "France"}
_OTHER_COUNTRY = "Retail"
_DESK_TONES = {
    "AE": "ARE",
    "AT": "AUT",
    "CA": "CAN",
    "CH": "CHE",
    "CZ": "CZE",
    "DE": "DEU",
    "DK": "DNK",
    "EG": "EGY",
    "ES": "ESP",
    "FI": "FIN",
    "FR": "FRA",
    "GB": "GBR",
    "GR": "GRC",
    "IT": "ITA",
    "NL": "NLD",
    "PL": "POL",
    "PT": "PRT",
    "RO": "ROU",
    "RU": "RUS",
    "SA": "SAU",
    "SE": "SWE",
    "SK": "SVK",
    "US": "USA",
    "ZA": "ZAF",
}
_DESK_LANGUAGES = {
    "cs": "cs-cz",
    "da": "da-dk",
    "de": "de-de",
    "el": "el-gr",
    "en": "en-us",
    "es": "es-es",
    "fr": "fr-fr",
    "it": "it-it",
    "nl": "nl-nl",
    "pl": "pl-pl",
    "pt": "pt-pt",
    "ro": "ro-ro",
    "ru": "ru-ru",
    "sl": "sl-sl",
    "sv": "sv-se",
    "tr": "tr-tr",
}
_DIRECTORY = {"fr": "Annuaire", "de": "Telefonbuch", "es": "Directorio", "it": "Rubrica"}

# BS_IP_Data1.ucB_X, BS_VOIP_Data.astVoipAccounts[0].aucX[%], SipProvider.0.Name
_SPELT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}(?:\[[0-9%]{1,3}\]|\.[A-Za-z0-9_]{1,99}){1,20}")


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: what the device cannot be told, and why.
    """
    model = model_named(device.model)
    lines, left_out = lines_of(model, raw_config)
    raw_config["XX_mac"] = own_file("{MAC}", device)
    raw_config["XX_own_file"] = OWN_FILE
    raw_config["XX_directory"] = _DIRECTORY.get((raw_config.get("locale") or "")[:2], "Directory")
    raw_config["XX_xivo_phonebook_url"] = _phone_book(raw_config)
    raw_config["XX_parameters"] = own_parameters(raw_config, "X_gigaset_parameters", _SPELT)
    found = firmware(device.model, raw_config)
    raw_config["XX_firmware"] = {"version": found.version, "path": found.path} if found else {}
    if model.form is Form.DECT:
        raw_config |= _of_dect(lines, raw_config)
    elif model.form is Form.DESK:
        raw_config |= _of_desk(model, lines, raw_config)
        left_out |= raw_config["XX_keys_left_out"]
    else:
        raw_config["XX_items"] = items_of(model, lines, raw_config)
        of_bases = firmware(BASE_OF.get(device.model or "", ""), raw_config)
        raw_config["XX_firmware_of_bases"] = of_bases.path if of_bases else ""
    raw_config["XX_left_out"] = left_out or _is_untold(model, lines, raw_config)


def _of_dect(lines: Mapping[int, Line], raw_config: Mapping[str, Any]) -> dict[str, object]:
    providers = providers_of(lines)
    country = (raw_config.get("locale") or "")[3:5]
    return {
        "XX_zone": named_zone(raw_config.get("timezone") or ""),
        "XX_tones": _COUNTRIES.get(country, _OTHER_COUNTRY) if country else "",
        "XX_transport": _TRANSPORT[raw_config.get("sip_transport") or "udp"],
        "XX_providers": [
            _provider(provider, index, _DTMF) for provider, index in providers.items()
        ],
        "XX_lines": [
            {
                "handset": f"{number:05}",
                "line": line,
                "provider": providers[line.provider],
                "code": _handset_code(line),
            }
            for number, line in lines.items()
        ],
        "XX_registration": _registration(raw_config),
    }


def _of_desk(
    model: Model, lines: Mapping[int, Line], raw_config: Mapping[str, Any]
) -> dict[str, object]:
    language, country = (raw_config.get("locale") or "")[:2], (raw_config.get("locale") or "")[3:5]
    keys, keys_left_out = function_keys(model, raw_config)
    encrypted, takes_others = _ENCRYPTS[raw_config.get("sip_srtp_mode") or "disabled"]
    transport = raw_config.get("sip_transport") or "udp"
    return {
        "XX_zone": desk_zone(raw_config.get("timezone") or ""),
        "XX_tones": _DESK_TONES.get(country, "INT") if country else "",
        "XX_language": _DESK_LANGUAGES.get(language, ""),
        "XX_transport": _DESK_TRANSPORT[transport],
        "XX_sips": 1 if transport == "tls" else 0,
        "XX_srtp": encrypted,
        "XX_accepts_rtp": takes_others,
        "XX_vlans": _vlans(raw_config),
        "XX_lines": [
            {
                "index": number - 1,
                "line": lines.get(number),
                **(_provider(lines[number].provider, 0, _DESK_DTMF) if number in lines else {}),
            }
            for number in range(1, model.lines + 1)
        ],
        "XX_keys": keys,
        "XX_keys_left_out": keys_left_out,
    }


def _provider(provider: Provider, index: int, dtmf: Mapping[str, int]) -> dict[str, Any]:
    encrypted, takes_others = _ENCRYPTS[provider.srtp]
    return {
        "id": index,
        "uses": provider,
        "dtmf": dtmf.get(provider.dtmf),
        "srtp": encrypted,
        "accepts_rtp": takes_others,
    }


def _handset_code(line: Line) -> str:
    """What is entered at a handset to register it: the end of its number."""
    number = line.extension
    return number[-4:].zfill(4) if number.isascii() and number.isdigit() else "0000"


def _registration(raw_config: Mapping[str, Any]) -> int | None:
    """When the base begins to take handsets, in seconds since 1970."""
    start = raw_config.get("X_gigaset_registration_start")
    if start is None or (isinstance(start, int) and not isinstance(start, bool) and start >= 0):
        return start
    raise RawConfigError(f"X_gigaset_registration_start: {start!r} is no number of seconds")


def _vlans(raw_config: Mapping[str, Any]) -> int:
    """Which ports of the phone have a VLAN: neither, its own, or both."""
    if not raw_config.get("vlan_enabled"):
        return 0
    return 2 if raw_config.get("vlan_pc_port_id") else 1


def _phone_book(raw_config: Mapping[str, Any]) -> str:
    """Where the handsets' directory asks, which names its user in the path."""
    url, _question, user = phonebook_url(raw_config, "gigaset", "lookup").partition(
        "?xivo_user_uuid="
    )
    return f"{url}/{user}?" if url else ""


def _is_untold(model: Model, lines: Mapping[int, Line], raw_config: Mapping[str, Any]) -> bool:
    """Whether the raw config says something that no known parameter of the model's form does."""
    if model.form is Form.DESK:
        return False
    if model.form is Form.DECT:
        return bool(raw_config.get("vlan_enabled"))
    providers = [line.provider for line in lines.values()]
    return (
        (raw_config.get("sip_transport") or "udp") != "udp"
        or any(each.backup or each.srtp != "disabled" for each in providers)
        or (model.form is Form.BASE and not is_pin(str(raw_config.get("admin_password") or "0000")))
    )
