"""Under which addresses devices reach this server, and what raw config that gives them to start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from provd.documents import Document, server_raw_config
from provd.plugins._configuration import NotConfigured
from provd.values import Inquiry

MOST_ADDRESSES = 64
"""Addresses of this host for which a base is remembered."""


NO_URL = (
    "there is no URL to tell it: its tenant has no provisioning key and one is required"
    " (serving.url_key), or the address it reached this server on is unknown: set http_base_url"
)

KeyOf = Callable[[str, float], str | None]
"""From a tenant and a time to the provisioning key in the URLs that its devices are told; empty: they
are told none, None: one is required, and the tenant has none."""


def _no_key(_tenant: str, _at: float) -> str:
    return ""


@define
class Advertised:
    """What devices are told of this server.

    Without an `http_base_url` each device is told the address it reached us on: on a host with
    several networks, every phone is sent to the address in its own, and one that came over HTTPS stays there.
    """

    http_base_url: str | None
    http_port: int
    tftp_port: int
    base_raw_config: Mapping[str, Any] = field(factory=dict)
    """What the administrator adds below every config."""
    key_of: KeyOf = _no_key
    _bases: dict[str, Mapping[str, Any]] = field(factory=dict, init=False, repr=False, eq=False)
    _urls: dict[str, str] = field(factory=dict, init=False, repr=False, eq=False)

    def adopt(self, http_base_url: str | None, base_raw_config: Mapping[str, Any]) -> None:
        """Tell devices something else from now on; the caller forgets what was rendered with this."""
        self.http_base_url = http_base_url
        self.base_raw_config = base_raw_config
        self._bases.clear()
        self._urls.clear()

    def url(self, inquiry: Inquiry) -> str:
        """The URL under which the device that asks reaches this server; empty when there is no telling."""
        if self.http_base_url is not None:
            return self.http_base_url
        return inquiry.origin or self._urls.get(inquiry.local) or self._url_of(inquiry.local)

    def told(self, inquiry: Inquiry, device: Document) -> tuple[str, str]:
        """The URL that a device is told, with its tenant's provisioning key in it, and without one.

        Both are empty when there is no telling.
        """
        plain = self.url(inquiry)
        key = self.key_of(device.tenant, inquiry.arrived)
        if key is None or not plain:
            return "", ""
        if not key:
            return plain, plain
        # They differ in the key and in nothing else.
        plain = plain.rstrip("/")
        return f"{plain}/{key}", plain

    def base(self, url: str) -> Mapping[str, Any]:
        """The base raw config for devices that are told `url`; shared, callers only read it.

        @raise NotConfigured: there is no URL to tell.
        @raise Invalid: what the administrator wrote is no raw config.
        """
        base = self._bases.get(url)
        if base is None:
            if not url:
                raise NotConfigured((NO_URL,))
            base = server_raw_config(self.base_raw_config, url, self.tftp_port)
            _remember(self._bases, url, base)
        return base

    def _url_of(self, local: str) -> str:
        if not local:
            return ""
        host = f"[{local}]" if ":" in local else local
        url = f"http://{host}:{self.http_port}"
        _remember(self._urls, local, url)
        return url


def _remember(known: dict[str, Any], key: str, value: Any) -> None:
    if len(known) >= MOST_ADDRESSES:
        del known[next(iter(known))]
    known[key] = value
