"""Certificates: those of the API and of HTTPS for devices, and the CAs that devices are believed by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provd.cli.doctor._finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from provd.application.certificate import Place

CERTIFICATE = "certificate"
DEVICES = "devices"


def check_certificate(settings: Any, now: float) -> tuple[str, list[Finding]]:
    """The pin of the API's, empty where there is none to be known; and what was found."""
    if not settings.api.secure:
        return "", []
    return _check(CERTIFICATE, _place(settings, "api", settings.api), now)


def check_devices(settings: Any, now: float) -> Iterator[Finding]:
    """What devices over HTTPS are shown, and by which CAs those are believed that show something."""
    if settings.https.serve:
        _pin, found = _check(DEVICES, _place(settings, "https", settings.https), now)
        yield from found
    for name, path in settings.certificates.bundles.items():
        yield _check_bundle(name, path, settings.certificates.revoked.get(name, ""), now)


def _place(settings: Any, section: str, given: Any) -> Place:
    from provd.application.certificate import (  # noqa: PLC0415 - costs 100 ms that HTTP does not pay
        Place,
        own_files,
    )

    own = not given.certificate
    path, key = own_files(Path(settings.data.directory), section)
    if not own:
        path, key = Path(given.certificate), Path(given.key)
    return Place(path, key, own=own, section=section)


def _check(check: str, place: Place, now: float) -> tuple[str, list[Finding]]:
    from provd.application.certificate import (  # noqa: PLC0415 - as above
        RENEWED,
        CertificateUnusable,
        read,
    )

    path = place.certificate
    if place.own and not path.exists():
        return "", [ok(check, f"{path}: will be made at the first start")]
    try:
        found = read(place)
    except CertificateUnusable as error:
        return "", [fail(check, str(error), "correct it")]
    left = found.expires - datetime.fromtimestamp(now, UTC)
    text = f"{path}: until {found.expires.date()}, pin {found.pin}, SHA-256 {found.fingerprint}"
    if left.days < 0:
        return found.pin, [fail(check, f"{text}: it has ended", "renew it")]
    if left < RENEWED:
        step = "start the server: it renews it" if place.own else "renew it"
        return found.pin, [warn(check, text, step)]
    return found.pin, [ok(check, text)]


def _check_bundle(name: str, path: str, revoked: str, now: float) -> Finding:
    from provd.access import Bundle, UnusableAuthority  # noqa: PLC0415 - as above

    try:
        found = Bundle(Path(path), Path(revoked) if revoked else None)
    except UnusableAuthority as error:
        return fail(DEVICES, f"{name}: {error}", "correct `bundles` or `revoked` of [certificates]")
    at = datetime.fromtimestamp(now, UTC)
    ended = [each for each in found.roots if each.not_valid_after_utc < at]
    text = f"{name}: {len(found.roots)} CAs in {path}"
    if not ended:
        return ok(DEVICES, text)
    step = f"have newer ones, or name {name} in `ended` of [certificates]"
    return warn(DEVICES, f"{text}, {len(ended)} of them have ended", step)
