"""SIP lines with the servers they use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.sdk import SipServer, numbered, sip_servers

from .models import Model

_TRANSPORT = {"udp": 0, "tcp": 1, "tls": 3}
_DTMF_MODE = {"RTP-in-band": 0, "RTP-out-of-band": 1, "SIP-INFO": 2}
_MEDIA_CRYPTO = {"disabled": 0, "preferred": 1, "required": 2}

_NO_SERVER: dict[str, object] = {"address": "", "port": ""}


def written_lines(
    model: Model, raw_config: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[int]]:
    """What is written for each line that the phone has, and the numbers of those beyond them.

    A line that nobody configured is emptied and does not register.

    @raise RawConfigError: a line that has no number, or no server.
    """
    lines = numbered(raw_config, "sip_lines")
    written = [
        _line(number, lines[number], raw_config) if number in lines else {"number": number}
        for number in range(1, model.lines + 1)
    ]
    return written, [number for number in lines if number > model.lines]


def _line(number: int, line: Mapping[str, Any], raw_config: Mapping[str, Any]) -> dict[str, Any]:
    uses = sip_servers(number, line, raw_config).of_registrar()
    transport = raw_config.get("sip_transport") or "udp"
    srtp = line.get("srtp_mode") or raw_config.get("sip_srtp_mode") or "disabled"
    return {
        "number": number,
        "enabled": True,
        "username": line.get("username"),
        "auth_username": line.get("auth_username") or line.get("username"),
        "password": line.get("password"),
        "display_name": line.get("display_name") or line.get("number"),
        "server": _written(uses.server),
        "backup": _written(uses.backup),
        "proxy": _written(uses.outbound),
        "backup_proxy": _written(uses.backup_outbound),
        "failback": 1 if uses.backup or uses.backup_outbound else 0,
        "transport": _TRANSPORT[transport],
        "srtp": _MEDIA_CRYPTO[srtp],
        "dtmf": _DTMF_MODE.get(line.get("dtmf_mode") or raw_config.get("sip_dtmf_mode") or ""),
        "voicemail": line.get("voicemail") or raw_config.get("exten_voicemail"),
    }


def _written(server: SipServer | None) -> dict[str, object]:
    return {"address": server.address, "port": server.port} if server else _NO_SERVER
