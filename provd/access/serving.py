"""What can be set about what devices must show before they are served."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Mode = Literal["off", "accepted", "required"]
Scheme = Literal["off", "basic", "digest"]
Algorithm = Literal["MD5", "SHA-256"]


class ServingSettings(Struct, frozen=True, kw_only=True):
    """Keys in URLs, and passwords over HTTP."""

    url_key: Mode = "off"
    """Provisioning keys as the first part of paths, over HTTP and TFTP: of no meaning, of use, or required."""
    challenge: Scheme = "off"
    """What a device that is refused over HTTP is asked for."""
    digest_algorithms: Annotated[tuple[Algorithm, ...], Meta(min_length=1)] = ("SHA-256", "MD5")
    """Those that a digest is asked for with, the best first."""
    nonce_seconds: Annotated[float, Meta(ge=10, le=86400)] = 300.0
    """How long an answer to a digest challenge may be given."""
