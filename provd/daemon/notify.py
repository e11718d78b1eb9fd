"""Telling systemd how the service is (sd_notify(3)): one datagram, no library."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress


class Notify:
    """Speaks to the socket that systemd names; silent where there is none."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Take the address from `NOTIFY_SOCKET`."""
        address = environment.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the NUL of an abstract socket.
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self, status: str) -> None:
        """Everything listens."""
        self._send(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """Told to read its settings again; `ready` says when that is over."""
        now = int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1_000_000)
        self._send(f"RELOADING=1\nMONOTONIC_USEC={now}")

    def stopping(self) -> None:
        """Told to end."""
        self._send("STOPPING=1\nSTATUS=stopping")

    def _send(self, message: str) -> None:
        """Say it, unless nobody listens (any more), or does not read: phones do not wait for that."""
        if not self._address:
            return
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock,
            suppress(OSError),
        ):
            sock.setblocking(False)
            sock.sendto(message.encode(), self._address)
