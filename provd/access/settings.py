"""What can be set about access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from provd.access.certificates import NameKind
from provd.documents import SHORTEST_LIFE

Seconds = Annotated[int, Meta(ge=SHORTEST_LIFE, le=10 * 366 * 86400)]


Way = Literal["token", "password", "oidc", "certificate", "whitelist", "ident"]
"""What proves who calls."""


class AccessSettings(Struct, frozen=True, kw_only=True):
    """Who has to prove what."""

    required: bool = False
    """Whether everybody must prove who they are; else programs on this host may do everything."""
    providers: tuple[Way, ...] = (
        "token",
        "password",
        "oidc",
        "certificate",
        "whitelist",
        "ident",
    )
    """What proves it, in the order in which it is looked at."""
    only_from: Mapping[Way, tuple[str, ...]] = {}
    """From one of these to the networks from which it may be used; without, from everywhere."""
    token_seconds: Seconds = 12 * 3600
    """How long a token lives unless its user asks for something else."""
    longest_token_seconds: Seconds = 366 * 86400
    """How long it may live at most."""
    htpasswd: str = ""
    """A file with names and bcrypt hashes, for users that have no password here; empty for none."""
    whitelist: Mapping[str, str] = {}
    """From an address, a network or a host name to the user who calls from there without a proof."""
    client_ca: str = ""
    """PEM of the CAs that sign client certificates; empty asks for none. Needs HTTPS."""
    client_crl: str = ""
    """PEM of the CAs' lists of revoked certificates; empty: none is revoked."""
    client_name: NameKind = "cn"
    """Which name in a client certificate is the user's."""
    ident: tuple[str, ...] = ()
    """Networks of hosts that are believed when they say who calls from them (RFC 1413)."""
    oidc_issuer: str = ""
    """The URL of an OpenID Connect issuer whose tokens are accepted; empty for none."""
    oidc_audience: str = ""
    """For whom its tokens must be."""
    oidc_claim: str = "sub"
    """Which claim of them is the user's name."""
    audit_kept: Annotated[int, Meta(ge=100, le=1_000_000)] = 10_000
    """Audit lines that are kept; the oldest go first."""

    @property
    def elsewhere(self) -> bool:
        """Whether somebody without a password here may be known all the same."""
        return bool(
            self.htpasswd or self.whitelist or self.client_ca or self.oidc_issuer or self.ident
        )
