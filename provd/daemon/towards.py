"""The servers towards devices over HTTP, HTTPS and TFTP."""

from __future__ import annotations

from typing import Any

from provd.application.inquiries import Inquiries
from provd.contracts import IJudgeCertificates
from provd.daemon.settings import Settings
from provd.daemon.timekeeping import Timekeeper
from provd.pipeline import KernelTables
from provd.servers.http import HTTPServer
from provd.servers.tftp import TFTPServer


def servers_towards_devices(
    settings: Settings,
    reactor: Any,
    inquiries: Inquiries,
    kernel: KernelTables | None,
    timekeeper: Timekeeper,
    judge: IJudgeCertificates,
) -> tuple[HTTPServer, TFTPServer]:
    """HTTP and TFTP; inquiries arrive and are answered by the same clock."""
    now = timekeeper.seconds
    interface_of = kernel.interface_of if kernel is not None else lambda _address: ""
    http = HTTPServer(
        reactor, inquiries, settings.http, now=now, interface_of=interface_of, judge=judge
    )
    return http, TFTPServer(reactor, inquiries, settings.tftp, clock=now)
