"""What every vendor's plugin reads of SIP lines and of other numbered rows in the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from provd.sdk.support import RawConfigError

_NUMBER = re.compile("[1-9][0-9]{0,2}")


def numbered(raw_config: Mapping[str, Any], name: str) -> dict[int, Mapping[str, Any]]:
    """The rows of a parameter such as `sip_lines` or `funckeys`, in the order of their numbers.

    @raise RawConfigError: it is no object of rows by numbers from 1 to 999.
    """
    rows = raw_config.get(name) or {}
    if not isinstance(rows, Mapping):
        raise RawConfigError(f"{name} is no object of rows by their numbers")
    for key, row in rows.items():
        if _NUMBER.fullmatch(key) is None:
            raise RawConfigError(f"{name}: {key!r} is not a number from 1 to 999")
        if not isinstance(row, Mapping):
            raise RawConfigError(f"{name}: what is at {key} is no object")
    return {int(key): rows[key] for key in sorted(rows, key=int)}


class SipServer(Struct, frozen=True):
    """One server of a line."""

    address: str
    port: int


class SipServers(Struct, frozen=True, kw_only=True):
    """The servers of a line: its own, and the phone's where it names none."""

    proxy: SipServer
    registrar: SipServer
    """The proxy where there is no other."""
    backup_proxy: SipServer | None
    backup_registrar: SipServer | None
    outbound_proxy: SipServer | None

    def of_registrar(self) -> RegistrarServers:
        """The same for a phone that sends its calls to where it registers.

        A proxy on another host than the registrar is then the outbound proxy, unless there is one.
        """
        if self.registrar.address == self.proxy.address:
            backup = self.backup_registrar or self.backup_proxy
            return RegistrarServers(self.registrar, backup, self.outbound_proxy, None)
        if self.outbound_proxy:
            return RegistrarServers(
                self.registrar, self.backup_registrar, self.outbound_proxy, None
            )
        return RegistrarServers(
            self.registrar, self.backup_registrar, self.proxy, self.backup_proxy
        )


class RegistrarServers(Struct, frozen=True):
    """The servers of a line of a phone that has no proxy beside its registrar."""

    server: SipServer
    backup: SipServer | None
    outbound: SipServer | None
    backup_outbound: SipServer | None


def sip_servers(number: int, line: Mapping[str, Any], raw_config: Mapping[str, Any]) -> SipServers:
    """Which servers line `number` uses.

    A port belongs to its address: that of one server never stands beside the address of another.
    Without a port it is that of the transport, 5061 for TLS and 5060 otherwise (RFC 3261 section
    19.1.2).

    @raise RawConfigError: it has no proxy.
    """
    port = 5061 if raw_config.get("sip_transport") == "tls" else 5060

    def server(role: str) -> SipServer | None:
        return _server(role, line, raw_config, port)

    proxy, registrar = server("proxy"), server("registrar")
    if proxy is None:
        raise RawConfigError(
            f"line {number} has no proxy_ip, and there is no sip_proxy_ip for all lines"
        )
    if registrar is None or registrar.address == proxy.address:
        registrar = SipServer(proxy.address, int(line.get("registrar_port") or proxy.port))
    return SipServers(
        proxy=proxy,
        registrar=registrar,
        backup_proxy=server("backup_proxy"),
        backup_registrar=server("backup_registrar"),
        outbound_proxy=server("outbound_proxy"),
    )


def _server(
    role: str, line: Mapping[str, Any], raw_config: Mapping[str, Any], port: int
) -> SipServer | None:
    """Address and port, both of the line, or else both of the phone; None where there is none."""
    if address := line.get(f"{role}_ip"):
        return SipServer(str(address), int(line.get(f"{role}_port") or port))
    shared = line.get(f"{role}_port") or raw_config.get(f"sip_{role}_port") or port
    address = raw_config.get(f"sip_{role}_ip")
    return SipServer(str(address), int(shared)) if address else None
