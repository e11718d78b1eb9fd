"""Which settings take effect when they are read again, and which only when the server starts.

Every setting stands in one of the two tables; a test finds one that does not.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import fields

from provd.daemon.settings._model import Settings

_PORTS = "ports are bound before privileges are dropped"
_MADE = "it is decided when the server is put together"

AT_START: Mapping[str, str] = {
    "service.user": "who the process is cannot be changed back",
    "service.group": "who the process is cannot be changed back",
    "service.tenant": _MADE,
    "data.directory": "what is kept is there",
    "store.behind": _MADE,
    "store.seal_keys": _MADE,
    "listen.interface": _PORTS,
    "listen.port": _PORTS,
    "https.serve": _PORTS,
    "https.interface": _PORTS,
    "https.port": _PORTS,
    "https.certificate": "the files are read again, where they are is not",
    "https.key": "the files are read again, where they are is not",
    "https.names": "they are written into a certificate that there is",
    "https.oldest": _MADE,
    "tftp.interface": _PORTS,
    "tftp.port": _PORTS,
    "tftp.single_port": "running transfers have ports of their own, or not",
    "tftp.gso": "it is a matter of sockets that are open",
    "tftp.receive_buffer": "it is a matter of sockets that are open",
    "dhcp.interfaces": _PORTS,
    "dhcp.port": _PORTS,
    "dhcp.client_port": "it goes with the port, and that is bound",
    "dhcp.binl_port": _PORTS,
    "dhcp.beside": _PORTS,
    "dhcp.receive_buffer": "it is a matter of sockets that are open",
    "sip.interface": "datagrams are sent from a socket that is open",
    "sip.port": "datagrams are sent from a socket that is open",
    "api.interface": _PORTS,
    "api.port": _PORTS,
    "api.tls": "clients would find another protocol on the same port",
    "api.http2": "clients would find another protocol on the same port",
    "api.certificate": "the files are read again, where they are is not",
    "api.key": "the files are read again, where they are is not",
    "log.security": "it is opened when the server starts",
}
"""Settings that only a start takes up, each with the reason."""

_WHOLE = (
    *("http", "access", "certificates", "serving", "sweeps"),
    *("packages", "synchronization", "ami", "action_urls"),
)
"""Sections that take effect as a whole when they are read again."""

WITHOUT_RESTART = frozenset(
    {
        *(f"{name}.{key.name}" for name in _WHOLE for key in fields(getattr(Settings(), name))),
        "https.client_certificates",
        *(
            f"tftp.{name}"
            for name in (
                *("max_sessions", "max_sessions_per_source"),
                *("max_unproven_bytes", "unproven_bytes_per_second", "rollover"),
                *("max_blksize", "max_windowsize", "max_single_port_windowsize"),
                *("max_window_bytes", "max_timeout", "first_timeout", "min_timeout"),
                *("longest_timeout", "retransmissions", "first_retransmissions"),
                *("cache_bytes", "max_open_files", "drain"),
            )
        ),
        *("dhcp.busy", "dhcp.lease_queries", "dhcp.history"),
        "api.hosts",
        "api.cors_origins",
        *(
            f"pipeline.{name}"
            for name in ("info_extractor", "retriever", "updater", "directory", "nat")
        ),
        *("inquiries.patience", "inquiries.busy"),
        *(
            f"limits.{name}"
            for name in ("burst", "per_hour", "nat_networks", "nat_burst", "total", "sources")
        ),
        *("plugins.cache_bytes", "plugins.refresh", "plugins.servers"),
        *("phones.http_base_url", "phones.raw_config"),
        *(f"sip.{name}" for name in ("route", "transport", "tls_verify", "tls_ca")),
        "decisions.kept",
        *("log.format", "log.level", "log.kept"),
    }
)
"""Settings that take effect when they are read again."""


def changes(old: Settings, new: Settings) -> tuple[str, ...]:
    """The names of the settings that differ, in order."""
    return tuple(
        f"{section.name}.{key.name}"
        for section in fields(Settings)
        for key in fields(section.type)
        if getattr(getattr(old, section.name), key.name)
        != getattr(getattr(new, section.name), key.name)
    )


def why_not(name: str) -> str:
    """Why a setting needs a restart; empty where it does not."""
    return AT_START.get(name, "")
