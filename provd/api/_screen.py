"""Which requests the API looks at all: those that are meant for it, from no other site's page.

Without TLS, or where nobody has to prove who they are, it listens on loopback only.  That alone does
not keep a web page in the operator's browser away: a page may send requests to 127.0.0.1, and a name it
controls may resolve to it (DNS rebinding).  So every request must name this server in `Host`, and must
come from no page or from a page of this very server (`Origin`).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from attrs import define
from twisted.web.iweb import IRequest

from provd.api._cors import Cors
from provd.api._errors import ForeignOrigin, MalformedRequest, Misdirected
from provd.values import ProvdError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@define
class NotLoopback(ProvdError):
    """The API was to listen where others than programs on this host could reach it."""

    interface: str

    def __str__(self) -> str:
        return (
            "without HTTPS and access.required the API listens on loopback only, not on"
            f" {self.interface!r}; use 127.0.0.1 or ::1, and a tunnel from elsewhere"
        )


def is_loopback(interface: str) -> bool:
    """Whether only programs on this host reach it (a name is not an address, and neither is nothing)."""
    try:
        return ip_address(interface.strip("[]")).is_loopback
    except ValueError:
        return False


def require_guarded(interface: str, *, secure: bool, required: bool) -> None:
    """@raise NotLoopback: others could reach it who have nothing to prove, or prove it in clear."""
    if not is_loopback(interface) and not (secure and required):
        raise NotLoopback(interface)


def host_name(authority: str) -> str:
    """The host of `host[:port]`, lower case; an IPv6 address keeps its brackets."""
    authority = authority.lower()
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0].rstrip(".")


def _is_number(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


class Screen:
    """Checks `Host` and `Origin` of every request."""

    def __init__(self, hosts: Iterable[str] = (), *, numbers: bool = False) -> None:
        """`hosts` are names of this server; `numbers`: so is every address, since no address is a name
        that somebody else controls.
        """
        self.adopt(hosts)
        self._numbers = numbers

    def adopt(self, hosts: Iterable[str], origins: Iterable[str] = ()) -> None:
        """Answer to these names from now on, and to those of loopback; and pages of these origins."""
        self.cors = Cors(origins)
        self._names = LOOPBACK_NAMES | {host_name(host) for host in hosts}

    def check(self, request: IRequest) -> None:
        """Let a request pass.

        @raise MalformedRequest: it has not exactly one Host.
        @raise Misdirected: its Host is not a name of this server.
        @raise ForeignOrigin: a page of another site sends it.
        """
        authority = self._authority(request)
        name = host_name(authority)
        if name not in self._names and not (self._numbers and _is_number(name)):
            raise Misdirected(authority)
        for raw in request.requestHeaders.getRawHeaders(b"origin", ()):
            origin = raw.decode("latin-1")
            if not (self._is_own(origin, authority) or self.cors.allows(origin)):
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
