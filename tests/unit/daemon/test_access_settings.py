"""Settings that would let strangers in are refused at the start."""

from __future__ import annotations

import pytest

from provd.daemon.settings import read_settings
from provd.values import Invalid


@pytest.mark.parametrize("interface", ["0.0.0.0", "192.0.2.1", "::", ""])
def test_the_api_is_reached_from_elsewhere_by_those_who_prove_who_they_are(interface: str) -> None:
    """And over HTTPS, which is on by itself there."""
    elsewhere = {"interface": interface}
    for api, required, wrong in (
        (elsewhere, True, []),
        (elsewhere, False, ["access.required"]),
        (elsewhere | {"tls": "off"}, True, ["api.tls"]),
        (elsewhere | {"tls": "off"}, False, ["api.tls", "access.required"]),
    ):
        first = {"api": api, "access": {"required": required}}
        if not wrong:
            assert read_settings(None, {}, first).api.secure
            continue
        with pytest.raises(Invalid) as caught:
            read_settings(None, {}, first)
        assert [problem.path for problem in caught.value.problems] == wrong


def test_on_loopback_nothing_is_required() -> None:
    """Every loopback address will do."""
    for interface in ("127.0.0.1", "127.0.0.53", "::1"):
        assert not read_settings(None, {}, {"api": {"interface": interface}}).api.secure


def test_providers_are_those_that_there_are() -> None:
    """A mistyped one would let nobody in, or too many."""
    with pytest.raises(Invalid, match=r"access\.providers"):
        read_settings(None, {}, {"access": {"providers": ["tokens"]}})


@pytest.mark.parametrize(
    ("access", "wrong"),
    [
        ({"oidc_issuer": "https://id.example"}, "access.oidc_audience"),
        ({"oidc_issuer": "http://id.example", "oidc_audience": "provd"}, "access.oidc_issuer"),
        ({"client_ca": "/etc/ca.pem"}, "access.client_ca"),
        ({"ident": ["192.0.2.1/24"]}, "access.ident"),
        ({"token_seconds": 1}, "access.token_seconds"),
    ],
)
def test_what_would_prove_nothing_is_refused(access: dict[str, object], wrong: str) -> None:
    """Half an issuer, keys in clear, certificates without TLS, networks that are none."""
    with pytest.raises(Invalid) as caught:
        read_settings(None, {}, {"access": access})
    [problem] = caught.value.problems
    assert wrong in problem.path


@pytest.mark.parametrize(
    ("only_from", "wrong"),
    [
        ({"passwords": ["192.0.2.0/24"]}, "access.only_from"),
        ({"password": ["192.0.2.1/24"]}, "access.only_from.password[0]"),
        ({"password": ["192.0.2.0/24", "host.example"]}, "access.only_from.password[1]"),
        ({"token": []}, "access.only_from.token"),
    ],
)
def test_each_way_from_its_networks(only_from: dict[str, object], wrong: str) -> None:
    """Ways that there are and networks that are some; and nothing is bound that is not named."""
    with pytest.raises(Invalid) as caught:
        read_settings(None, {}, {"access": {"only_from": only_from}})
    [problem] = caught.value.problems
    assert problem.path.startswith(f"defaults: {wrong}")
    right = {"password": ["192.0.2.0/24", "2001:db8::1"]}
    assert read_settings(None, {}, {"access": {"only_from": right}}).access.only_from == {
        "password": ("192.0.2.0/24", "2001:db8::1")
    }
