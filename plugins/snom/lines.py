"""Identities: the SIP lines of a phone with the servers they use.

An identity has a registrar and an outbound proxy, and no second of either.  What these phones have instead
is a failover identity: another identity that takes over while the first is not registered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provd.sdk import RawConfigError, SipServer, SipServers, numbered, sip_servers

from .models import Model

_DTMF = {"RTP-in-band": "off", "RTP-out-of-band": "off", "SIP-INFO": "sip_info_only"}
_SRTP = {
    "disabled": ("off", "off"),
    "preferred": ("on", "optional"),
    "required": ("on", "mandatory"),
}
"""`user_srtp` and `user_savp`: whether media is encrypted, and whether it may go without."""

MOST_SERVERS = 10
"""Of a DECT base, for all its lines together; those that are not used are written empty."""

Identity = dict[str, Any]


def identities(
    model: Model, raw_config: Mapping[str, Any]
) -> tuple[list[Identity], list[int], list[int]]:
    """What is written for each identity, and the numbers of the lines for which there is none.

    And those of the lines whose backup has none: backups take the numbers behind the last line.  A
    number that nobody uses is switched off.

    @raise RawConfigError: a line that has no number, or no server.
    """
    lines = numbered(raw_config, "sip_lines")
    written: dict[int, Identity] = {}
    without_backup: list[int] = []
    free = _free_numbers(model, lines)
    for number, line in lines.items():
        servers = sip_servers(number, line, raw_config)
        if number > model.identities:
            continue
        written[number] = _identity(number, line, servers, raw_config)
        backup = _backup_servers(servers)
        if backup is None:
            continue
        if (second := next(free, None)) is None:
            without_backup.append(number)
            continue
        written[number]["failover"] = second
        written[second] = _identity(second, line, backup, raw_config) | {"hidden": True}
    left_out = [number for number in lines if number > model.identities]
    every = range(1, model.identities + 1)
    return [written.get(number, {"number": number}) for number in every], left_out, without_backup


def accounts(
    model: Model, raw_config: Mapping[str, Any]
) -> tuple[list[Identity], list[dict[str, Any]], list[int]]:
    """The lines of a DECT base, the servers that they name by number, and the lines beyond the last.

    @raise RawConfigError: a line that has no number, or no server, or must be encrypted; too many
        servers.
    """
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    lines = numbered(raw_config, "sip_lines")
    written = []
    if raw_config.get("sip_transport") == "tls":
        raise RawConfigError("a DECT base cannot be told to use TLS by this plugin")
    for number, line in lines.items():
        account = _identity(number, line, sip_servers(number, line, raw_config), raw_config)
        if account["savp"] == "mandatory":
            raise RawConfigError(f"line {number} requires SRTP, which a DECT base cannot be told")
        if number <= model.identities:
            server = {name: account[name] for name in ("host", "dtmf")}
            known = found.setdefault(tuple(server.values()), {"number": len(found) + 1, **server})
            if known["number"] > MOST_SERVERS:
                raise RawConfigError(
                    f"a DECT base knows {MOST_SERVERS} servers; these lines use more"
                )
            written.append({**account, "server": known["number"], "code": f"{number:04}"})
    left_out = [number for number in lines if number > model.identities]
    unused = [{"number": number} for number in range(len(found) + 1, MOST_SERVERS + 1)]
    return written, [*found.values(), *unused], left_out


def _free_numbers(model: Model, lines: Mapping[int, object]) -> Iterator[int]:
    return iter(range(max(lines, default=0) + 1, model.identities + 1))


def _backup_servers(servers: SipServers) -> SipServers | None:
    """The servers of a line's backup; None where it has none."""
    registrar = servers.backup_registrar or servers.backup_proxy
    proxy = servers.backup_proxy or servers.backup_registrar
    if registrar is None or proxy is None:
        return None
    return SipServers(
        proxy=proxy,
        registrar=registrar,
        backup_proxy=None,
        backup_registrar=None,
        outbound_proxy=servers.outbound_proxy,
    )


def _identity(
    number: int, line: Mapping[str, Any], servers: SipServers, raw_config: Mapping[str, Any]
) -> Identity:
    transport = raw_config.get("sip_transport") or "udp"
    first = servers.outbound_proxy or servers.proxy
    wanted = line.get("srtp_mode") or raw_config.get("sip_srtp_mode") or "disabled"
    srtp, savp = _SRTP[wanted]
    return {
        "number": number,
        "active": True,
        "host": _host(servers.registrar, 5061 if transport == "tls" else 5060),
        "outbound": f"{_bracketed(first.address)}:{first.port};transport={transport}",
        "username": line.get("username"),
        "auth_username": line.get("auth_username") or line.get("username"),
        "password": line.get("password"),
        "display_name": line.get("display_name"),
        "extension": line.get("number"),
        "voicemail": line.get("voicemail") or raw_config.get("exten_voicemail"),
        "dtmf": _DTMF.get(line.get("dtmf_mode") or raw_config.get("sip_dtmf_mode") or "", "off"),
        "srtp": srtp,
        "savp": savp,
    }


def _host(server: SipServer, usual_port: int) -> str:
    """The domain of the identity; its port only where it is not the usual one."""
    host = _bracketed(server.address)
    return host if server.port == usual_port else f"{host}:{server.port}"


def _bracketed(address: str) -> str:
    """An IPv6 address as it stands before a port."""
    return f"[{address}]" if address.count(":") > 1 and address[0] != "[" else address
