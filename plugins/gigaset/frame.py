"""The items of a `<ProviderFrame>`: a variable of the device's memory by its name, and what is to be in it.

A number is written as it is or as `0x1b`, a text between quotes; of an array of characters the name ends with `[0]` or
`[%]` or with nothing, as the sources write it for the one variable and the other.

Sources: the templates that Wazo's plugins and Gemeinschaft keep for the N510 and N720, and their comments, which are
Gigaset's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from provd.sdk import RawConfigError, SipServer

from .clock import numbered_zone
from .lines import NO_SERVER, Line, Provider, providers_of
from .models import Form, Model

Items = Iterator[tuple[str, str]]

_DTMF_BITS = {"RTP-in-band": 1, "RTP-out-of-band": 2, "SIP-INFO": 4}
_OUTBOUND_ALWAYS = 0
_UDP = 17
_TONES = {
    "AU": 4,
    "CH": 2,
    "DE": 12,
    "ES": 6,
    "FR": 7,
    "GB": 8,
    "IT": 13,
    "NL": 9,
    "PL": 10,
    "RU": 11,
    "US": 1,
}
_INTERNATIONAL = 0
_LANGUAGES = {"de": 2, "en": 1, "es": 4, "fr": 9, "it": 7, "nl": 10, "pl": 17, "tr": 16}
_ONE_DIRECTORY = "0x2a"
_PIN = re.compile("[0-9]{4}")

_CODES = (
    ("NetCodeDND", "exten_dnd"),
    ("NetCodeCFU", "exten_fwd_unconditional"),
    ("NetCodeCFB", "exten_fwd_busy"),
    ("NetCodeCFNR", "exten_fwd_no_answer"),
)


def items_of(
    model: Model, lines: Mapping[int, Line], raw_config: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Names and values, in the form of the model.

    @raise RawConfigError: what the device cannot be told, and why.
    """
    if model.form is Form.BASE:
        return [*_of_base(raw_config), *_lines_of_base(model, lines)]
    return [*_of_manager(raw_config), *_lines_of_manager(model, lines, raw_config)]


def is_pin(password: str) -> bool:
    """Whether an N510 takes it for its system PIN."""
    return _PIN.fullmatch(password) is not None


def _of_base(raw_config: Mapping[str, Any]) -> Items:
    data = "BS_IP_Data1"
    yield f"{data}.ucB_ACCEPT_FOREIGN_SUBNET", "0x1"
    yield from _network(data, raw_config)
    yield from _clock(data, "", raw_config)
    yield from _locale(data, raw_config)
    yield from _directory("", raw_config)
    yield from _dtmf(data, raw_config)
    yield "BS_IP_Data.ucB_AUTO_UPDATE_PROFILE", "0x1"
    yield "BS_IP_Data3.ucI_ONESHOT_PROVISIONING_MODE_1", "0x1"
    if is_pin(pin := str(raw_config.get("admin_password") or "")):
        yield "BS_CUSTOM.aucKdsPin[0]", f"0x{pin[:2]},0x{pin[2:]}"


def _of_manager(raw_config: Mapping[str, Any]) -> Items:
    data = "BS_IP_Data"
    yield from _network(data, raw_config)
    yield from _clock(data, "[%]", raw_config)
    yield from _locale(data, raw_config)
    yield from _directory("[%]", raw_config)
    yield from _dtmf("BS_VOIP_Data", raw_config)
    yield f"{data}.ucB_DO_CHECK_FOR_PROFILE_UPDATES", "0x1"
    if password := raw_config.get("admin_password"):
        yield "BS_CUSTOM.WebUIPassword", _secret("admin_password", password)


def _network(data: str, raw_config: Mapping[str, Any]) -> Items:
    yield f"{data}.ucB_USE_DHCP", "0x1"
    if raw_config.get("dns_enabled"):
        yield f"{data}.ulI_DNS_SERVER_1", _address("dns_ip", raw_config)
        yield f"{data}.ulI_DNS_SERVER_2", "0x0"
    if raw_config.get("vlan_enabled"):
        yield f"{data}.ucB_VLAN_ENABLED", "0x1"
        yield f"{data}.ucI_VLAN_PRIORITY", f"{int(raw_config.get('vlan_priority') or 0):#x}"
        yield f"{data}.uiI_VLAN_ID", f"{int(raw_config['vlan_id']):#x}"
    else:
        yield f"{data}.ucB_VLAN_ENABLED", "0x0"


def _clock(data: str, array: str, raw_config: Mapping[str, Any]) -> Items:
    if raw_config.get("ntp_enabled"):
        yield f"{data}.aucS_TIME_NTP_SERVER{array}", _text(raw_config.get("ntp_ip"))
    if told := numbered_zone(raw_config.get("timezone") or ""):
        number, changes = told
        yield f"{data}.uiI_TIME_TIMEZONE", f"{number:#04x}"
        yield f"{data}.ucB_TIME_USE_AUTOMATIC_DST", f"{changes:#x}"


def _locale(data: str, raw_config: Mapping[str, Any]) -> Items:
    locale = raw_config.get("locale") or ""
    if not locale:
        return
    tones = _TONES.get(locale[3:5], _INTERNATIONAL)
    yield "BS_AE_SwConfig.ucCountryCodeTone", f"{tones:#x}"
    if language := _LANGUAGES.get(locale[:2]):
        yield f"{data}.ucI_HTTPLANGUAGE", f"{language:#x}"


def _directory(array: str, raw_config: Mapping[str, Any]) -> Items:
    url = raw_config.get("XX_xivo_phonebook_url")
    if not url:
        return
    for use in ("Available", "Activated"):
        yield f"BS_XML_Netdirs.auc{use}Netdirs{array}", _ONE_DIRECTORY
    for use in ("DirectAccess", "IntKey"):
        yield f"BS_XML_Netdirs.aucNetdirSelFor{use}{array}", _ONE_DIRECTORY
    provider = "BS_XML_Netdirs.astNetdirProvider[0]"
    name = _text(raw_config["XX_directory"])
    yield f"{provider}.aucProviderName{array}", name
    yield f"{provider}.aucPrivatePagesDirName{array}", name
    yield f"{provider}.aucServerURL{array}", _text(url)
    for ability in ("SearchPeople", "SearchBusiness", "ReverseSearch"):
        yield f"{provider}.bitfldCap.b{ability}Cap", "0x1"


def _dtmf(data: str, raw_config: Mapping[str, Any]) -> Items:
    """For all lines at once: what the raw config says, and none of what a line does."""
    bits = _DTMF_BITS.get(raw_config.get("sip_dtmf_mode") or "")
    yield f"{data}.ucB_DTMF_TX_MODE_AUTO", "0x0" if bits else "0x1"
    if bits:
        yield f"{data}.ucI_DTMF_TX_MODE_BITS", f"{bits:#x}"


def _lines_of_base(model: Model, lines: Mapping[int, Line]) -> Items:
    for number in range(1, model.lines + 1):
        line = lines.get(number)
        yield f"BS_IP_Data1.ucB_SIP_ACCOUNT_IS_ACTIVE_{number}", "0x1" if line else "0x0"
        if line:
            # The first line was there before there were others.
            behind = f"_{number}" if number > 1 else ""
            yield from _account(number, behind, line)
            yield from _servers(behind, line.provider)


def _account(number: int, behind: str, line: Line) -> Items:
    data, handset = "BS_IP_Data1", f"BS_Accounts.astAccounts[{number - 1}]"
    only_this = f"{1 << (number - 1):#x}"
    yield f"{handset}.aucAccountName[0]", _text(line.name)
    yield f"{handset}.uiSendMask", only_this
    yield f"{handset}.uiReceiveMask", only_this
    yield f"BS_AE_Subscriber.stMtDat[{number - 1}].aucTlnName", _text(line.extension)
    yield f"{data}.aucS_SIP_ACCOUNT_NAME_{number}", _text(line.name)
    yield f"{data}.aucS_SIP_DISPLAYNAME{behind}", _text(line.name)
    yield f"BS_IP_Data3.aucS_SIP_LOGIN_ID{behind}", _secret("username", line.auth_username)
    yield f"{data}.aucS_SIP_PASSWORD{behind}", _secret("password", line.password)
    yield f"{data}.aucS_SIP_USER_ID{behind}", _secret("username", line.username)
    yield f"{data}.aucS_VOIP_NET_AM_NUMBER_{number}", _text(line.voicemail)
    yield f"{data}.ucB_VOIP_NET_AM_ENABLED_{number}", "0x1" if line.voicemail else "0x0"


def _servers(behind: str, uses: Provider) -> Items:
    data, outbound = "BS_IP_Data1", uses.outbound or NO_SERVER
    yield f"{data}.aucS_SIP_DOMAIN{behind}", _text(uses.proxy.address)
    yield f"{data}.aucS_SIP_SERVER{behind}", _text(uses.proxy.address)
    yield f"{data}.uiI_SIP_SERVER_PORT{behind}", f"{uses.proxy.port:#x}"
    yield f"{data}.aucS_SIP_REGISTRAR{behind}", _text(uses.registrar.address)
    yield f"{data}.uiI_SIP_REGISTRAR_PORT{behind}", f"{uses.registrar.port:#x}"
    yield f"{data}.ucI_OUTBOUND_PROXY_MODE{behind}", _mode(uses.outbound, otherwise=1)
    yield f"{data}.aucS_OUTBOUND_PROXY{behind}", _text(outbound.address)
    yield f"{data}.uiI_OUTBOUND_PROXY_PORT{behind}", f"{outbound.port:#x}"


def _lines_of_manager(
    model: Model, lines: Mapping[int, Line], raw_config: Mapping[str, Any]
) -> Items:
    providers = providers_of(lines)
    for provider, index in providers.items():
        yield from _provider(f"BS_VOIP_Data.astVoipProviders[{index}]", provider, raw_config)
    for number in range(1, model.lines + 1):
        account = f"BS_VOIP_Data.astVoipAccounts[{number - 1}]"
        if (line := lines.get(number)) is None:
            yield f"{account}.ucB_SIP_ACCOUNT_IS_ACTIVE_1", "0x0"
            continue
        yield f"{account}.ucB_SIP_ACCOUNT_IS_ACTIVE_1", "0x1"
        yield f"{account}.ucVoipProviderIndex", f"{providers[line.provider]:#x}"
        yield f"{account}.aucS_SIP_DISPLAYNAME[0]", _text(line.name)
        yield f"{account}.aucS_SIP_LOGIN_ID[0]", _secret("username", line.auth_username)
        yield f"{account}.aucS_SIP_PASSWORD[0]", _secret("password", line.password)
        yield f"{account}.aucS_SIP_USER_ID[0]", _secret("username", line.username)
        yield f"{account}.aucS_VOIP_NET_AM_NUMBER_1[%]", _text(line.voicemail)
        yield f"{account}.ucB_VOIP_NET_AM_ENABLED_1", "0x1" if line.voicemail else "0x0"


def _provider(provider: str, uses: Provider, raw_config: Mapping[str, Any]) -> Items:
    outbound = uses.outbound or NO_SERVER
    yield f"{provider}.ucONESHOT_PROVISIONING_MODE_1", "0x1"
    yield f"{provider}.aucSIP_PROVIDER_NAME[%]", _text(uses.proxy.address)
    yield f"{provider}.aucSIP_DOMAIN[%]", _text(uses.proxy.address)
    yield f"{provider}.aucSIP_SERVER[%]", _text(uses.proxy.address)
    yield f"{provider}.uiSIP_SERVER_PORT", f"{uses.proxy.port:#x}"
    yield f"{provider}.aucSIP_REGISTRAR[%]", _text(uses.registrar.address)
    yield f"{provider}.uiSIP_REGISTRAR_PORT", f"{uses.registrar.port:#x}"
    yield f"{provider}.ucOUTBOUND_PROXY_MODE", _mode(uses.outbound, otherwise=2)
    yield f"{provider}.aucOUTBOUND_PROXY[%]", _text(outbound.address)
    yield f"{provider}.uiOUTBOUND_PROXY_PORT", f"{outbound.port:#x}"
    if (raw_config.get("sip_transport") or "udp") == "udp":
        yield f"{provider}.ucSIP_PREFERRED_TRANSPORT_LAYER", f"{_UDP:#x}"
    for name, extension in _CODES:
        if code := raw_config.get(extension):
            yield f"{provider}.{name}_ON[%]", _text(code)
            yield f"{provider}.{name}_OFF[%]", _text(code)


def _mode(outbound: SipServer | None, otherwise: int) -> str:
    return f"{_OUTBOUND_ALWAYS if outbound else otherwise:#x}"


def _address(name: str, raw_config: Mapping[str, Any]) -> str:
    try:
        return f"{int(IPv4Address(raw_config.get(name) or '')):#010x}"
    except AddressValueError as error:
        raise RawConfigError(f"{name}: {error}; the base takes an IPv4 address only") from error


def _text(value: object) -> str:
    """A text between quotes; a quote in it, which no source says how to write, becomes an apostrophe."""
    return '"' + str(value or "").replace('"', "'") + '"'


def _secret(name: str, value: object) -> str:
    """A text that has to be what it is."""
    if '"' in str(value or ""):
        raise RawConfigError(f"{name}: the base cannot be told a text with a double quote in it")
    return _text(value)
