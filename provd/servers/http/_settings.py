"""The limits of the HTTP edge and what it counts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]
HeaderName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{0,64}$")]


class HTTPSettings(Struct, frozen=True, kw_only=True):
    """Limits towards devices. Times are seconds, kept with a precision of one second."""

    max_connections: Count = 4096
    """Connections open at once (default 4096); more are closed unanswered and counted."""
    max_connections_per_source: Count = 640
    """Of those, from one address (default 640: a site of 500 phones behind one NAT, all at once).
    Trusted proxies are exempt."""
    max_requests_per_connection: Count = 1000
    """Requests answered on one connection before it is closed politely (default 1000)."""
    max_line_bytes: Annotated[int, Meta(ge=128)] = 8192
    """The longest request line or header line (default 8192)."""
    max_head_bytes: Annotated[int, Meta(ge=128)] = 16384
    """The request line and all headers together (default 16384)."""
    max_headers: Count = 100
    """Header lines of one request (default 100)."""
    max_body_bytes: Annotated[int, Meta(ge=0)] = 65536
    """A request body up to this size is read and ignored (default 65536); a bigger one is refused
    with 413 as soon as it is announced or exceeded. None is ever kept."""
    idle_seconds: Seconds = 15.0
    """How long a connection may stay open without asking (default 15)."""
    request_seconds: Seconds = 10.0
    """A request must be complete this long after its first byte (default 10), however steadily it
    trickles."""
    answer_seconds: Seconds = 60.0
    """An answer that is still not decided after this (default 60) becomes 503."""
    stall_seconds: Seconds = 20.0
    """A device that takes not one byte of its answer for this long (default 20) is dropped."""
    retry_after_seconds: Annotated[int, Meta(ge=0)] = 30
    """What a 503 asks devices to wait (default 30)."""
    drain_seconds: Seconds = 5.0
    """How long `stop` lets answers finish (default 5)."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks (CIDR) of proxies whose `X-Forwarded-For` is believed (default none). Name the
    proxies, never a network that devices live in."""
    trusted_proxy_count: Annotated[int, Meta(ge=0)] = 1
    """How many proxies a request may have come through (default 1); 0 believes none."""
    proxy_protocol: bool = False
    """Whether each trusted proxy begins its connections with a header of the PROXY protocol, version 1
    or 2 (default false); it must then, and nobody else may."""
    certificate_header: HeaderName = ""
    """The header in which trusted proxies write the certificate that a device showed them (default
    none): `Client-Cert` (RFC 9440), or another that holds PEM with URL escapes."""
    handshake_seconds: Seconds = 10.0
    """TLS must be agreed on this long after a connection was made (default 10)."""
    handshakes_per_second: Count = 200
    """Handshakes that begin in one second (default 200); further ones wait for the next."""
    max_handshake_bytes: Annotated[int, Meta(ge=4096)] = 32768
    """What a device may send until TLS is agreed on, certificates and all (default 32768)."""


class HTTPCounters(Struct, frozen=True, kw_only=True):
    """What happened since the server was made. All are counts of events but `connections`."""

    connections: int
    """Open now."""
    accepted: int
    refused_overall: int
    """Connections over `max_connections`."""
    refused_per_source: int
    """Connections over `max_connections_per_source`."""
    inquiries: int
    """Requests that were passed on."""
    malformed: int
    """Requests that broke the protocol or a limit of size, answered 4xx and never passed on."""
    silenced: int
    """Connections dropped because the answer was silence."""
    abandoned: int
    """Answers whose device had gone before they were known."""
    idle: int
    """Connections closed because nothing was asked."""
    slow_requests: int
    """Connections closed because a request did not become complete."""
    slow_answers: int
    """503s because an answer did not come."""
    stalled: int
    """Connections dropped because the device did not take its answer."""
    handshakes: int
    """TLS that was agreed on."""
    failed_handshakes: int
    """TLS that was not: broken, too slow, or given up."""
    delayed_handshakes: int
    """Handshakes that waited for a second in which fewer began."""
    bad_introductions: int
    """Connections of proxies that began with anything but a header of the PROXY protocol."""
    statuses: dict[int, int]
    """Responses by status code."""
