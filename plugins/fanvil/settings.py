"""What the templates are told beyond the raw config: the vendor's numbers for our words.

The names and values of parameters are those of exported configurations, as FusionPBX, Tancredi and Wazo keep them
(docs/plugins/fanvil.rst says which fact is from where).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.sdk import chosen, firmware, phonebook_url

from .clock import clock_of
from .keys import function_keys
from .lines import written_lines
from .models import Form, model_named

_LOG_LEVEL = {
    # Exported configurations tell these two.
    "critical": "ERROR",
    "error": "ERROR",
    "warning": "INFO",
    "info": "INFO",
    "debug": "INFO",
}
_LANGUAGES = {
    "ar": "ar",
    "ca": "cat",
    "cs": "cz",
    "de": "de",
    "en": "en",
    "es": "es",
    "eu": "eus",
    "fr": "fr",
    "gl": "gal",
    "he": "he",
    "hr": "hr",
    "it": "it",
    "ko": "ko",
    "nl": "nl",
    "pl": "pl",
    "pt": "pt",
    "ru": "ru",
    "sk": "slo",
    "tr": "tr",
    "uk": "ua",
    "zh": "cn",
}
_OLD_LANGUAGES = {
    "bg": 12,
    "ca": 14,
    "cs": 18,
    "de": 16,
    "en": 0,
    "es": 10,
    "eu": 15,
    "fr": 4,
    "gl": 19,
    "he": 8,
    "hu": 22,
    "id": 20,
    "it": 7,
    "ja": 11,
    "ms": 21,
    "nl": 3,
    "pl": 5,
    "pt": 17,
    "ru": 6,
    "sk": 13,
    "tr": 9,
    "zh": 1,
}
_TRADITIONAL = {Form.NEW: "tc", Form.OLD: 2}
_TRADITIONAL_IN = frozenset({"zh_HK", "zh_TW"})
_TONES = {
    "AT": 22,
    "AU": 15,
    "BE": 0,
    "BR": 16,
    "CA": 18,
    "CH": 9,
    "CL": 20,
    "CN": 1,
    "CZ": 12,
    "DE": 2,
    "DK": 23,
    "ES": 33,
    "FI": 24,
    "FR": 25,
    "GB": 13,
    "GR": 26,
    "HR": 17,
    "HU": 27,
    "IL": 3,
    "IN": 29,
    "IT": 21,
    "JP": 4,
    "KR": 7,
    "LT": 28,
    "MX": 30,
    "NL": 5,
    "NO": 6,
    "NZ": 31,
    "PT": 32,
    "RU": 19,
    "SE": 8,
    "TW": 10,
    "US": 11,
    "ZA": 14,
}
"""Country: whose tones are played, as the tables of Tancredi and NethVoice have it."""

_DIRECTORY = {"fr": "Annuaire", "de": "Telefonbuch", "es": "Directorio", "it": "Rubrica"}
_8021X_MODE = {"disabled": 0, "md5": 1}
_LEVELS = (("admin", 10), ("user", 5))
_USUAL_NAMES = {"admin": "admin", "user": "guest"}


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: what the phone cannot be told, and why.
    """
    model = model_named(device.model)
    lines, lines_left_out = written_lines(model, raw_config)
    raw_config["XX_lines"], raw_config["XX_lines_left_out"] = lines, lines_left_out
    pages, keys_left_out = function_keys(model, raw_config)
    raw_config["XX_pages"], raw_config["XX_keys_left_out"] = pages, keys_left_out
    raw_config["XX_internal_pages"] = model.internal.pages
    raw_config["XX_side_pages"] = model.side.pages
    raw_config["XX_clock"] = clock_of(raw_config.get("timezone") or "")
    raw_config["XX_log_level"] = _LOG_LEVEL.get(raw_config.get("syslog_level") or "warning")
    raw_config["XX_8021x_mode"] = chosen(raw_config, "X_8021x_mode", _8021X_MODE, "disabled")
    raw_config["XX_accounts"] = _accounts(raw_config)
    raw_config |= _locale(model.form, raw_config.get("locale") or "")
    raw_config |= _phone_book(raw_config)
    found = firmware(device.model, raw_config)
    raw_config["XX_firmware"] = found.path if found else ""


def _accounts(raw_config: Mapping[str, Any]) -> list[dict[str, object]]:
    """Who may change what in the phone's web pages; who has no password stays as he is."""
    return [
        {
            "number": number,
            "name": raw_config.get(f"{who}_username") or _USUAL_NAMES[who],
            "password": raw_config[f"{who}_password"],
            "level": level,
        }
        for number, (who, level) in enumerate(_LEVELS, start=1)
        if raw_config.get(f"{who}_password")
    ]


def _locale(form: Form, locale: str) -> dict[str, object]:
    """Language, tones and the name of the directory key; None for what nobody said, or the phone has not."""
    language, country = locale[:2], locale[3:5]
    spoken = _LANGUAGES if form is Form.NEW else _OLD_LANGUAGES
    return {
        "XX_language": _TRADITIONAL[form]
        if locale[:5] in _TRADITIONAL_IN
        else spoken.get(language),
        "XX_tones": _TONES.get(country),
        "XX_directory": _DIRECTORY.get(language, "Directory"),
    }


def _phone_book(raw_config: Mapping[str, Any]) -> dict[str, object]:
    """Where the directory key asks, and where the phone looks callers up."""
    urls = {
        "XX_xivo_phonebook_url": phonebook_url(raw_config, "fanvil", "lookup"),
        "XX_contacts_url": phonebook_url(raw_config, "fanvil-v2", "lookup"),
    }
    return {name: f"{url}&term=" if url else "" for name, url in urls.items()}
