"""Certificates that proxies write in headers."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from provd.testing.certificates import Maker
from provd.testing.http import Edge, Judge, edge, request
from provd.testing.proxy import escaped, rfc9440
from provd.values import Certified, Inquiry

PROXY, PHONE = "192.0.2.100", "198.51.100.9"
CA = Maker()
OWN = CA.client("0004f2123456")
DER = OWN.public_bytes(Encoding.DER)
ITS = Certified(mac="00:04:f2:12:34:56")
FORWARDED = f"X-Forwarded-For: {PHONE}"


def behind(header: str = "Client-Cert", judge: Judge | None = None, **more: Any) -> Edge:
    """An edge behind a proxy that ends TLS."""
    judge = judge or Judge(ITS)
    return edge(trusted_proxies=(PROXY,), certificate_header=header, judge=judge, **more)


def asked(made: Edge) -> list[Inquiry]:
    """Every inquiry so far."""
    return made.inquiries.asked


@pytest.mark.parametrize(
    ("header", "lines", "chain"),
    [
        ("Client-Cert", [f"Client-Cert: {rfc9440(OWN)}"], 1),
        (
            "client-cert",
            [f"CLIENT-CERT: {rfc9440(OWN)}", f"Client-Cert-Chain: {rfc9440(CA.certificate)}"],
            2,
        ),
        ("X-SSL-Client-Cert", [f"X-Ssl-Client-Cert: {escaped(OWN)}"], 1),
        ("X-SSL-Client-Cert", [f"X-SSL-Client-Cert: {escaped(OWN, CA.certificate)}"], 2),
    ],
)
def test_what_a_proxy_writes(header: str, lines: list[str], chain: int) -> None:
    """Is judged, is part of the inquiry, and no plugin sees the header."""
    judge = Judge(ITS)
    made = behind(header, judge)
    assert made.connect(PROXY).get("/a", FORWARDED, *lines).status == 200
    [inquiry] = asked(made)
    assert (inquiry.peer, inquiry.certificate) == (PHONE, ITS)
    assert judge.shown[0][0] == DER
    assert len(judge.shown[0]) == chain
    assert set(inquiry.headers) == {"host", "x-forwarded-for"}


@pytest.mark.parametrize("peer", [PHONE, "192.0.2.101"])
def test_nobody_else_may(peer: str) -> None:
    """It is dropped, as if it had not been sent, and what it says is not even read."""
    judge = Judge(ITS)
    made = behind("Client-Cert", judge)
    made.connect(peer).get("/a", f"Client-Cert: {rfc9440(OWN)}", "Client-Cert-Chain: junk")
    assert (asked(made)[0].certificate, judge.shown) == (None, [])
    assert set(asked(made)[0].headers) == {"host"}


def test_without_the_setting() -> None:
    """No header says anything of certificates, whoever writes it."""
    judge = Judge(ITS)
    made = edge(trusted_proxies=(PROXY,), judge=judge)
    made.connect(PROXY).get("/a", FORWARDED, f"Client-Cert: {rfc9440(OWN)}")
    assert (asked(made)[0].certificate, judge.shown) == (None, [])


def test_a_device_without_one() -> None:
    """The proxy leaves the header out, or empty."""
    made = behind()
    made.connect(PROXY).get("/a", FORWARDED)
    made.connect(PROXY).get("/a", FORWARDED, "Client-Cert:")
    assert [inquiry.certificate for inquiry in asked(made)] == [None, None]


@pytest.mark.parametrize(
    "lines",
    [
        [f"Client-Cert: {rfc9440(OWN)}", f"Client-Cert: {rfc9440(CA.certificate)}"],
        [f"Client-Cert: {rfc9440(OWN)}, {rfc9440(CA.certificate)}"],
        ["Client-Cert: junk"],
        [f"Client-Cert-Chain: {rfc9440(OWN)}"],
        [f"Client-Cert: {rfc9440(OWN)}", "Client-Cert-Chain: junk"],
        [f"Client-Cert: {rfc9440(OWN)}", f"client-cert: {rfc9440(OWN)}"],
    ],
)
def test_smuggling(lines: list[str]) -> None:
    """A proxy that lets a device's own header through beside its own is misconfigured: nothing is answered."""
    made = behind()
    client = made.connect(PROXY).send(request("/a", FORWARDED, *lines))
    assert [response.status for response in client.responses()] == [400]
    assert (asked(made), client.closed) == ([], True)


def test_pipelined_requests_wait_for_the_judgement() -> None:
    """They are answered in order, each with its own certificate."""
    judge = Judge()
    made = behind("Client-Cert", judge)
    client = made.connect(PROXY)
    client.send(request("/1", FORWARDED, f"Client-Cert: {rfc9440(OWN)}") + request("/2", FORWARDED))
    assert asked(made) == []
    judge.say(ITS)
    assert [(each.path, each.certificate) for each in asked(made)] == [("/1", ITS), ("/2", None)]
    assert len(client.responses()) == 2


def test_who_leaves_before() -> None:
    """Nobody is asked for a device that has gone."""
    judge = Judge()
    made = behind("Client-Cert", judge)
    client = made.connect(PROXY)
    client.send(request("/1", FORWARDED, f"Client-Cert: {rfc9440(OWN)}"))
    client.lose()
    judge.say(ITS)
    assert asked(made) == []
    assert made.site.counters().abandoned == 1


def test_a_judgement_that_does_not_come() -> None:
    """Is an answer that does not come."""
    judge = Judge()
    made = behind("Client-Cert", judge, answer_seconds=2.0)
    client = made.connect(PROXY)
    client.send(request("/1", FORWARDED, f"Client-Cert: {rfc9440(OWN)}"))
    made.seconds(3)
    assert [response.status for response in client.responses()] == [503]
    judge.say(ITS)
    assert asked(made) == []


def test_nobody_judges() -> None:
    """Then it is as if there was none."""
    made = edge(trusted_proxies=(PROXY,), certificate_header="Client-Cert")
    made.connect(PROXY).get("/a", FORWARDED, f"Client-Cert: {rfc9440(OWN)}")
    assert asked(made)[0].certificate is None
