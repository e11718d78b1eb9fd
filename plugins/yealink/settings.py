"""What the templates are told beyond the raw config: the vendor's numbers for our words.

Parameter names and values are those of Yealink's administrator guides and of the configuration
templates of each release (docs/plugins/yealink.rst says which fact is from where).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError, chosen, firmware, own_file, own_parameters, phonebook_url

from .certificates import certificates
from .clock import clock_of
from .keys import function_keys, programmable_keys
from .lines import accounts, templates
from .models import Kind, common_file, model_named, release_of

_SYSLOG_LEVEL = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 6}
"""From 0 to 6 ("It ranges from 0 to 6, the default value is 3"): there is nothing below information."""
_LANGUAGE = {
    # locale: (language, country of the tones, language of DECT handsets)
    "de_AT": ("German", "Austria", 2),
    "de_CH": ("German", "Switzerland", 2),
    "de_DE": ("German", "Germany", 2),
    "en_AU": ("English", "Australia", 0),
    "en_GB": ("English", "Great Britain", 0),
    "en_NZ": ("English", "New Zealand", 0),
    "en_US": ("English", "United States", 0),
    "es_ES": ("Spanish", "Spain", 6),
    "es_MX": ("Spanish", "Mexico", 6),
    "fr_BE": ("French", "Belgium", 1),
    "fr_CA": ("French", "United States", 1),
    "fr_CH": ("French", "Switzerland", 1),
    "fr_FR": ("French", "France", 1),
    "it_IT": ("Italian", "Italy", 3),
    "nl_NL": ("", "Netherlands", None),
    "pl_PL": ("Polish", "", None),
    "pt_BR": ("Portuguese", "Brazil", None),
    "pt_PT": ("Portuguese", "Portugal", None),
    "tr_TR": ("Turkish", "", None),
}
_8021X_MODE = {
    "disabled": 0,
    "md5": 1,
    "tls": 2,
    "peap-mschapv2": 3,
    "ttls-mschapv2": 4,
    "peap-gtc": 5,
    "ttls-gtc": 6,
    "fast": 7,
}
FIRMWARE, HANDSET_FIRMWARE = "X_yealink_firmware", "X_yealink_handset_firmware"
PARAMETERS = "X_yealink_parameters"
_HANDSET = re.compile("[A-Za-z0-9_]{2,20}")


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: what the phone cannot be told, and why.
    """
    model = model_named(device.model)
    release = release_of(device.version, model)
    raw_config |= _names(model.kind, release)
    raw_config["XX_mac"] = own_file("{mac}", device)
    raw_config["XX_common_file"] = common_file(model)
    written, too_many = accounts(model, release, raw_config)
    raw_config["XX_accounts"], raw_config["XX_lines_left_out"] = written, too_many
    is_manager = model.kind is Kind.MANAGER
    raw_config["XX_templates"] = templates(written) if is_manager else []
    keys, left_out = function_keys(model, release, raw_config)
    raw_config["XX_keys"], raw_config["XX_keys_left_out"] = keys, left_out
    raw_config["XX_programmable_keys"] = programmable_keys(release, raw_config)
    raw_config["XX_logins"] = [_login(who, raw_config) for who in ("user", "admin")]
    raw_config["XX_syslog_level"] = _SYSLOG_LEVEL.get(raw_config.get("syslog_level") or "warning")
    raw_config["XX_language"] = _language(raw_config.get("locale") or "")
    raw_config["XX_clock"] = clock_of(raw_config.get("timezone") or "")
    raw_config["XX_8021x_mode"] = chosen(raw_config, "X_8021x_mode", _8021X_MODE, "disabled")
    raw_config["XX_certificates"] = certificates(raw_config)
    raw_config["XX_firmware"] = _firmware(device.model, raw_config)
    raw_config["XX_handset_firmware"] = _handset_firmware(raw_config)
    raw_config["XX_parameters"] = own_parameters(raw_config, PARAMETERS)
    url = phonebook_url(raw_config, "yealink", "lookup")
    raw_config["XX_xivo_phonebook_url"] = f"{url}&term=#SEARCH" if url else ""


def _names(kind: Kind, release: int) -> dict[str, object]:
    """Which names parameters go by: they changed with releases 72, 80, 81, 82 and 83."""
    return {
        "XX_release": release,
        "XX_static": "static." if release >= 81 else "",
        "XX_static_firmware": "static." if release >= 82 else "",
        "XX_static_language": "static." if release in {81, 82} else "",
        "XX_dect": kind in {Kind.BASE, Kind.MANAGER},
        "XX_pickup": "extension" if release >= 80 else "pickup_value",
    }


def _login(who: str, raw_config: Mapping[str, Any]) -> dict[str, object]:
    """Name and password of the administrator or the user; the phone takes both in one value."""
    name = raw_config.get(f"{who}_username") or who
    if ":" in name:
        raise RawConfigError(
            f"the {who}'s name holds a colon, where the phone takes its password to begin"
        )
    return {"who": who, "name": name, "password": raw_config.get(f"{who}_password")}


def _language(locale: str) -> dict[str, object] | None:
    """The language of a locale; of its language's own country when the locale itself is unknown."""
    country = {"en": "US", "pt": "PT"}.get(locale[:2], locale[:2].upper())
    known = _LANGUAGE.get(locale[:5]) or _LANGUAGE.get(f"{locale[:2]}_{country}")
    return None if known is None else dict(zip(("name", "tones", "handset"), known, strict=True))


def _firmware(model: str | None, raw_config: Mapping[str, Any]) -> str:
    """The file that the model shall run, below the tree: of one name for all, of one for each model, a package's."""
    said = raw_config.get(FIRMWARE)
    if isinstance(said, Mapping):
        said = said.get(model or "")
    if said is not None and not isinstance(said, str):
        raise RawConfigError(f"{FIRMWARE} is no name of a file, and no object of names by model")
    wanted = firmware(model, raw_config)
    return f"firmware/{said}" if said else wanted.path if wanted is not None else ""


def _handset_firmware(raw_config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The files that DECT handsets shall run, below the tree, by their models in small letters (`w73h`)."""
    files = raw_config.get(HANDSET_FIRMWARE) or {}
    if not isinstance(files, Mapping) or not all(isinstance(file, str) for file in files.values()):
        raise RawConfigError(f"{HANDSET_FIRMWARE} is no object of file names by model of handset")
    for handset in files:
        if _HANDSET.fullmatch(handset) is None:
            raise RawConfigError(f"{HANDSET_FIRMWARE}: {handset!r} is no model of a handset")
    return sorted((handset.lower(), f"firmware/{file}") for handset, file in files.items())
