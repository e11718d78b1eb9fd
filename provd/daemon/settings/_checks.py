"""What a type cannot say of a setting: addresses, networks, URLs, raw configs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from provd.daemon.settings import _devices
from provd.documents.raw_config import check_raw_config
from provd.files.releases import PluginServer, UnusableKey, read_public_key
from provd.values import Problem

Check = Callable[[Any], Iterator[Problem]]
"""From a value to its problems; their paths are below the setting's own."""


def check(path: str, value: Any) -> Iterator[Problem]:
    """What is wrong with the value of a setting, which has the right type."""
    if isinstance(value, int | float) and not 0 <= value < math.inf:
        yield Problem("", f"{value!r} cannot be used", "a number from 0 on")
    yield from CHECKS.get(path, _nothing)(value)


def _nothing(_value: Any) -> Iterator[Problem]:
    return iter(())


def _address(value: str) -> Iterator[Problem]:
    if value and not _is_address(value):
        yield Problem(
            "", f"{value!r} is no address", "an IP address of this host, or nothing for all"
        )


def _networks(values: tuple[str, ...]) -> Iterator[Problem]:
    for number, value in enumerate(values):
        try:
            ip_network(value)
        except ValueError as error:
            yield Problem(f"[{number}]", str(error), "a network such as 192.0.2.0/28")


def _ipv4_addresses(values: tuple[str, ...]) -> Iterator[Problem]:
    for number, value in enumerate(values):
        if not _is_address(value) or ":" in value:
            yield Problem(f"[{number}]", f"{value!r} is no IPv4 address", "such as 192.0.2.1")


def _networks_by_name(value: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for name, networks in value.items():
        if not networks:
            expected = "networks, or leave it out of access.providers"
            yield Problem(f".{name}", "names no network", expected)
        for found in _networks(networks):
            yield Problem(f".{name}{found.path}", found.message, found.expected)


def _secure_url(value: str) -> Iterator[Problem]:
    if value and not value.startswith("https://"):
        yield Problem("", f"{value!r} is not HTTPS", "https://id.example.org")
    else:
        yield from _url(value)


def _url(value: str) -> Iterator[Problem]:
    try:
        address = urlsplit(value)
        usable = not value or (address.scheme in {"http", "https"} and bool(address.hostname))
        _port = address.port
    except ValueError:
        usable = False
    if not usable:
        yield Problem("", f"{value!r} is no URL of a server", "http://192.0.2.1:8667")


def _plain_url(value: str) -> Iterator[Problem]:
    if value and not value.startswith("http://"):
        yield Problem("", f"{value!r} is not asked over HTTP", "http://192.0.2.1:3128")
    else:
        yield from _url(value)


def _plugin_servers(values: tuple[PluginServer, ...]) -> Iterator[Problem]:
    urls = [server.url.rstrip("/") for server in values]
    for number, server in enumerate(values):
        if urls[number] in urls[:number]:
            yield Problem(f"[{number}].url", "is there twice", "each server once")
        for found in _plugin_server(server):
            yield Problem(f"[{number}]{found.path}", found.message, found.expected)


def _plugin_server(server: PluginServer) -> Iterator[Problem]:
    if not server.url.startswith("file:///"):
        for found in _url(server.url or "-"):
            yield Problem(".url", found.message, "https://plugins.example/stable/")
    for at, key in enumerate(server.keys):
        try:
            read_public_key(key)
        except UnusableKey as error:
            yield Problem(f".keys[{at}]", str(error), "RW…, a public key of minisign's")
    if bool(server.keys) == server.unsigned:
        both = "has keys, and is taken unsigned" if server.keys else "names nobody who signs"
        yield Problem("", both, "either keys, or unsigned = true")


def _raw_config(value: Mapping[str, Any]) -> Iterator[Problem]:
    for problem in check_raw_config(dict(value), at=""):
        yield Problem(f".{problem.path}", problem.message, problem.expected)


def check_together(settings: Any) -> Iterator[Problem]:
    """What is wrong with settings that are each right."""
    yield from _guarded(settings)
    yield from _keys_apart(settings)
    if settings.ami.host and not settings.ami.secret:
        why = "is missing, and ami.host is given"
        yield Problem("ami.secret", why, "a file with the secret of manager.conf")
    yield from _devices.together(settings)
    if settings.access.client_ca and not settings.api.secure:
        why = "is given, and the API speaks plain HTTP, where nobody shows a certificate"
        yield Problem("access.client_ca", why, 'tls = "on" in [api]')
    if settings.access.oidc_issuer and not settings.access.oidc_audience:
        why = "is missing, and access.oidc_issuer is given"
        yield Problem("access.oidc_audience", why, "for whom the issuer's tokens must be")
    for section in ("api", "https"):
        yield from _certificate_and_key(section, getattr(settings, section))


def _certificate_and_key(section: str, given: Any) -> Iterator[Problem]:
    if bool(given.certificate) != bool(given.key):
        missing, has = ("key", "certificate") if given.certificate else ("certificate", "key")
        why = f"is missing, and {section}.{has} is given"
        yield Problem(f"{section}.{missing}", why, "both, or neither")


def _keys_apart(settings: Any) -> Iterator[Problem]:
    """A copy of what is kept must not carry the keys that seal it."""
    keys = settings.store.seal_keys
    if keys and not Path(keys).is_absolute():
        yield Problem("store.seal_keys", f"{keys!r} depends on where provd is started", "/etc/…")
    elif keys and Path(keys).resolve().is_relative_to(Path(settings.data.directory).resolve()):
        why = "is in data.directory, where each copy of the data would carry its keys"
        yield Problem("store.seal_keys", why, "a file elsewhere")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _origins(values: tuple[str, ...]) -> Iterator[Problem]:
    for number, value in enumerate(values):
        if not _ORIGIN.fullmatch(value):
            expected = "https://console.example, each by name, without a path"
            yield Problem(f"[{number}]", f"{value!r} is no origin", expected)


_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

CHECKS: Mapping[str, Check] = {
    "api.cors_origins": _origins,
    "dhcp.lease_queries": _ipv4_addresses,
    "listen.interface": _address,
    "https.interface": _address,
    "certificates.mappings": _devices.mappings,
    "certificates.shared": _devices.fingerprints,
    "tftp.interface": _address,
    "api.interface": _address,
    "http.trusted_proxies": _networks,
    "limits.nat_networks": _networks,
    "packages.allow_networks": _networks,
    "packages.proxy": _plain_url,
    "plugins.servers": _plugin_servers,
    "synchronization.networks": _networks,
    "sip.interface": _address,
    "access.ident": _networks,
    "access.only_from": _networks_by_name,
    "access.oidc_issuer": _secure_url,
    "phones.http_base_url": _url,
    "phones.raw_config": _raw_config,
}


def _guarded(settings: Any) -> Iterator[Problem]:
    """Where others than programs on this host reach the API, they prove who they are, and not in clear."""
    interface = settings.api.interface
    if interface and ip_address(interface).is_loopback:
        return
    why = f"and api.interface {interface or '(every address)'} can be reached from elsewhere"
    if not settings.api.secure:
        yield Problem("api.tls", f'is "off", {why}', "auto or on, or a loopback address")
    if not settings.access.required:
        yield Problem("access.required", f"is false, {why}", "true, or a loopback address")
