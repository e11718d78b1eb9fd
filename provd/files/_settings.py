"""Where packages may be fetched from, how, and how much is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class PackageSettings(Struct, frozen=True, kw_only=True):
    """Packages of plugins: firmware, languages, ring tones."""

    schemes: tuple[Literal["https", "http", "file"], ...] = ("https", "http")
    """What URLs may begin with; what is fetched is checked by its SHA-256 in any case."""
    allow_networks: tuple[str, ...] = ()
    """Networks (CIDR) that are not public and that packages may be fetched from all the same."""
    proxy: str = ""
    """An HTTP proxy, `http://192.0.2.1:3128`; empty for none."""
    timeout: Annotated[float, Meta(gt=0, le=3600)] = 30.0
    """Seconds to wait for a connection, for an answer, and for each further piece of it."""
    cache_bytes: Annotated[int, Meta(ge=0)] = 4 << 30
    """Bytes of files that were fetched or uploaded that are kept; the least recently used go."""
