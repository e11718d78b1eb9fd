"""What the templates are told beyond the raw config: the vendor's words for ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from provd.sdk import RawConfigError, firmware, numbered, phonebook_url

from .certificates import authorities
from .clock import clock_of
from .keys import function_keys
from .lines import accounts, identities
from .models import Kind, model_of

_LOG_LEVEL = {"critical": 1, "error": 3, "warning": 5, "info": 7, "debug": 9}
"""Of the phone's ten levels, 0 to 9."""

_LANGUAGE = {
    # language: (the vendor's name, the name of its file, what the directory key is called)
    "da": ("Dansk", "DA", "Telefonbog"),
    "de": ("Deutsch", "DE", "Telefonbuch"),
    "en": ("English", "EN", "Directory"),
    "es": ("Español", "ES", "Directorio"),
    "fr": ("Français", "FR", "Annuaire"),
    "it": ("Italiano", "IT", "Rubrica"),
    "nl": ("Nederlands", "NL", "Telefoonboek"),
    "pt": ("Português", "PT", "Agenda"),
    "sv": ("Svenska", "SV", "Telefonbok"),
}
_TONES = {
    "AT": "AUT",
    "AU": "AUS",
    "BE": "FRA",
    "CA": "USA",
    "CH": "SWI",
    "DE": "GER",
    "DK": "DNK",
    "ES": "ESP",
    "FR": "FRA",
    "GB": "GBR",
    "IE": "GBR",
    "IN": "IND",
    "IT": "ITA",
    "JP": "JPN",
    "MX": "MEX",
    "NL": "NLD",
    "NO": "NOR",
    "NZ": "NZL",
    "PT": "ESP",
    "SE": "SWE",
    "US": "USA",
}
"""Country: whose tones are played; the same ones as Wazo's and Tancredi's tables."""

_HAS_LOCALE = frozenset({"D862", "D865", "D892"})
"""Models that format dates and numbers by a locale."""

_SETTING = re.compile("[a-z][a-z0-9_]{0,63}")
_FIRMWARE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6}){1,3}")
_TELLS_ITS_ADDRESS = (8, 7, 5)
"""The first firmware known to name the phone's address in each request."""


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: a line without a server, a number that is none, an unknown time zone, a
        certificate or a parameter of the plugin's own that is none.
    """
    name = device.model or ""
    model = model_of(name)
    version = _numbers(device.version or "")
    if model.kind is Kind.BASE:
        lines, servers, left_out = accounts(model, raw_config)
        raw_config["XX_servers"] = servers
    else:
        lines, left_out, no_backup = identities(model, raw_config)
        raw_config["XX_lines_without_backup"] = no_backup
    raw_config["XX_lines"], raw_config["XX_lines_left_out"] = lines, left_out
    raw_config["XX_backups"] = [line["failover"] for line in lines if "failover" in line]
    keys, beyond = function_keys(model, raw_config)
    raw_config["XX_keys"], raw_config["XX_keys_left_out"] = keys, beyond
    raw_config["XX_clock"] = clock_of(raw_config.get("timezone") or "")
    raw_config["XX_log_level"] = _LOG_LEVEL.get(raw_config.get("syslog_level") or "warning")
    raw_config["XX_language"] = _language(raw_config.get("locale") or "", name, version)
    raw_config["XX_xivo_phonebook_url"] = phonebook_url(raw_config, "snom")
    raw_config["XX_directory_key"] = name.startswith("D") and version[:1] != (8,)
    raw_config["XX_tells_its_address"] = version >= _TELLS_ITS_ADDRESS
    raw_config["XX_firmware"] = _firmware(name, raw_config)
    raw_config["XX_authorities"] = list(range(1, len(authorities(raw_config)) + 1))
    raw_config["XX_settings"] = _own_settings(raw_config)
    raw_config["XX_contacts"] = _contacts(raw_config)


def _numbers(version: str) -> tuple[int, ...]:
    """`8.7.5.35` as numbers; empty for what is none."""
    parts = version.split(".")
    ascii_digits = all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts)
    return tuple(int(part) for part in parts) if ascii_digits else ()


def _language(locale: str, model: str, version: Sequence[int]) -> dict[str, Any] | None:
    """Language, tones and locale; None where nobody said one, or the phone speaks no such language."""
    known = _LANGUAGE.get(locale[:2])
    if known is None:
        return None
    name, file, directory = known
    return {
        "name": name,
        # Until firmware 8 the phone fetches every language but English.
        "file": file if version[:1] in {(7,), (8,)} and file != "EN" else "",
        "tones": _TONES.get(locale[3:5], ""),
        "locale": locale[:5] if model in _HAS_LOCALE else "",
        "directory": directory,
    }


def _firmware(model: str, raw_config: Mapping[str, Any]) -> dict[str, str]:
    """Where the phone's and its modules' firmware is: below the tree, or a URL."""
    wanted = str(raw_config.get("X_snom_firmware") or "")
    if _FIRMWARE.fullmatch(wanted):
        # The D8xx take images of another kind.
        suffix = "swu" if model.startswith("D8") else "bin"
        wanted = f"snom{model}-{wanted}-SIP-r.{suffix}"
    package = firmware(model, raw_config)
    return {
        "phone": _place(wanted) or (package.path if package is not None else ""),
        "module": _place(str(raw_config.get("X_snom_module_firmware") or "")),
    }


def _place(file: str) -> str:
    return file if not file or "://" in file else f"firmware/{file}"


def _own_settings(raw_config: Mapping[str, Any]) -> list[dict[str, str]]:
    """The settings that an operator gives by the vendor's names, for what provd has no word for.

    @raise RawConfigError: a name that is none, or a value that is no text or number.
    """
    wanted = raw_config.get("X_snom_settings") or {}
    if not isinstance(wanted, Mapping):
        raise RawConfigError("X_snom_settings is no object of values by the names of settings")
    return [each for name in wanted for each in _own_setting(name, wanted[name])]


def _own_setting(name: str, value: object) -> list[dict[str, str]]:
    """One setting, or several with their indexes: `{"codec_priority_list": {"1": "g722,pcma"}}`."""
    if _SETTING.fullmatch(name) is None:
        raise RawConfigError(f"X_snom_settings: {name!r} is not the name of a setting")
    indexed = value if isinstance(value, Mapping) else {"": value}
    for index, one in indexed.items():
        if not (index.isascii() and index.isdigit()) and index:
            raise RawConfigError(f"X_snom_settings: {name} has an index that is no number")
        if not isinstance(one, str | int):
            raise RawConfigError(f"X_snom_settings: {name} is neither a text nor a number")
    return [{"name": name, "index": index, "value": _word(one)} for index, one in indexed.items()]


def _word(value: object) -> str:
    """The vendor's `on` and `off` for what is true and false."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _contacts(raw_config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The phone's own directory.

    @raise RawConfigError: an entry that has no number, or whose key is none.
    """
    contacts = numbered(raw_config, "X_snom_contacts")
    for number, contact in contacts.items():
        if not contact.get("number"):
            raise RawConfigError(f"X_snom_contacts: what is at {number} has no number")
    return [
        {"index": at, "name": contact.get("name") or contact["number"], "number": contact["number"]}
        for at, contact in enumerate(contacts.values())
    ]
