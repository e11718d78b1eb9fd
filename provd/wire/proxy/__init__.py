"""What proxies say of whom they speak for: the PROXY protocol, and certificates in headers."""

from provd.wire.proxy.certificates import (
    LONGEST_CHAIN,
    MOST_CERTIFICATES,
    certificates_in,
    read_certificates,
)
from provd.wire.proxy.crc32c import crc32c
from provd.wire.proxy.header import LONGEST_HEADER, Introduction, ProxyHeader, read_header
from provd.wire.proxy.values import Secured, Values

__all__ = [
    "LONGEST_CHAIN",
    "LONGEST_HEADER",
    "MOST_CERTIFICATES",
    "Introduction",
    "ProxyHeader",
    "Secured",
    "Values",
    "certificates_in",
    "crc32c",
    "read_certificates",
    "read_header",
]
