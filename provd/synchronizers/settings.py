"""What a site says of the ways in which its devices are told."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Port = Annotated[int, Meta(ge=0, le=65535)]


class SipSettings(Struct, frozen=True, kw_only=True):
    """NOTIFY, sent by provd itself."""

    route: Literal["direct", "proxy", "account"] = "direct"
    """To the device; to the device through the proxy of its config; or to its account at that proxy."""
    transport: Literal["config", "udp", "tcp", "tls"] = "config"
    """`config` is that of the device's config (`sip_transport`)."""
    interface: str = ""
    """The address to send datagrams from; empty is whichever leads to the device."""
    port: Port = 0
    """The port to send datagrams from; 0 is any that is free."""
    tls_verify: bool = True
    """Whether a certificate must be good for whom it is shown by; phones seldom have one that is."""
    tls_ca: str = ""
    """PEM: whose certificates are good; empty is whom this host trusts."""


class AmiSettings(Struct, frozen=True, kw_only=True):
    """NOTIFY, sent by Asterisk, which is asked over its manager interface."""

    host: str = ""
    """Where Asterisk is; empty is nowhere."""
    port: Port = 5038
    tls: bool = False
    """Over TLS: Asterisk's `tlsbindaddr`."""
    tls_ca: str = ""
    """PEM: whose certificate is good; empty is whom this host trusts."""
    username: str = "provd"
    """Of manager.conf, with `write = system`."""
    secret: str = ""
    """A file with the secret of manager.conf."""
    to: Literal["contact", "endpoint"] = "contact"
    """To the device's address, or to the PJSIP endpoint that is named as its account."""
    timeout: Annotated[float, Meta(gt=0)] = 10.0
    """Seconds that an answer may take."""


class ActionUrlSettings(Struct, frozen=True, kw_only=True):
    """The action URLs of vendors."""

    timeout: Annotated[float, Meta(gt=0)] = 10.0
    """Seconds that a device may take to answer."""
    tls_verify: bool = False
    """Whether a device's certificate must be good for its address; few have one that is."""
    tls_ca: str = ""
    """PEM: whose certificates are good; empty is whom this host trusts."""
