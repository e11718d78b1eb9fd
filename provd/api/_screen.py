"""Who may speak to the API at all: programs on this host, since it speaks plain HTTP.

The listener is on loopback only.  That alone does not keep a web page in the operator's browser
away: a page may send requests to 127.0.0.1, and a name it controls may resolve to it (DNS
rebinding).  So every request must name this server in `Host`, and must come from no page or from
a page of this very server (`Origin`).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from attrs import define
from twisted.web.iweb import IRequest

from provd.api._errors import ForeignOrigin, MalformedRequest, Misdirected
from provd.values import ProvdError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@define
class NotLoopback(ProvdError):
    """The API was to listen where others than programs on this host could reach it."""

    interface: str

    def __str__(self) -> str:
        return (
            f"the API speaks plain HTTP and listens on loopback only, not on"
            f" {self.interface!r}; use 127.0.0.1 or ::1, and a tunnel from elsewhere"
        )


def require_loopback(interface: str) -> None:
    """@raise NotLoopback: `interface` is not a loopback address (a name is not an address)."""
    try:
        loopback = ip_address(interface.strip("[]")).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NotLoopback(interface)


def host_name(authority: str) -> str:
    """The host of `host[:port]`, lower case; an IPv6 address keeps its brackets."""
    authority = authority.lower()
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0].rstrip(".")


class Screen:
    """Checks `Host` and `Origin` of every request."""

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self._names = LOOPBACK_NAMES | {host_name(host) for host in hosts}

    def check(self, request: IRequest) -> None:
        """Let a request pass.

        @raise MalformedRequest: it has not exactly one Host.
        @raise Misdirected: its Host is not a name of this server.
        @raise ForeignOrigin: a page of another site sends it.
        """
        authority = self._authority(request)
        if host_name(authority) not in self._names:
            raise Misdirected(authority)
        for raw in request.requestHeaders.getRawHeaders(b"origin", ()):
            origin = raw.decode("latin-1")
            if not self._is_own(origin, authority):
                raise ForeignOrigin(origin)

    @staticmethod
    def _authority(request: IRequest) -> str:
        given = request.requestHeaders.getRawHeaders(b"host", ())
        if len(given) != 1:
            raise MalformedRequest("Host", f"given {len(given)} times", "exactly one Host header")
        return bytes(given[0]).decode("latin-1").strip()

    @staticmethod
    def _is_own(origin: str, authority: str) -> bool:
        return origin.lower() in {f"{scheme}://{authority.lower()}" for scheme in ("http", "https")}
