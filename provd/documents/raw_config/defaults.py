"""What a plugin finds in a raw config where nobody said anything."""

from __future__ import annotations

from typing import Any


def complete_raw_config(raw: dict[str, Any]) -> None:
    """Fill in, in place, what plugins rely on; for a raw config that was checked.

    What is there stays, be it null: a config that says null means it.
    """
    if raw.get("syslog_enabled"):
        raw.setdefault("syslog_port", 514)
        raw.setdefault("syslog_level", "warning")
    if "sip_proxy_ip" in raw:
        raw.setdefault("sip_registrar_ip", raw["sip_proxy_ip"])
    raw.setdefault("sip_srtp_mode", "disabled")
    raw.setdefault("sip_transport", "udp")
    raw.setdefault("sccp_call_managers", {})
    raw.setdefault("funckeys", {})
    for line in raw.setdefault("sip_lines", {}).values():
        _complete_line(line)


def _complete_line(line: dict[str, Any]) -> None:
    if "proxy_ip" in line:
        line.setdefault("registrar_ip", line["proxy_ip"])
    if "username" in line:
        line.setdefault("auth_username", line["username"])
