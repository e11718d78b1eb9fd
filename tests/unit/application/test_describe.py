"""Descriptions of requests: what they become, and everything that is wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, succeed
from zope.interface import implementer

from provd.application.describe import describe, shown_in
from provd.application.slices import Slices
from provd.application.whatif import WhatIf
from provd.contracts import IJudgeCertificates
from provd.documents import Device
from provd.testing.certificates import Maker
from provd.testing.inquiries import core
from provd.testing.plugins import acme
from provd.values import Certified, Inquiry, Invalid, Protocol

NOW = 1_700_000_000.0


def described(**given: Any) -> Inquiry:
    """The inquiry of a description."""
    return describe(given, "w-1", NOW)


def test_http() -> None:
    """Header names in lower case, the path decoded once, the query apart."""
    inquiry = described(
        protocol="HTTP",
        path="/a%20b%2541.cfg?x=%20",
        ip="::ffff:192.0.2.7",
        headers={"User-Agent": "Acme", "X": "1"},
        local="192.0.2.1",
        method="head",
    )
    assert inquiry == Inquiry(
        id="w-1",
        protocol=Protocol.HTTP,
        path="/a b%41.cfg",
        query="x=%20",
        peer="192.0.2.7",
        local="192.0.2.1",
        headers={"user-agent": "Acme", "x": "1"},
        method="HEAD",
        arrived=NOW,
    )


def test_a_path_is_read_as_the_server_reads_it() -> None:
    """Several slashes are one, and what is no UTF-8 is replaced; a leading slash may be left out."""
    assert described(protocol="http", path="//a//b%ff").path == "/a/b\ufffd"
    assert described(protocol="http", path="aastra.cfg").path == "/aastra.cfg"


def test_tftp() -> None:
    """The name as sent, options by lower-case name."""
    inquiry = described(protocol="tftp", path="SEP%20.cnf", options={"BlkSize": "1468"}, arrived=5)
    assert (inquiry.path, inquiry.options, inquiry.arrived) == (
        "SEP%20.cnf",
        {"blksize": "1468"},
        5.0,
    )


def test_dhcp() -> None:
    """Options by number, as text or in hexadecimal; a message of no type is a DHCPDISCOVER."""
    inquiry = described(
        protocol="dhcp",
        mac="00-00-5E-00-53-01",
        options={"60": "Acme", "61": {"hex": "01:00:5e"}, "12": {"hex": ""}},
    )
    assert inquiry.mac == "00:00:5e:00:53:01"
    assert inquiry.dhcp == {53: b"\x01", 60: b"Acme", 61: b"\x01\x00\x5e", 12: b""}


@pytest.mark.parametrize(
    ("given_", "paths"),
    [
        ({}, {"protocol"}),
        ({"protocol": "http"}, {"path"}),
        ({"protocol": "http", "path": "/", "options": {"a": "b"}}, {"options"}),
        ({"protocol": "tftp", "path": "x", "headers": {"a": "b"}}, {"headers"}),
        ({"protocol": "tftp", "path": "x", "method": "PUT"}, {"method"}),
        ({"protocol": "dhcp", "path": "x"}, {"path"}),
        ({"protocol": "dhcp", "method": {}}, {"method"}),
        ({"protocol": "dhcp", "method": "HEAD"}, {"method"}),
        ({"protocol": "http", "path": "/", "options": []}, {"options"}),
        ({"protocol": "tftp", "path": "x", "relay": {}, "unicast": 0}, {"relay", "unicast"}),
        ({"protocol": "dhcp", "options": {"256": "x"}}, {"options.256"}),
        (
            {"protocol": "dhcp", "options": {"0": "x", "1": {"hex": "0"}}},
            {"options.0", "options.1"},
        ),
        (
            {"protocol": "dhcp", "options": {"60": 5, "61": {"b64": ""}}},
            {"options.60", "options.61"},
        ),
        ({"protocol": "dhcp", "options": {"60": "x" * 256}}, {"options.60"}),
        (
            {"protocol": "http", "path": "/", "ip": "x", "mac": "y", "local": "z"},
            {"ip", "mac", "local"},
        ),
        ({"protocol": "http", "path": "/", "headers": {"A": 1}}, {"headers.A"}),
        ({"protocol": "http", "path": "/", "arrived": "now"}, {"arrived"}),
        ({"protocol": "http", "path": "/", "arrived": True}, {"arrived"}),
        ({"protocol": "http", "path": "/", "arrived": 1e300}, {"arrived"}),
        ({"protocol": "http", "path": "/", "method": "G T"}, {"method"}),
        ({"protocol": "http", "path": "/", "method": "PUT"}, {"method"}),
        ({"protocol": "http", "path": 3, "pth": "/"}, {"path", "pth"}),
        ({"protocol": "http", "path": "/../x"}, {"path"}),
        ({"protocol": "http", "path": "/a%00"}, {"path"}),
        ({"protocol": "http", "path": "/a b"}, {"path"}),
        ({"protocol": "http", "path": "/a\nb"}, {"path"}),
        ({"protocol": "http", "path": "/a%5cb"}, {"path"}),
        ({"protocol": "http", "path": "/a%"}, {"path"}),
        ({"protocol": "http", "path": "/" * 5000}, {"path"}),
    ],
)
def test_everything_wrong_is_told(given_: dict[str, Any], paths: set[str]) -> None:
    """Each problem with its path."""
    with pytest.raises(Invalid) as caught:
        describe(given_, "w-1", NOW)
    assert {problem.path for problem in caught.value.problems} >= paths


KEYS = st.sampled_from(
    ["protocol", "path", "ip", "mac", "headers", "options", "arrived", "method", "x", "local"]
)
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["http", "tftp", "dhcp", "/x", "192.0.2.1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, ANY))
def test_nothing_crashes_it(given_: dict[str, Any]) -> None:
    """Whatever is described, it is an inquiry or Invalid."""
    try:
        inquiry = describe(given_, "w-1", NOW)
    except Invalid as error:
        assert error.problems  # noqa: PT017 - either outcome is right, and this is what the second one owes
    else:
        assert inquiry.id == "w-1"


def test_where_it_reached_us() -> None:
    """Over HTTPS, or behind a proxy, that is part of what a device is told."""
    inquiry = described(protocol="http", path="/", origin="https://[2001:db8::1]:8443")
    assert inquiry.origin == "https://[2001:db8::1]:8443"
    for wrong in (
        {"protocol": "http", "path": "/", "origin": "ftp://192.0.2.1:21"},
        {"protocol": "http", "path": "/", "origin": "https://192.0.2.1:8443/x"},
        {"protocol": "tftp", "path": "a", "origin": "https://192.0.2.1:8443"},
        {"protocol": "dhcp", "origin": "https://192.0.2.1:8443"},
    ):
        with pytest.raises(Invalid):
            described(**wrong)


PEM = Maker().client("0004f2123456").public_bytes(Encoding.PEM).decode()


def test_a_certificate_that_is_judged_already() -> None:
    """What it would come to, with the MAC address in its normal spelling."""
    shown = {"mac": "0004F2123456", "vendor": "Polycom", "authority": "polycom"}
    inquiry = described(protocol="http", path="/", certificate=shown)
    assert inquiry.certificate == Certified(
        mac="00:04:f2:12:34:56", vendor="Polycom", authority="polycom"
    )


def test_a_certificate_that_is_to_be_judged() -> None:
    """PEM, alone or with what leads to a CA."""
    assert described(protocol="http", path="/", certificate=PEM).certificate is None
    assert len(shown_in({"certificate": PEM + PEM})) == 2
    assert shown_in({"certificate": {"mac": "1"}}) == shown_in({}) == ()


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"protocol": "tftp", "path": "a", "certificate": PEM}, "certificate"),
        ({"protocol": "dhcp", "certificate": {"mac": "00:00:5e:00:53:01"}}, "certificate"),
        ({"protocol": "http", "path": "/", "certificate": 1}, "certificate"),
        ({"protocol": "http", "path": "/", "certificate": "PEM"}, "certificate"),
        ({"protocol": "http", "path": "/", "certificate": PEM * 99}, "certificate"),
        ({"protocol": "http", "path": "/", "certificate": {}}, "certificate"),
        ({"protocol": "http", "path": "/", "certificate": {"mac": "x"}}, "certificate.mac"),
        ({"protocol": "http", "path": "/", "certificate": {"sn": 1}}, "certificate.sn"),
        ({"protocol": "http", "path": "/", "certificate": {"sn": "1", "x": ""}}, "certificate.x"),
    ],
)
def test_wrong_certificates(given: dict[str, Any], path: str) -> None:
    """Each mistake is told with its place."""
    with pytest.raises(Invalid) as caught:
        described(**given)
    assert path in [problem.path for problem in caught.value.problems]


@implementer(IJudgeCertificates)
class Judge:
    """Finds every certificate good."""

    def judge(self, chain: Sequence[bytes]) -> Deferred[Certified]:
        return succeed(Certified(mac="00:00:5e:00:53:01", subject=f"{len(chain)} certificates"))


@pytest.mark.parametrize(("judge", "level"), [(Judge(), "certificate"), (None, "claimed")])
def test_a_what_if_has_it_judged(judge: IJudgeCertificates | None, level: str) -> None:
    """As in service; where nobody can, it is worth nothing."""
    made = core(acme())
    made.keep(Device(id="d1", mac="00:00:5e:00:53:01", plugin="acme-1.0"))
    asking = WhatIf(made.inquiries, Slices(made.clock), made.clock.seconds)
    if judge is not None:
        asking.judged_by(judge)
    agent = {"User-Agent": "Acme A20 00:00:5e:00:53:01 1.0"}
    description = {"protocol": "http", "path": "/", "headers": agent, "certificate": PEM}
    outcomes: list[dict[str, Any]] = []
    Deferred.fromCoroutine(asking.tell(description)).addCallback(outcomes.append)
    assert (outcomes[0]["device"]["id"], outcomes[0]["level"]) == ("d1", level)
