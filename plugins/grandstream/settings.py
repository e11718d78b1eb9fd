"""What the templates are told beyond the raw config: P-values, in the order in which they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address
from typing import Any
from urllib.parse import urlsplit

from provd.sdk import IView, RawConfigError, chosen, firmware, own_file, zone_of

from .accounts import PValue, accounts
from .clock import listed, self_defined
from .keys import function_keys
from .models import Model, Series, model_named

_GATEWAYS = frozenset({Series.HT80, Series.HT81})
_VIDEO = frozenset({Series.GXV32, Series.GXV33})
_NO_PHONE = _GATEWAYS | {Series.DP7}
_TELLS_ONE_PROTOCOL = _GATEWAYS | {Series.GXP21}
"""Series in which P212 is how configuration and firmware are both fetched."""
_MOST_OF_A_ZONE = {Series.DP7: 32}
_MOST_OF_A_ZONE_ELSEWHERE = 64

_SYSLOG_LEVEL = {"critical": 4, "error": 4, "warning": 3, "info": 2, "debug": 1}
_LANGUAGES = frozenset("de en es fr he hr hu it ja ko lv nl pl pt ru sl tr".split())
_RENAMED_LANGUAGES = {"sv": "se"}
_8021X_MODE = {"disabled": 0, "md5": 1, "tls": 2, "peap-mschapv2": 3}
_TRUSTED_BY_ACCOUNT = _VIDEO | _NO_PHONE
_MOST_TRUSTED = 6
_FIRMWARE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_P_VALUE = re.compile("P?([1-9][0-9]{0,5})")
_PHONE_BOOK_PROTOCOL = {"http": 1, "tftp": 2, "https": 3}


def complete(device: Any, raw_config: dict[str, Any]) -> None:
    """Add the `XX_` values.

    @raise RawConfigError: what the device cannot be told, and why.
    """
    model = model_named(device.model)
    raw_config["XX_mac"] = own_file("{mac}", device)
    raw_config["XX_firmware"] = _firmware(device.model, raw_config)
    raw_config["XX_common"] = [*_clock(model, raw_config), *_network(model, raw_config)]
    written, lines_left_out = accounts(model, raw_config)
    keys, keys_left_out = function_keys(model, raw_config)
    raw_config["XX_own"] = [*_secured(model, raw_config), *_phone_book(model, raw_config)]
    raw_config["XX_accounts"], raw_config["XX_lines_left_out"] = written, lines_left_out
    raw_config["XX_keys"], raw_config["XX_keys_left_out"] = keys, keys_left_out
    raw_config["XX_more"] = _more(raw_config)


def server(view: IView) -> dict[str, object]:
    """Where the device shall ask next time, and for firmware: the address under which it reached us now."""
    parts = urlsplit(view.base_url)
    address = f"{parts.netloc}{parts.path}".rstrip("/")
    protocol = 2 if parts.scheme == "https" else 1
    directory = view.raw_config.get("XX_firmware")
    written: list[PValue] = [(212, protocol), (237, address)]
    if model_named(view.device.model).series not in _TELLS_ONE_PROTOCOL:
        written.append((6767, protocol))
    written.append((192, f"{address}/{directory}" if directory else address))
    return {"XX_server": written}


def _clock(model: Model, raw_config: Mapping[str, Any]) -> Iterator[PValue]:
    if raw_config.get("ntp_enabled"):
        yield 30, raw_config.get("ntp_ip")
        # What DHCP says of the time would go before what is said here.
        yield 144, 0
    if not raw_config.get("timezone"):
        return
    zone = zone_of(raw_config["timezone"])
    if model.series in _VIDEO:
        told: list[PValue] = [(64, listed(zone))]
    else:
        most = _MOST_OF_A_ZONE.get(model.series, _MOST_OF_A_ZONE_ELSEWHERE)
        told = [(64, "customize"), (246, self_defined(zone, most))]
    if told[-1][1]:
        yield from told
        yield 143, 0


def _network(model: Model, raw_config: Mapping[str, Any]) -> Iterator[PValue]:
    language = (raw_config.get("locale") or "")[:2]
    language = _RENAMED_LANGUAGES.get(language, language)
    if model.series not in _NO_PHONE | _VIDEO and language in {*_LANGUAGES, "se"}:
        yield 1362, language
    if raw_config.get("dns_enabled"):
        yield from _dns(raw_config.get("dns_ip"))
    yield from _vlan(model, raw_config)
    if raw_config.get("syslog_enabled"):
        yield 207, raw_config.get("syslog_ip")
        yield 208, _SYSLOG_LEVEL.get(raw_config.get("syslog_level") or "warning", 3)


def _dns(said: Any) -> Iterator[PValue]:
    """The preferred name server, an octet in each; a name or an IPv6 address there is no place for."""
    try:
        octets = IPv4Address(said).packed
    except AddressValueError:
        return
    yield from enumerate(octets, start=92)


def _vlan(model: Model, raw_config: Mapping[str, Any]) -> Iterator[PValue]:
    enabled = bool(raw_config.get("vlan_enabled"))
    priority = (raw_config.get("vlan_priority") or 0) if enabled else 0
    if model.series is Series.GRP26:
        yield 22174, int(enabled)
    if model.series is Series.DP7:
        yield 27004, int(enabled)
    yield 51, (raw_config.get("vlan_id") or 0) if enabled else 0
    if model.series in _NO_PHONE:
        # of SIP, of RTP
        yield 5038, priority
        yield 5042, priority
    else:
        yield 87, priority
        yield 229, (raw_config.get("vlan_pc_port_id") or 0) if enabled else 0


def _secured(model: Model, raw_config: Mapping[str, Any]) -> Iterator[PValue]:
    """Passwords, 802.1X and certificates."""
    for code, who in ((2, "admin"), (196, "user")):
        if raw_config.get(f"{who}_password"):
            yield code, raw_config[f"{who}_password"]
    if raw_config.get("XX_provisioning_password"):
        # As whom it fetches its configuration: HTTP/HTTPS user name and password.
        yield 1360, raw_config["XX_provisioning_username"]
        yield 1361, raw_config["XX_provisioning_password"]
    if model.series not in _GATEWAYS and raw_config.get("X_8021x_mode") is not None:
        yield from _8021x(model, raw_config)
    certificate, key = raw_config.get("sip_local_certificate"), raw_config.get("sip_local_key")
    if bool(certificate) != bool(key):
        raise RawConfigError("sip_local_certificate and sip_local_key go together")
    if certificate:
        chain = raw_config.get("sip_local_root_and_intermediate_certificates") or []
        yield 280, _joined([certificate, *chain])
        yield 279, key
    yield from _trusted(model, raw_config)


def _8021x(model: Model, raw_config: Mapping[str, Any]) -> Iterator[PValue]:
    mode = chosen(raw_config, "X_8021x_mode", _8021X_MODE, "disabled")
    yield 7901, mode
    if not mode:
        return
    yield 7902, raw_config.get("X_8021x_identity")
    yield 7903, raw_config.get("X_8021x_password")
    if model.series is Series.GRP26:
        yield 8439, raw_config.get("X_8021x_ca_certificate")
        both = (raw_config.get("X_8021x_certificate"), raw_config.get("X_8021x_private_key"))
        yield 8440, _joined(both)


def _joined(texts: Iterable[Any]) -> str:
    """Several texts in PEM as one."""
    return "".join(f"{str(text).strip()}\n" for text in texts if text)


def _trusted(model: Model, raw_config: Mapping[str, Any]) -> Iterator[PValue]:
    """Whom a phone believes that it is a SIP server."""
    trusted = raw_config.get("sip_servers_root_and_intermediate_certificates") or []
    if not trusted or model.series in {Series.GXP16, Series.GXP21}:
        return
    if model.series in _TRUSTED_BY_ACCOUNT:
        profiles = {Series.DP7: 4, Series.HT81: 1}.get(model.series, model.accounts)
        for number in range(profiles):
            yield 2386 + 100 * number, _joined(trusted)
    elif len(trusted) > _MOST_TRUSTED:
        raise RawConfigError(
            f"sip_servers_root_and_intermediate_certificates: the phone takes {_MOST_TRUSTED},"
            f" and not {len(trusted)}"
        )
    else:
        yield from enumerate(trusted, start=8433)


def _phone_book(model: Model, raw_config: Mapping[str, Any]) -> Iterator[PValue]:
    """The directory in which the phone finds `phonebook.xml`; it is fetched, never searched."""
    url = raw_config.get("X_grandstream_phonebook_url")
    if not url or model.series in _NO_PHONE:
        return
    scheme, slashes, place = str(url).partition("://")
    if not slashes or scheme not in _PHONE_BOOK_PROTOCOL:
        raise RawConfigError(
            f"X_grandstream_phonebook_url: {url!r} does not begin with http://, https:// or tftp://"
        )
    yield 330, _PHONE_BOOK_PROTOCOL[scheme]
    yield 331, place.removesuffix("/phonebook.xml").rstrip("/")
    yield 332, 720


def _firmware(model: str | None, raw_config: Mapping[str, Any]) -> str:
    """The directory below the served tree in which the firmware is: what a config says, or a package's."""
    said = raw_config.get("X_grandstream_firmware")
    if said in {None, ""}:
        package = firmware(model, raw_config)
        return package.directory if package is not None else ""
    if not isinstance(said, str) or _FIRMWARE.fullmatch(said) is None:
        raise RawConfigError(
            f"X_grandstream_firmware: {said!r} is no directory like 1.0.11.85 or gxp2130/1.0.11.85"
        )
    return said


def _more(raw_config: Mapping[str, Any]) -> list[PValue]:
    """P-values that somebody wants besides, in the order of their numbers."""
    found: dict[int, object] = {}
    for parameter in ("X_grandstream_p_values", "X_grandstream_secret_p_values"):
        said = raw_config.get(parameter) or {}
        if not isinstance(said, Mapping):
            raise RawConfigError(f"{parameter} is no object of values by their numbers")
        for name, value in said.items():
            code = _P_VALUE.fullmatch(name)
            if code is None or isinstance(value, Mapping | list):
                raise RawConfigError(f"{parameter}: {name!r} is no number with a value")
            found[int(code[1])] = int(value) if isinstance(value, bool) else value
    return sorted(found.items())
