"""The API's certificate: is it there, how long is it valid, and by what do clients know it?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provd.cli.doctor._finding import Finding, fail, ok, warn

CERTIFICATE = "certificate"


def check_certificate(settings: Any, now: float) -> tuple[str, list[Finding]]:
    """The pin, empty where there is none to be known; and what was found."""
    if not settings.api.secure:
        return "", []
    from provd.application.certificate import (  # noqa: PLC0415 - costs 100 ms that HTTP does not pay
        RENEWED,
        CertificateUnusable,
        Place,
        own_files,
        read,
    )

    own = not settings.api.certificate
    path, key = own_files(Path(settings.data.directory))
    if not own:
        path, key = Path(settings.api.certificate), Path(settings.api.key)
    if own and not path.exists():
        return "", [ok(CERTIFICATE, f"{path}: will be made at the first start")]
    try:
        found = read(Place(path, key, own=own))
    except CertificateUnusable as error:
        return "", [fail(CERTIFICATE, str(error), "correct it")]
    left = found.expires - datetime.fromtimestamp(now, UTC)
    text = f"{path}: until {found.expires.date()}, pin {found.pin}, SHA-256 {found.fingerprint}"
    if left.days < 0:
        return found.pin, [fail(CERTIFICATE, f"{text}: it has ended", "renew it")]
    if left < RENEWED:
        step = "start the server: it renews it" if own else "renew it"
        return found.pin, [warn(CERTIFICATE, text, step)]
    return found.pin, [ok(CERTIFICATE, text)]
