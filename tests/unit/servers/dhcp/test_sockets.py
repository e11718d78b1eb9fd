"""What is asked of the kernel for the sockets of DHCP."""

from __future__ import annotations

import socket
from typing import cast

from provd.servers.dhcp.sockets import _SO_RCVBUFFORCE, _make_room


class Asked:
    """A socket that may, or may not, have more room than the kernel gives everybody."""

    def __init__(self, *, may: bool) -> None:
        self.may = may
        self.asked: list[tuple[int, int]] = []

    def setsockopt(self, level: int, option: int, value: int) -> None:
        """Note it, or refuse."""
        assert level == socket.SOL_SOCKET
        if option == _SO_RCVBUFFORCE and not self.may:
            raise PermissionError
        self.asked.append((option, value))


def test_what_waits_has_the_room_that_is_wanted() -> None:
    """Whatever `net.core.rmem_max` is, where we may; else what that allows."""
    for may, option in ((True, _SO_RCVBUFFORCE), (False, socket.SO_RCVBUF)):
        asked = Asked(may=may)
        _make_room(cast("socket.socket", asked), 4096)
        assert asked.asked == [(option, 4096)]
