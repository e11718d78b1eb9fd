"""What can be set of HTTPS for devices; its limits are those of `[http]`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Oldest = Literal["1.0", "1.1", "1.2", "1.3"]
"""A version of TLS."""


class HTTPSListen(Struct, frozen=True, kw_only=True):
    """Where devices reach us over HTTPS."""

    serve: bool = False
    """Whether devices are answered over HTTPS too."""
    interface: str = ""
    """The address to listen on; empty for every IPv4 and IPv6 address of the host."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8443
    certificate: str = ""
    """PEM, its own first; empty is one that the server makes for itself in the data directory."""
    key: str = ""
    """PEM, without a password."""
    names: tuple[str, ...] = ()
    """Host names and addresses that a certificate of the server's own making is for."""
    client_certificates: Literal["off", "optional"] = "optional"
    """Whether devices are asked for their certificate."""
    oldest: Oldest = "1.2"
    """The least version of TLS; 1.0 and 1.1 also let in the ciphers of their time."""

    @property
    def asks(self) -> bool:
        """Whether devices are asked for their certificate."""
        return self.client_certificates == "optional"
