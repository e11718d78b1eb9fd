"""What a device is given: content, a redirect, a DHCP message, a refusal with its reason, or silence."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Content(Struct, frozen=True, gc=False):
    """Bytes held in memory, shared between everybody who asks for them."""

    body: bytes
    media_type: str = "application/octet-stream"
    etag: str = ""
    """A strong validator (hex digest), empty when there is none."""
    exact: bool = True
    """False when a what-if cannot promise these very bytes (a streaming legacy resource)."""
    without: Any = None
    """What whoever may not have its secrets is given in its place (an Answer); None: it has none."""


class FileContent(Struct, frozen=True, gc=False):
    """A file inside a plugin's served tree: already walked, known to exist when decided."""

    path: str
    """Absolute path on this host; never derived by joining text from the network."""
    size: int
    modified_ns: int
    media_type: str = "application/octet-stream"
    without: Any = None
    """As for `Content`."""

    @property
    def etag(self) -> str:
        """Changes whenever the file is replaced or rewritten."""
        return f"{self.modified_ns:x}-{self.size:x}"


class Redirect(Struct, frozen=True, gc=False):
    """Ask there instead (HTTP only; over TFTP it is a refusal)."""

    location: str
    without: Any = None
    """As for `Content`: what is given to whoever may not have the secrets of its location."""


class RefusalKind(StrEnum):
    """What the wire should say; the reason itself stays with the operator."""

    NOT_FOUND = "not_found"
    """HTTP 404, TFTP error 1. Also what an unknown device is told."""
    UNAUTHENTICATED = "unauthenticated"
    """HTTP 401 with the refusal's challenge; anywhere else as NOT_FOUND."""
    FORBIDDEN = "forbidden"
    """HTTP 403, TFTP error 2."""
    UNAVAILABLE = "unavailable"
    """HTTP 503 with Retry-After, TFTP error 0: try again later."""
    FAILED = "failed"
    """HTTP 500, TFTP error 0: a plugin or provd itself is broken."""


class Refusal(Struct, frozen=True, gc=False):
    """No; and why, for the operator. The device is told `kind` only."""

    kind: RefusalKind
    reason: str
    challenge: tuple[str, ...] = ()
    """Of one that is UNAUTHENTICATED, the values of its WWW-Authenticate headers (RFC 9110 section 11.6.1)."""


class Silence(Struct, frozen=True, gc=False):
    """Say nothing at all."""

    reason: str


class Reply(Struct, frozen=True, gc=False):
    """A DHCP message (DHCP only). Which way it goes follows from it and from what was asked."""

    packet: Any
    """A `provd.wire.dhcp.Packet`."""


Answer = Content | FileContent | Redirect | Refusal | Silence | Reply
