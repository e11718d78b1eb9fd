"""What can be set, section by section, with the defaults a server starts with.

Sections that belong to a room are that room's own Structs; the rest is here.  The reference page is
checked against these by a test: every key is documented.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from provd.access import AccessSettings, CertificateSettings, ServingSettings, SweepSettings
from provd.application.inquiry_bounds import InquirySettings
from provd.application.synchronizing import SynchronizationSettings
from provd.daemon.settings._https import HTTPSListen
from provd.files import PackageSettings
from provd.files.releases import PluginServer
from provd.pipeline import CreationSettings
from provd.servers.dhcp import DHCPSettings
from provd.servers.http import HTTPSettings
from provd.servers.tftp import TFTPSettings
from provd.synchronizers import ActionUrlSettings, AmiSettings, SipSettings

Port = Annotated[int, Meta(ge=0, le=65535)]


class ServiceSettings(Struct, frozen=True, kw_only=True):
    """The process."""

    user: str = ""
    """Whom to become once the ports are bound, when started as root; empty stays."""
    group: str = ""
    """Empty is the user's own group."""
    tenant: str = ""
    """The tenant of devices that are created by asking."""


class DataSettings(Struct, frozen=True, kw_only=True):
    """What is kept."""

    directory: str = "/var/lib/provd"
    """Holds the store, `plugins/` and `overrides/`."""


class StoreSettings(Struct, frozen=True, kw_only=True):
    """How documents are kept."""

    behind: Annotated[float, Meta(ge=0, le=1.5)] = 1.0
    """Seconds that a refreshed fact may wait for company; it is then written within 2 s in all."""
    seal_keys: str = ""
    """A file with keys that seal documents with secrets at rest; empty keeps them in clear."""


class HTTPListen(Struct, frozen=True, kw_only=True):
    """Where devices reach us over HTTP."""

    interface: str = ""
    """The address to listen on; empty for every IPv4 and IPv6 address of the host."""
    port: Port = 8667


class ApiSettings(Struct, frozen=True, kw_only=True):
    """Where programs and operators reach us."""

    interface: str = "127.0.0.1"
    """Empty for every address; other than loopback needs HTTPS and `access.required`."""
    port: Port = 8092
    hosts: tuple[str, ...] = ()
    """Host names, besides those of loopback, that requests may be addressed to."""
    cors_origins: tuple[str, ...] = ()
    """Origins, besides its own, whose pages may ask: `https://console.example`."""
    tls: Literal["auto", "on", "off"] = "auto"
    """HTTPS; `auto` is on wherever another than a loopback address is listened on."""
    certificate: str = ""
    """PEM, its own first; empty is one that the server makes for itself in the data directory."""
    key: str = ""
    """PEM, without a password."""
    http2: bool = False
    """Offer HTTP/2 to clients that speak it; over HTTPS only."""

    @property
    def secure(self) -> bool:
        """Whether it is HTTPS."""
        return self.tls == "on" or (
            self.tls == "auto" and not ip_address(self.interface or "0.0.0.0").is_loopback  # noqa: S104
        )

    @property
    def url(self) -> str:
        """Under which programs on this host reach it."""
        interface = self.interface or "127.0.0.1"
        host = f"[{interface}]" if ":" in interface else interface
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"


class PipelineSettings(Struct, frozen=True, kw_only=True):
    """Which sets of stages decide."""

    info_extractor: str = "default"
    retriever: str = "default"
    updater: str = "default"
    directory: str = ""
    """Where the site keeps pipeline files of its own (`retriever.py.conf.site`); empty for none."""
    nat: bool = False
    """Several devices may have one address."""


class PluginSettings(Struct, frozen=True, kw_only=True):
    """Plugins and what they render."""

    cache_bytes: Annotated[int, Meta(ge=0)] = 64 << 20
    """Rendered files kept in memory; 0 renders anew at each request."""
    refresh: Annotated[float, Meta(gt=0)] = 2.0
    """Seconds after which a changed template or override is noticed."""
    servers: tuple[PluginServer, ...] = ()
    """Where plugins are to be had: `url`, `priority`, `keys`, `unsigned`, `sha1` of each."""


class PhoneSettings(Struct, frozen=True, kw_only=True):
    """What every device is told about this server."""

    http_base_url: str = ""
    """The URL under which devices reach this server; empty is the address they asked."""
    raw_config: dict[str, Any] = {}
    """Seeds every raw config."""


class DecisionSettings(Struct, frozen=True, kw_only=True):
    """How much is remembered for `provd explain`."""

    kept: Annotated[int, Meta(ge=1, le=1_000_000)] = 8192
    """Decisions in memory, about 2 KiB each."""


class LogSettings(Struct, frozen=True, kw_only=True):
    """The log, on standard error."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warn", "error"] = "info"
    kept: Annotated[int, Meta(ge=1, le=10_000)] = 1000
    """Lines in memory, to be asked for through the API; half a KiB each, or what a decision takes."""
    security: str = ""
    """A file for the lines of the security log, which filters of fail2ban read; empty for none."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything."""

    service: ServiceSettings = ServiceSettings()
    data: DataSettings = DataSettings()
    store: StoreSettings = StoreSettings()
    listen: HTTPListen = HTTPListen()
    https: HTTPSListen = HTTPSListen()
    http: HTTPSettings = HTTPSettings()
    certificates: CertificateSettings = CertificateSettings()
    tftp: TFTPSettings = TFTPSettings()
    dhcp: DHCPSettings = DHCPSettings()
    api: ApiSettings = ApiSettings()
    access: AccessSettings = AccessSettings()
    serving: ServingSettings = ServingSettings()
    pipeline: PipelineSettings = PipelineSettings()
    inquiries: InquirySettings = InquirySettings()
    limits: CreationSettings = CreationSettings()
    sweeps: SweepSettings = SweepSettings()
    plugins: PluginSettings = PluginSettings()
    packages: PackageSettings = PackageSettings()
    phones: PhoneSettings = PhoneSettings()
    synchronization: SynchronizationSettings = SynchronizationSettings()
    sip: SipSettings = SipSettings()
    ami: AmiSettings = AmiSettings()
    action_urls: ActionUrlSettings = ActionUrlSettings()
    decisions: DecisionSettings = DecisionSettings()
    log: LogSettings = LogSettings()
