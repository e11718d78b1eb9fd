"""Connections of proxies that say for whom they are, by the PROXY protocol."""

from __future__ import annotations

from typing import Any

import pytest

from provd.testing.http import Edge, Judge, edge, request
from provd.testing.proxy import SIGNATURE, secured, v1, v2, value
from provd.values import Certified, Inquiry

PROXY = "192.0.2.100"
PHONE = "198.51.100.9"
HEADERS = [v1(PHONE), v2(PHONE)]


def proxied(**more: Any) -> Edge:
    """An edge behind one proxy that speaks the PROXY protocol."""
    return edge(trusted_proxies=(PROXY,), proxy_protocol=True, **more)


def asked(made: Edge) -> list[Inquiry]:
    """Every inquiry so far."""
    return made.inquiries.asked


@pytest.mark.parametrize("header", HEADERS, ids=repr)
def test_whom_it_is_for(header: bytes) -> None:
    """The inquiry is of the client that the header names, at the address that it reached."""
    made = proxied()
    client = made.connect(PROXY).send(header + request())
    [inquiry] = asked(made)
    assert (inquiry.peer, inquiry.peer_port) == (PHONE, 40000)
    assert (inquiry.local, inquiry.interface) == ("192.0.2.1", "")
    assert inquiry.origin == "http://192.0.2.1:80"
    assert client.responses()[0].status == 200
    client.get()
    assert asked(made)[1].peer == PHONE


@pytest.mark.parametrize("header", HEADERS, ids=repr)
def test_in_pieces(header: bytes) -> None:
    """A byte at a time is the same."""
    made = proxied()
    made.connect(PROXY).trickle(header + request())
    assert [inquiry.peer for inquiry in asked(made)] == [PHONE]


@pytest.mark.parametrize(
    "data",
    [
        request(),
        b"PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n" + request(),
        SIGNATURE + b"\x21\x11\xff\xff" + request(),
        v2(PHONE, values=[value(0x03, b"\0\0\0\1")]) + request(),
    ],
    ids=repr,
)
def test_a_proxy_that_sends_none(data: bytes) -> None:
    """Must send one: its connection ends without a word, and nobody is taken for the proxy."""
    made = proxied()
    client = made.connect(PROXY).send(data)
    assert (asked(made), client.aborted, client.responses()) == ([], True, [])
    assert made.site.counters().bad_introductions == 1


@pytest.mark.parametrize("header", HEADERS, ids=repr)
def test_nobody_else_may(header: bytes) -> None:
    """To everybody else it is no request; what follows it on the connection is never read."""
    for made, peer in (
        (proxied(), "192.0.2.7"),
        (edge(trusted_proxies=(PROXY,)), PROXY),
        (edge(), PROXY),
    ):
        client = made.connect(peer).send(header + request())
        assert (asked(made), client.closed) == ([], True)
        assert [response.status for response in client.responses()] == [400]


def test_a_second_header_is_no_request() -> None:
    """What a phone writes first arrives behind the proxy's header, and is not another."""
    made = proxied()
    client = made.connect(PROXY).send(v1(PHONE) + v1("203.0.113.66") + request())
    assert asked(made) == []
    assert [response.status for response in client.responses()] == [400]


def test_devices_without_a_proxy_need_none() -> None:
    """They reach the same port as ever."""
    made = proxied()
    made.connect("192.0.2.7").get()
    assert asked(made)[0].peer == "192.0.2.7"


@pytest.mark.parametrize("header", [b"PROXY UNKNOWN\r\n", v2(PHONE, command=0x20)], ids=repr)
def test_the_proxy_itself(header: bytes) -> None:
    """A proxy that looks whether we are well is the one that asks."""
    made = proxied()
    made.connect(PROXY).send(header + request())
    assert asked(made)[0].peer == PROXY
    assert asked(made)[0].interface == "eth0"


def test_slow_ones_end() -> None:
    """A header must be complete as soon as a request must be."""
    made = proxied(request_seconds=3.0)
    client = made.connect(PROXY).send(v1(PHONE)[:9])
    made.seconds(3)
    assert not client.aborted
    made.seconds(1)
    assert client.aborted
    client.lose()
    assert made.site.counters().connections == 0
    assert made.site.counters().bad_introductions == 1


def test_bounds_are_those_of_the_client() -> None:
    """One phone does not have more connections than it may because a proxy makes them."""
    made = proxied(max_connections_per_source=2)
    clients = [made.connect(PROXY).send(v1(PHONE) + request()) for _number in range(3)]
    assert [client.aborted for client in clients] == [False, False, True]
    assert made.site.counters().refused_per_source == 1
    made.connect(PROXY).send(v1("198.51.100.10") + request())
    assert len(asked(made)) == 3
    for client in clients:
        client.lose()
    assert made.site.counters().connections == 1


def test_a_proxy_behind_a_proxy() -> None:
    """One that the header names and that is trusted may name another in X-Forwarded-For; a phone may not."""
    made = proxied()
    made.connect(PROXY).send(v1(PROXY) + request("/", f"X-Forwarded-For: {PHONE}"))
    made.connect(PROXY).send(v1(PHONE) + request("/", "X-Forwarded-For: 203.0.113.66"))
    assert [inquiry.peer for inquiry in asked(made)] == [PHONE, PHONE]


def test_draining() -> None:
    """A server that ends does not wait for a header, nor take itself for empty while one becomes a connection."""
    made = proxied()
    waiting = made.connect(PROXY)
    busy = made.connect(PROXY).send(v1(PHONE) + request()[:9])
    done: list[None] = []
    made.site.drain().addCallback(done.append)
    busy.send(request()[9:])
    assert busy.responses()[0].status == 200
    busy.lose()
    made.seconds(11)
    waiting.lose()
    assert done == [None]


def test_a_certificate_in_the_header() -> None:
    """A proxy that ends TLS may send what the device showed; it is judged before anything is asked."""
    judge = Judge()
    made = proxied(judge=judge)
    header = v2(PHONE, values=[secured(value(0x28, b"DER"), value(0x22, b"a name"))])
    client = made.connect(PROXY).send(header + request())
    assert (judge.shown, asked(made)) == ([(b"DER",)], [])
    assert client.transport.producerState == "paused"
    judge.say(Certified(mac="00:00:5e:00:53:01"))
    assert client.transport.producerState == "producing"
    client.get()
    assert [inquiry.certificate for inquiry in asked(made)] == [
        Certified(mac="00:00:5e:00:53:01")
    ] * 2


def test_a_proxy_that_ends_tls() -> None:
    """Says that the client speaks it: it is told to go on so."""
    made = proxied()
    made.connect(PROXY).send(
        v2("2001:db8::7", to="2001:db8::1", at=443, values=[secured()]) + request()
    )
    assert asked(made)[0].origin == "https://[2001:db8::1]:443"
    made.connect("192.0.2.7").get()
    assert asked(made)[1].origin == ""


def test_a_name_in_the_header_is_none() -> None:
    """The common name says nothing of who signed it: nobody is identified by it."""
    made = proxied(judge=Judge())
    header = v2(PHONE, values=[secured(value(0x22, b"0004f2123456"))])
    made.connect(PROXY).send(header + request())
    assert asked(made)[0].certificate is None
