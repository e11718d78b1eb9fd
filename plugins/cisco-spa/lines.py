"""What is written for the lines of a device.

A line has one server for registrations and calls, and an outbound proxy that everything goes through. A server
with a backup is written as the DNS would tell it: `name:SRV=first:5060:p=0|second:5060:p=1`, a "statically-configured
DNS SRV record" (administration guide of the SPA300 and SPA500 series, "Configuring Survivable Remote Site
Telephony (SRST) Support").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provd.sdk import RegistrarServers, SipServer, numbered, sip_servers

from .clock import Parameters
from .models import Model, Series, tells_its_registrar

_TRANSPORT = {"udp": "UDP", "tcp": "TCP", "tls": "TLS"}
_DTMF = {"RTP-in-band": "InBand", "RTP-out-of-band": "AVT", "SIP-INFO": "INFO"}
_SECURE = frozenset({"preferred", "required"})
_FALL_BACK = 120
"""Seconds after which a device that uses the backup tries the first server again."""
DIAL_PLAN = "([x*].)"
"""Whatever is dialled is sent; from its box a device dials as one does in the United States."""

Written = Iterator[tuple[str, object]]
Row = Mapping[str, Any]


def lines(name: str | None, model: Model, raw_config: Row) -> tuple[Parameters, list[int]]:
    """The parameters of all lines; the numbers of those that the model does not have.

    @raise RawConfigError: a line without a server, a number that is none.
    """
    rows = numbered(raw_config, "sip_lines")
    written: Parameters = []
    for number in range(1, model.lines + 1):
        if number not in rows:
            written.append((f"Line_Enable_{number}_", "No"))
            continue
        servers = _servers_of(name, number, rows[number], raw_config)
        parameters = _line(name, model, (number, rows[number]), servers, raw_config)
        written += [(f"{parameter}_{number}_", value) for parameter, value in parameters]
    written += _for_all(model, raw_config, rows)
    return written, [number for number in rows if number > model.lines]


def _servers_of(name: str | None, number: int, line: Row, raw_config: Row) -> RegistrarServers:
    servers = sip_servers(number, line, raw_config)
    if tells_its_registrar(name):
        return RegistrarServers(servers.proxy, servers.backup_proxy, servers.outbound_proxy, None)
    return servers.of_registrar()


def _line(
    name: str | None,
    model: Model,
    numbered_line: tuple[int, Row],
    servers: RegistrarServers,
    raw_config: Row,
) -> Written:
    """What a line is told, by names without its number."""
    number, line = numbered_line
    yield from _subscriber(line)
    yield "Proxy", _server(number, servers.server, servers.backup)
    yield "Use_DNS_SRV", "Yes" if servers.backup else "No"
    yield "Proxy_Fallback_Intvl", _FALL_BACK
    yield "Use_Outbound_Proxy", "Yes" if servers.outbound else "No"
    yield "Outbound_Proxy", _address(servers.outbound) if servers.outbound else ""
    if tells_its_registrar(name):
        other = sip_servers(number, line, raw_config).registrar
        yield "Registrar_Server", "" if other == servers.server else _address(other)
    yield from _calls(line, raw_config)
    if raw_config.get("sip_subscribe_mwi"):
        where = "Voice_Mail_Server" if model.series is Series.PHONE else "Mailbox_Subscribe_URL"
        yield where, _address(servers.server)
    if model.series is not Series.PHONE:
        yield from _secured(name, _srtp(line, raw_config))


def _subscriber(line: Row) -> Written:
    told = line.get("auth_username")
    authentication = told if told != line.get("username") else None
    yield "Line_Enable", "Yes"
    yield "Display_Name", line.get("display_name")
    yield "User_ID", line.get("username")
    yield "Password", line.get("password")
    yield "Use_Auth_ID", "Yes" if authentication else "No"
    yield "Auth_ID", authentication


def _calls(line: Row, raw_config: Row) -> Written:
    yield "SIP_Transport", _TRANSPORT.get(raw_config.get("sip_transport") or "udp")
    dtmf = line.get("dtmf_mode") or raw_config.get("sip_dtmf_mode") or ""
    yield "DTMF_Tx_Method", _DTMF.get(dtmf, "Auto")
    yield "Dial_Plan", DIAL_PLAN
    if raw_config.get("vlan_enabled"):
        for kind in ("SIP", "RTP"):
            yield f"{kind}_CoS_Value", raw_config.get("vlan_priority") or 0


def _secured(name: str | None, srtp: str) -> Written:
    """Adapters are told of each line; only the last of them can be told to refuse what is not secured."""
    yield "Secure_Call_Setting", "Yes" if srtp in _SECURE else "No"
    if tells_its_registrar(name):
        yield "Secure_Call_Option", "Strict" if srtp == "required" else "Optional"


def _for_all(model: Model, raw_config: Row, rows: Mapping[int, Row]) -> Written:
    """What a phone is told once, though it can be said of each line."""
    first = next(iter(rows.values()), {})
    if model.series is Series.PHONE:
        secured = any(_srtp(line, raw_config) in _SECURE for line in rows.values())
        # The other method is the vendor's own, which no server speaks.
        yield "SRTP_Method", "s-descriptor"
        yield "Secure_Call_Setting", "Yes" if secured else "No"
        yield "Station_Name", first.get("display_name")
        yield "Voice_Mail_Number", first.get("voicemail") or raw_config.get("exten_voicemail")


def _srtp(line: Row, raw_config: Row) -> str:
    return line.get("srtp_mode") or raw_config.get("sip_srtp_mode") or "disabled"


def _server(number: int, server: SipServer, backup: SipServer | None) -> str:
    if backup is None:
        return _address(server)
    return f"servers{number}:SRV={_address(server)}:p=0|{_address(backup)}:p=1"


def _address(server: SipServer) -> str:
    return f"{server.address}:{server.port}"
