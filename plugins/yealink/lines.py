"""Accounts: the SIP lines of a phone with the servers they use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError, SipServer, numbered, sip_servers

from .models import Model

_TRANSPORT = {"udp": 0, "tcp": 1, "tls": 2}
_DTMF_TYPE = {"RTP-in-band": 0, "RTP-out-of-band": 1, "SIP-INFO": 2}
_SRTP = {"disabled": 0, "preferred": 1, "required": 2}
_OLD_SRTP = {"disabled": 0, "preferred": 2, "required": 1}
"""Before release 80: "0-Disabled, 1-Forced, 2-Negotiated"."""

TEMPLATES = 10
"""Sets of servers that a DECT manager keeps ("up to 10 SIP server templates")."""

Servers = list[dict[str, object]]
"""Address and port of each, the best first, two at most."""

_NO_SERVER: dict[str, object] = {"address": "", "port": ""}


def accounts(
    model: Model, release: int, raw_config: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[int]]:
    """What is written for each account that the phone has, and the numbers of the lines beyond them.

    An account that nobody configured is disabled.

    @raise RawConfigError: a line that has no number, or no server.
    """
    lines = numbered(raw_config, "sip_lines")
    written = [
        _account(number, lines[number], release, raw_config)
        if number in lines
        else {"number": number, "enabled": 0}
        for number in range(1, model.accounts + 1)
    ]
    return written, [number for number in lines if number > model.accounts]


def templates(written: list[dict[str, Any]]) -> list[dict[str, object]]:
    """The servers of all accounts, each set of them once, as DECT managers want them.

    Each account is told the number of its own, under `template`.  All that a manager has are
    written, so that one that is no longer used is empty.

    @raise RawConfigError: more sets of servers than the manager can keep.
    """
    found: dict[str, dict[str, object]] = {}
    for account in written:
        if account["enabled"]:
            servers = {
                "servers": _two(account["servers"]),
                "outbound": _two(account["outbound"]),
                "transport": account["transport"],
            }
            known = found.setdefault(repr(servers), {"number": len(found) + 1, **servers})
            account["template"] = known["number"]
    if len(found) > TEMPLATES:
        raise RawConfigError(
            f"the lines use {len(found)} different sets of servers; a DECT manager keeps {TEMPLATES}"
        )
    empty = {"servers": _two([]), "outbound": _two([]), "transport": 0}
    rest = range(len(found) + 1, TEMPLATES + 1)
    return [*found.values(), *({"number": number, **empty} for number in rest)]


def _two(servers: Servers) -> Servers:
    return [*servers, _NO_SERVER, _NO_SERVER][:2]


def _account(
    number: int, line: Mapping[str, Any], release: int, raw_config: Mapping[str, Any]
) -> dict[str, Any]:
    servers, outbound = _servers(number, line, raw_config)
    srtp = _OLD_SRTP if release < 80 else _SRTP
    return {
        "number": number,
        "enabled": 1,
        "label": line.get("number") or line.get("display_name") or line.get("username"),
        "display_name": line.get("display_name"),
        "username": line.get("username"),
        "auth_username": line.get("auth_username") or line.get("username"),
        "password": line.get("password"),
        "transport": _TRANSPORT[raw_config.get("sip_transport") or "udp"],
        "servers": servers,
        "outbound": outbound,
        "srtp": srtp[line.get("srtp_mode") or raw_config.get("sip_srtp_mode") or "disabled"],
        "dtmf": _DTMF_TYPE.get(line.get("dtmf_mode") or raw_config.get("sip_dtmf_mode") or ""),
        "voicemail": line.get("voicemail") or raw_config.get("exten_voicemail"),
    }


def _servers(
    number: int, line: Mapping[str, Any], raw_config: Mapping[str, Any]
) -> tuple[Servers, Servers]:
    """The servers of an account, and its outbound proxies: it has no proxy beside its registrar."""
    uses = sip_servers(number, line, raw_config).of_registrar()
    return _written([uses.server, uses.backup]), _written([uses.outbound, uses.backup_outbound])


def _written(servers: list[SipServer | None]) -> Servers:
    return [{"address": each.address, "port": each.port} for each in servers if each]
