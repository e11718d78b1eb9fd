"""What may be asked, in which order, on how many connections, and what breaks the protocol."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from provd.servers.http import HTTPSettings
from provd.testing.hostile_paths import HOSTILE_TARGETS
from provd.testing.http import HELLO, LOCAL, PEER, edge, request
from provd.values import Answer, Content, Protocol


def test_an_inquiry_carries_everything_that_is_known() -> None:
    """Path, query, headers, both addresses, the interface, the time and the id."""
    server = edge()
    server.connect().get("/a%20b.cfg?x=%20", "User-Agent: Aastra6730i")
    [inquiry] = server.inquiries.asked
    assert (inquiry.id, inquiry.protocol, inquiry.method) == ("scripted-1", Protocol.HTTP, "GET")
    assert (inquiry.path, inquiry.query) == ("/a b.cfg", "x=%20")
    assert inquiry.headers == {"host": "provd", "user-agent": "Aastra6730i"}
    assert (inquiry.peer, inquiry.peer_port) == (PEER, 40000)
    assert (inquiry.local, inquiry.interface) == (LOCAL, "eth0")
    assert inquiry.arrived == 1_700_000_000


@pytest.mark.parametrize(
    ("theirs", "peer", "interface"),
    [
        ("2001:db8::7", "2001:db8::7", "eth1"),
        ("::ffff:192.0.2.9", "192.0.2.9", "eth1"),
        ("fe80::1%eth0", "fe80::1", "eth1"),
    ],
)
def test_addresses_are_canonical(theirs: str, peer: str, interface: str) -> None:
    """IPv4 on an IPv6 socket is IPv4, and a zone is not part of an address."""
    server = edge()
    server.connect(theirs).get()
    [inquiry] = server.inquiries.asked
    assert (inquiry.peer, inquiry.interface) == (peer, interface)


def test_the_first_of_repeated_headers_counts() -> None:
    """A repeated header goes to the general parser, and its first value into the inquiry."""
    server = edge()
    server.connect().get("/", "X-A: 1", "x-a: 2")
    assert server.inquiries.asked[0].headers["x-a"] == "1"


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "X"]
)
def test_other_methods_are_405(method: str) -> None:
    """Nothing but GET, HEAD and OPTIONS is answered, nothing else reaches an inquiry."""
    server = edge()
    client = server.connect()
    answer = client.get("/file", method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert server.inquiries.asked == []
    assert client.get().status == 200


@pytest.mark.parametrize("target", ["/file", "*"])
def test_options_is_empty(target: str) -> None:
    """OPTIONS is answered without asking anybody."""
    server = edge()
    answer = server.connect().get(target, method="OPTIONS")
    assert (answer.status, answer.body, server.inquiries.asked) == (200, b"", [])


def test_a_log_upload_is_read_and_refused() -> None:
    """A phone's PUT is 405 once its body has been thrown away, and the connection stays usable."""
    server = edge()
    client = server.connect()
    client.send(request("/log", "Content-Length: 5", method="PUT") + b"he")
    assert client.responses() == []
    client.send(b"llo")
    assert client.get().status == 200
    assert [answer.status for answer in client.responses()] == [405, 200]


@pytest.mark.parametrize(
    "body",
    [
        request("/", "Content-Length: 65537", method="PUT"),
        request("/", "Content-Length: 99999999999999999999"),
        request("/", "Transfer-Encoding: chunked") + b"10001\r\n" + b"x" * 65537 + b"\r\n0\r\n\r\n",
        request("/", "Transfer-Encoding: chunked")
        + b"8000\r\n"
        + b"x" * 32768
        + b"\r\n8001\r\n"
        + b"x" * 32769,
    ],
)
def test_a_big_body_is_refused_at_once(body: bytes) -> None:
    """A body over the limit is 413 and the end of the connection, announced or not."""
    server = edge()
    client = server.connect().send(body)
    assert [answer.status for answer in client.responses()] == [413]
    assert client.closed
    assert server.inquiries.asked == []


def test_a_small_body_of_a_get_is_ignored() -> None:
    """A GET with a body is answered like one without, once."""
    server = edge()
    client = server.connect()
    client.send(request("/a", "Content-Length: 3") + b"GET" + request("/b"))
    client.send(
        request("/c", "Transfer-Encoding: chunked")
        + b"3;x=y\r\nGET\r\n0\r\nT: x\r\n\r\n"
        + request("/d")
    )
    assert [inquiry.path for inquiry in server.inquiries.asked] == ["/a", "/b", "/c", "/d"]


def test_a_device_that_expects_100_gets_it() -> None:
    """`Expect: 100-continue` is answered before the body, the 405 after it."""
    client = edge().connect()
    client.send(request("/log", "Content-Length: 1", "Expect: 100-continue", method="PUT"))
    assert client.transport.value() == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.transport.clear()
    assert [answer.status for answer in client.send(b"x").responses()] == [405]


SMUGGLED = request("/smuggled")


@pytest.mark.parametrize(
    "data",
    [
        request("/", "Content-Length: 0", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked", "Content-Length: 6") + b"0\r\n\r\nX" + SMUGGLED,
        request("/", "Content-Length: 0", "Content-Length: 5") + SMUGGLED,
        request("/", "Content-Length: 5", "Content-Length: 5") + b"hello" + SMUGGLED,
        request("/", "Content-Length: 5, 5") + b"hello" + SMUGGLED,
        request("/", "Content-Length: +5") + b"hello" + SMUGGLED,
        request("/", "Content-Length: -1") + SMUGGLED,
        request("/", "Content-Length: 0x5") + b"hello" + SMUGGLED,
        request("/", "Content-Length: 5 5") + b"hello" + SMUGGLED,
        request("/", "Content-Length:") + SMUGGLED,
        request("/", "Content-Length : 5") + b"hello" + SMUGGLED,
        request("/", "Content\x00-Length: 5") + b"hello" + SMUGGLED,
        request("/", " Content-Length: 5") + b"hello" + SMUGGLED,
        request("/", "X: y", "\tContent-Length: 5") + b"hello" + SMUGGLED,
        request("/", "Transfer-Encoding : chunked") + b"0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: xchunked") + b"0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked, identity") + b"0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked")
        + b"0\r\n\r\n"
        + SMUGGLED,
        request("/", "Transfer-Encoding: \x0bchunked") + b"0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked") + b"-1\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked") + b"+0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked") + b"0x0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked") + b" 0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked") + b"\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked") + b"1\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked") + b"1;\x00\r\nx\r\n0\r\n\r\n" + SMUGGLED,
        request("/", "Transfer-Encoding: chunked") + b"1\nx\n0\n\n" + SMUGGLED,
        request("/", "X: a\nContent-Length: 5") + b"hello" + SMUGGLED,
        request("/", "X: a\rContent-Length: 5") + b"hello" + SMUGGLED,
        b"GET / HTTP/1.1\nHost: a\n\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\n: a\r\nHost: a\r\n\r\n" + SMUGGLED,
        b"GET /\r\n\r\n" + SMUGGLED,
        b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n" + SMUGGLED,
        b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.2\r\nHost: a\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/2.0\r\nHost: a\r\n\r\n" + SMUGGLED,
        b"GET / http/1.1\r\nHost: a\r\n\r\n" + SMUGGLED,
        b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n" + SMUGGLED,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED,
    ],
)
@pytest.mark.parametrize("way", ["whole", "trickled"])
def test_nothing_is_smuggled(data: bytes, way: str) -> None:
    """What two servers might read in two ways is 400 and the end: what follows is never a request."""
    server = edge()
    client = server.connect()
    if way == "whole":
        client.send(data)
    else:
        client.trickle(data)
    assert [answer.status for answer in client.responses()] == [400]
    assert client.closed
    assert server.inquiries.asked == []


ODD_TARGETS = (
    b"*",
    b"secret",
    b"192.0.2.1:443",
    b"file:///etc/passwd",
    b"?/../secret",
    b"/file#/../secret",
    b"//etc/passwd",
    b"/%2fetc%2fpasswd",
    b"/sub//../../secret",
    b"/..\\secret",
    b"/file%7f",
    b"/file::$DATA",
    b"/.../secret",
    b"/" + b"a" * 9000,
    b"/" + b"a/" * 3000,
)


@pytest.mark.parametrize("target", [*HOSTILE_TARGETS, *ODD_TARGETS])
def test_hostile_paths_are_refused_or_harmless(target: bytes) -> None:
    """A hostile target is answered 4xx without an inquiry, or asks for something that only leads downwards."""
    server = edge()
    client = server.connect().send(request(target))
    [answer] = client.responses()
    if server.inquiries.asked:
        assert answer.status == 200
        [inquiry] = server.inquiries.asked
        assert not {"", ".", ".."} & set(inquiry.path.split("/")[1:-1])
        assert "\\" not in inquiry.path
    else:
        assert answer.status in {400, 431}
        assert client.closed


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /" + b"a" * 9000, 431),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000, 431),
        (b"GET / HTTP/1.1\r\n" + b"X: %b\r\n" % (b"a" * 8000) * 3, 400),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 102, 400),
        (b"\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 400),
    ],
)
def test_limits_of_size_end_the_connection(data: bytes, status: int) -> None:
    """Too long a line, too many headers, another protocol: refused before it is complete."""
    client = edge().connect().send(data)
    assert [answer.status for answer in client.responses()] == [status]
    assert client.closed


def test_nothing_is_read_after_the_end() -> None:
    """What arrives on a connection that is ending asks nothing."""
    server = edge()
    client = server.connect().send(b"nonsense\r\n").send(request())
    assert len(client.responses()) == 1
    assert server.inquiries.asked == []


def test_one_empty_line_before_a_request_is_forgiven() -> None:
    """RFC 9112 section 2.2: some old clients send one too many."""
    server = edge()
    client = server.connect().send(b"\r\n" + request())
    client.send(b"\r\n").send(request())
    assert [answer.status for answer in client.responses()] == [200, 200]


@pytest.mark.parametrize(
    ("headers", "version", "stays"),
    [
        ((), "1.1", True),
        (("Connection: keep-alive",), "1.1", True),
        (("Connection: close",), "1.1", False),
        (("Connection: Close",), "1.1", False),
        (("Connection: TE, close",), "1.1", False),
        (("Connection: close,TE",), "1.1", False),
        (("Connection: TE", "Connection: close"), "1.1", False),
        ((), "1.0", False),
        (("Connection: keep-alive",), "1.0", False),
    ],
)
def test_a_connection_stays_as_agreed(
    headers: tuple[str, ...], version: str, *, stays: bool
) -> None:
    """HTTP/1.1 stays unless told otherwise, HTTP/1.0 never does, and the response says so."""
    client = edge().connect().send(request("/", *headers, version=version))
    [answer] = client.responses()
    assert client.closed is not stays
    assert ("Connection" in answer.headers) is not stays


def test_http_1_0_needs_no_host() -> None:
    """The Host header came with HTTP/1.1."""
    client = edge().connect().send(b"GET / HTTP/1.0\r\n\r\n")
    assert [answer.status for answer in client.responses()] == [200]


@pytest.mark.parametrize("rewritten", ["/a", "/%61"])
def test_a_connection_answers_a_bounded_number(rewritten: str) -> None:
    """The last answer says that it is, and the connection ends."""
    client = edge(max_requests_per_connection=3).connect()
    answers = [client.get(rewritten) for _ in range(3)]
    assert [answer.headers.get("Connection", "") for answer in answers] == ["", "", "close"]
    assert client.closed


def test_pipelined_requests_are_answered_in_order() -> None:
    """An answer that comes late holds back the ones behind it; none is asked before its turn."""
    server = edge()
    slow: Deferred[Answer] = Deferred()
    bodies = iter([Content(b"1"), slow, Content(b"3"), Content(b"4"), Content(b"5")])
    server.inquiries.answer = lambda _inquiry: next(bodies)
    client = server.connect()
    client.send(b"".join(request(f"/{number}") for number in range(1, 4)))
    client.send(request("/4"))
    assert [answer.body for answer in client.responses()] == [b"1"]
    assert [inquiry.path for inquiry in server.inquiries.asked] == ["/1", "/2"]
    slow.callback(Content(b"2"))
    assert client.get("/5").body == b"5"
    assert [answer.body for answer in client.responses()] == [b"1", b"2", b"3", b"4", b"5"]


def test_a_request_that_follows_a_late_answer_in_pieces_is_whole() -> None:
    """Half a request that arrives while another waits is completed afterwards."""
    server = edge()
    slow: Deferred[Answer] = Deferred()
    server.inquiries.answer = slow
    client = server.connect().send(request("/a"))
    client.send(request("/b")[:10])
    server.inquiries.answer = HELLO
    slow.callback(HELLO)
    client.send(request("/b")[10:])
    assert [inquiry.path for inquiry in server.inquiries.asked] == ["/a", "/b"]
    assert len(client.responses()) == 2


def test_a_flood_behind_a_late_answer_is_not_read() -> None:
    """While an answer waits, at most a small number of bytes is kept; then the device must wait."""
    server = edge(answer=Deferred())
    client = server.connect().send(request("/a"))
    for _ in range(3):
        client.send(request("/b") * 200)
    assert client.transport.producerState == "paused"


def test_many_connections_are_refused() -> None:
    """Over the limit connections are closed unanswered; one that ends makes room."""
    server = edge(max_connections=3, max_connections_per_source=2)
    clients = [server.connect("192.0.2.1"), server.connect("192.0.2.1")]
    assert server.try_connect("192.0.2.1") is None
    server.connect("192.0.2.2")
    assert server.try_connect("192.0.2.3") is None
    clients[0].lose()
    server.connect("192.0.2.1")
    counters = server.site.counters()
    assert (counters.refused_per_source, counters.refused_overall) == (1, 1)
    assert (counters.connections, counters.accepted) == (3, 6)


def test_a_site_behind_one_address_passes() -> None:
    """500 phones behind one NAT fit into the defaults, and a trusted proxy is not limited."""
    settings = HTTPSettings()
    assert 500 < settings.max_connections_per_source < settings.max_connections
    server = edge(max_connections_per_source=1, trusted_proxies=("192.0.2.1",))
    for _ in range(5):
        server.connect("192.0.2.1")


def test_ended_connections_leave_nothing() -> None:
    """Sources are forgotten with their last connection."""
    server = edge()
    for number in range(50):
        client = server.connect(f"192.0.2.{number}")
        client.get()
        client.lose()
    assert server.site._per_source == {}
    assert server.site.counters().connections == 0
