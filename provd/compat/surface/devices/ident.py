"""`devices.ident`: names that extractors write into their signatures."""

from __future__ import annotations

from enum import Enum
from typing import Any


class RequestType(Enum):
    """How a device asked."""

    HTTP = "http"
    TFTP = "tftp"
    DHCP = "dhcp"


DHCPRequest = dict[str, Any]
"""`ip`, `mac` and `options`: by code, a text with one character for each byte."""
