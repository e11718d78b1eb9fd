"""SIP lines, and the providers that lines with the same servers share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from provd.sdk import RawConfigError, SipServer, numbered, sip_servers

from .models import Model

NO_SERVER = SipServer("", 5060)

_HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,255}")


class Provider(Struct, frozen=True):
    """Servers, and how they are spoken to."""

    proxy: SipServer
    registrar: SipServer
    backup: SipServer | None
    outbound: SipServer | None
    dtmf: str
    srtp: str


class Line(Struct, frozen=True):
    """One line, which is that of one handset."""

    number: int
    username: str
    auth_username: str
    password: str
    name: str
    """What is displayed."""
    extension: str
    voicemail: str
    provider: Provider


def lines_of(model: Model, raw_config: Mapping[str, Any]) -> tuple[dict[int, Line], bool]:
    """The lines that the model has, by their numbers, and whether some are beyond them.

    @raise RawConfigError: a line that has no number, or no server, or one whose address is none.
    """
    rows = numbered(raw_config, "sip_lines")
    lines = {
        number: _line(number, row, raw_config)
        for number, row in rows.items()
        if number <= model.lines
    }
    return lines, len(lines) < len(rows)


def providers_of(lines: Mapping[int, Line]) -> dict[Provider, int]:
    """The providers of all lines, numbered from 0 in the order of the lines."""
    found = dict.fromkeys(line.provider for line in lines.values())
    return {provider: index for index, provider in enumerate(found)}


def _line(number: int, row: Mapping[str, Any], raw_config: Mapping[str, Any]) -> Line:
    servers = sip_servers(number, row, raw_config)
    provider = Provider(
        proxy=servers.proxy,
        registrar=servers.registrar,
        backup=servers.backup_registrar or servers.backup_proxy,
        outbound=servers.outbound_proxy,
        dtmf=str(row.get("dtmf_mode") or raw_config.get("sip_dtmf_mode") or ""),
        srtp=str(row.get("srtp_mode") or raw_config.get("sip_srtp_mode") or "disabled"),
    )
    for server in (provider.proxy, provider.registrar, provider.backup, provider.outbound):
        if server and _HOST.fullmatch(server.address) is None:
            raise RawConfigError(
                f"line {number} has a server {server.address!r}, which is no address"
            )
    username = str(row.get("username") or "")
    extension = str(row.get("number") or "")
    return Line(
        number=number,
        username=username,
        auth_username=str(row.get("auth_username") or username),
        password=str(row.get("password") or ""),
        name=str(row.get("display_name") or extension),
        extension=extension,
        voicemail=str(row.get("voicemail") or raw_config.get("exten_voicemail") or ""),
        provider=provider,
    )
