"""What a type cannot say of the settings about certificates of devices, and about proxies before us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provd.access import Mapped, check_mapped, fingerprint, shipped
from provd.values import Problem


def mappings(value: Mapping[str, Mapped]) -> Iterator[Problem]:
    """Of `certificates.mappings`: each must be able to name a box."""
    for name, mapped in value.items():
        for problem in check_mapped(mapped):
            yield Problem(f".{name}{problem.path}", problem.message, problem.expected)


def fingerprints(values: tuple[str, ...]) -> Iterator[Problem]:
    """Of `certificates.shared`."""
    for number, value in enumerate(values):
        try:
            fingerprint(value)
        except ValueError:
            expected = "64 hexadecimal digits, as openssl x509 -fingerprint -sha256 prints them"
            yield Problem(f"[{number}]", f"{value[:80]!r} is no SHA-256", expected)


def together(settings: Any) -> Iterator[Problem]:
    """What is wrong with settings that are each right."""
    yield from _names(settings.certificates)
    yield from _proxies(settings.http)


def _names(certificates: Any) -> Iterator[Problem]:
    known = {*shipped(), *certificates.mappings}
    for name in certificates.bundles:
        if name not in known:
            expected = ", ".join(sorted(known))
            yield Problem("certificates.bundles", f"nobody reads certificates as {name}", expected)
    for key in ("revoked", "ended"):
        for name in getattr(certificates, key):
            if name not in certificates.bundles:
                yield Problem(f"certificates.{key}", f"{name} is in no bundle", "a name of bundles")


def _proxies(http: Any) -> Iterator[Problem]:
    trusted = bool(http.trusted_proxies and http.trusted_proxy_count)
    for name, wanted in (
        ("proxy_protocol", http.proxy_protocol),
        ("certificate_header", bool(http.certificate_header)),
    ):
        if wanted and not trusted:
            why = "is set, and no proxy is trusted"
            yield Problem(f"http.{name}", why, "http.trusted_proxies, with a count of 1 at least")
