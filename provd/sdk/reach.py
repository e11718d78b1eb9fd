"""Where a device reaches this server."""

from __future__ import annotations

from ipaddress import IPv4Address
from urllib.parse import urlsplit

from provd.contracts.plugin import IView
from provd.sdk.clue import Asked


def server_address(asked: Asked, view: IView) -> str:
    """This server's IPv4 address as the device that asks reaches it, for what takes no URL (option 150).

    The one that it was asked at; where that is not known, the host of `view.base_url`.  Empty where
    neither is an address.
    """
    for text in (asked.local, _host(view.base_url)):
        try:
            address = IPv4Address(text)
        except ValueError:
            continue
        if not address.is_unspecified:
            return str(address)
    return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
