"""Which certificate the API has, and when it has one at all."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock

from provd.application.certificate import LASTS, RENEWED
from provd.daemon.settings import ApiSettings, DataSettings, Settings, read_settings
from provd.daemon.tls import LOOKED_AT, certificate_of, secured_by
from provd.values import Invalid


@pytest.mark.parametrize(
    ("tls", "interface", "secure"),
    [
        ("auto", "127.0.0.1", False),
        ("auto", "::1", False),
        ("auto", "192.0.2.1", True),
        ("auto", "", True),
        ("off", "192.0.2.1", False),
        ("on", "127.0.0.1", True),
    ],
)
def test_where_it_is_https(tls: Any, interface: str, secure: bool) -> None:  # noqa: FBT001 - a table
    """Wherever others can listen in, unless somebody decides otherwise."""
    assert ApiSettings(tls=tls, interface=interface).secure is secure


def test_without_tls_there_is_no_certificate(tmp_path: Path) -> None:
    """Nothing is made that nobody uses."""
    settings = Settings(data=DataSettings(directory=str(tmp_path)))
    assert secured_by(settings, None) is None
    assert not list(tmp_path.iterdir())


def test_renewal_while_it_runs(tmp_path: Path) -> None:
    """What falls due between two starts is renewed, with its key, and the next handshake has it."""
    clock = Clock()
    clock.advance(1_800_000_000)
    settings = Settings(data=DataSettings(directory=str(tmp_path)), api=ApiSettings(tls="on"))
    secured = secured_by(settings, clock)
    assert secured is not None
    secured.start(Factory())
    first, context = secured.certificate.current, secured._handshakes._context
    clock.pump([LOOKED_AT] * 3)
    assert secured.certificate.current.fingerprint == first.fingerprint
    assert secured.warnings() == []
    clock.advance((LASTS - RENEWED).total_seconds())
    assert secured.certificate.current.fingerprint != first.fingerprint
    assert secured.certificate.current.pin == first.pin
    assert secured._handshakes._context is not context
    assert secured.warnings() == []
    secured.stop()
    secured.stop()
    assert clock.getDelayedCalls() == []


def test_names() -> None:
    """Loopback, the host, and whatever it may be called; without ports and brackets."""
    hosts = ("prov.example:8092", "[2001:db8::1]:8092", "2001:db8::2", "other.example")
    place = certificate_of(Settings(api=ApiSettings(interface="127.0.0.2", hosts=hosts)))
    assert set(place.names) == {
        *("localhost", "127.0.0.1", "::1", "127.0.0.2", socket.gethostname()),
        *("prov.example", "2001:db8::1", "2001:db8::2", "other.example"),
    }


@pytest.mark.parametrize(("given", "missing"), [("certificate", "key"), ("key", "certificate")])
def test_both_files_or_neither(given: str, missing: str) -> None:
    """One alone is a mistake that is told at the start."""
    with pytest.raises(Invalid, match=rf"api\.{missing}: is missing"):
        read_settings(None, {f"PROVD_API__{given.upper()}": "/somewhere"})
