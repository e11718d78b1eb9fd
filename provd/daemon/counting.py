"""What the servers count, as operators are told it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.application.counters import Tally
from provd.application.serving import Secrecy
from provd.daemon.dhcp import Serving
from provd.pipeline import CreationLimits
from provd.servers.http import HTTPServer
from provd.servers.tftp import TFTPServer


def count(
    tally: Tally,
    http: HTTPServer,
    tftp: TFTPServer,
    dhcp: Serving,
    limits: CreationLimits,
    secrecy: Secrecy,
) -> None:
    """Have operators told what the servers count."""
    tally.count("http", lambda: as_numbers(http.counters()))
    tally.count("tftp", lambda: as_numbers(tftp.counters()))
    tally.count("dhcp", lambda: as_numbers(dhcp.counters()))
    tally.count("limits", lambda: {"created": limits.created, "refused": limits.refused})
    tally.count("serving", secrecy.counters)


def as_numbers(counters: Any) -> dict[str, int]:
    """A snapshot of counters as flat numbers."""
    numbers: dict[str, int] = {}
    for name in counters.__struct_fields__ if counters is not None else ():
        value = getattr(counters, name)
        if isinstance(value, Mapping):
            numbers.update({f"{name}.{key}": count for key, count in value.items()})
        else:
            numbers[name] = value
    return numbers
