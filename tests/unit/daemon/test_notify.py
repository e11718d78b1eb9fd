"""What systemd is told, and how."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.daemon.notify import Notify


@pytest.fixture(params=["file", "abstract"])
def heard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """An address as NOTIFY_SOCKET has it, and the socket that listens there."""
    address = str(tmp_path / "notify") if request.param == "file" else f"@{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0", 1))
        listening.setblocking(False)
        yield address, listening


def test_each_state_is_one_datagram(heard: tuple[str, socket.socket]) -> None:
    """sd_notify(3): assignments, a line each, to a path or to an abstract address."""
    address, listening = heard
    notify = Notify({"NOTIFY_SOCKET": address})
    notify.ready("answering")
    assert listening.recv(4096) == b"READY=1\nSTATUS=answering"
    notify.reloading()
    assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=[0-9]+", listening.recv(4096))
    notify.stopping()
    assert listening.recv(4096) == b"STOPPING=1\nSTATUS=stopping"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nonexistent/notify"}])
def test_nobody_listens(environment: dict[str, str]) -> None:
    """Without systemd, or with one that is gone, it is silent."""
    Notify(environment).ready("answering")
    Notify(environment).stopping()


def test_whoever_does_not_read_holds_up_nobody(tmp_path: Path) -> None:
    """The kernel keeps a few messages for them; what is said after that is lost, and the server goes on."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(address)
        notify = Notify({"NOTIFY_SOCKET": address})
        for _reload in range(1000):
            notify.reloading()
            notify.ready("answering")
        assert b"RELOADING=1" in deaf.recv(4096)
