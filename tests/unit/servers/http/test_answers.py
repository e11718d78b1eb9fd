"""What an answer looks like on the wire."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred, fail
from twisted.logger import globalLogPublisher

from provd.testing.http import HELLO, edge, later, parse_responses, request
from provd.values import Answer, Content, Redirect, Refusal, RefusalKind, Silence

DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
BIG = Content(body=bytes(range(256)) * 300, media_type="text/plain", etag="b16")


def test_content_is_whole_and_described() -> None:
    """Status, date, type, tag and length, nothing about the server, and the bytes."""
    client = edge().connect()
    client.get()
    assert client.transport.value() == (
        b"HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nContent-Type: text/plain\r\n"
        b'ETag: "cafe"\r\nAccept-Ranges: bytes\r\nContent-Length: 6\r\n\r\nhello\n'
    )


@pytest.mark.parametrize("path", ["/file", "/%66ile"])
@pytest.mark.parametrize("content", [HELLO, BIG, Content(b"")])
def test_both_readers_lead_to_the_same_answer(path: str, content: Content) -> None:
    """What is answered does not depend on who read the request."""
    answer = edge(content).connect().get(path)
    assert (answer.status, answer.body) == (200, content.body)


@pytest.mark.parametrize("content", [HELLO, BIG])
def test_head_is_get_without_the_body(content: Content) -> None:
    """HEAD gives the headers of GET (RFC 9110 section 9.3.2)."""
    client = edge(content).connect()
    whole = client.get()
    head = client.get(method="HEAD")
    assert (head.headers, head.body) == (whole.headers, b"")


def test_the_date_moves_with_the_clock() -> None:
    """Date is made once a second."""
    server = edge()
    client = server.connect()
    assert client.get().headers["Date"] == DATE
    server.seconds(1)
    assert client.get().headers["Date"] == "Tue, 14 Nov 2023 22:13:21 GMT"


def test_without_a_tag_none_is_sent() -> None:
    """An answer without a validator has none on the wire."""
    assert "ETag" not in edge(Content(b"x")).connect().get().headers


@pytest.mark.parametrize(
    ("headers", "status", "body", "described"),
    [
        (
            ("Range: bytes=1-3",),
            206,
            b"ell",
            {"Content-Range": "bytes 1-3/6", "Content-Length": "3"},
        ),
        (("Range: bytes=-2",), 206, b"o\n", {"Content-Range": "bytes 4-5/6"}),
        (("Range: bytes=9-",), 416, b"", {"Content-Range": "bytes */6", "Content-Length": "0"}),
        (("Range: bytes=0-1,3-4",), 200, b"hello\n", {"Content-Length": "6"}),
        (("Range: bytes=1-3", 'If-Range: "cafe"'), 206, b"ell", {}),
        (("Range: bytes=1-3", 'If-Range: "beef"'), 200, b"hello\n", {}),
        (('If-None-Match: "beef", W/"cafe"',), 304, b"", {"ETag": '"cafe"', "Date": DATE}),
        (("If-None-Match: *",), 304, b"", {}),
        (('If-None-Match: "beef"',), 200, b"hello\n", {}),
    ],
)
def test_parts_and_conditions(
    headers: tuple[str, ...], status: int, body: bytes, described: dict[str, str]
) -> None:
    """A part, nothing, or the whole, each described as RFC 9110 says."""
    answer = edge().connect().get("/file", *headers)
    assert (answer.status, answer.body) == (status, body)
    assert described.items() <= answer.headers.items()


def test_a_304_promises_no_length() -> None:
    """The body of a 304 has no length to tell."""
    answer = edge().connect().get("/file", "If-None-Match: *")
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        (RefusalKind.NOT_FOUND, 404, b"not found\n"),
        (RefusalKind.UNAUTHENTICATED, 401, b"unauthorized\n"),
        (RefusalKind.FORBIDDEN, 403, b"forbidden\n"),
        (RefusalKind.UNAVAILABLE, 503, b"try again later\n"),
        (RefusalKind.FAILED, 500, b"internal error\n"),
    ],
)
@pytest.mark.parametrize("way", [lambda answer: answer, later])
def test_a_refusal_keeps_its_reason(
    kind: RefusalKind, status: int, body: bytes, way: object
) -> None:
    """The device learns the kind of refusal, never the reason."""
    refusal = Refusal(kind, "because of a secret")
    client = edge(way(refusal)).connect()  # type: ignore[operator]
    answer = client.get()
    assert (answer.status, answer.body) == (status, body)
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert not client.closed


def test_a_challenge_is_a_header_for_each_way_to_answer_it() -> None:
    """401 says what is asked for instead, the best way first."""
    ways = ('Digest realm="provd", algorithm=SHA-256', 'Basic realm="provd"')
    client = edge(Refusal(RefusalKind.UNAUTHENTICATED, "who is it", ways)).connect()
    client.send(request("/file"))
    lines = client.transport.value().decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 401 Unauthorized"
    assert [line for line in lines if line.startswith("WWW")] == [
        f"WWW-Authenticate: {way}" for way in ways
    ]


def test_a_redirect_leads_on() -> None:
    """302 with the location."""
    answer = edge(Redirect("https://provd.example/a?b=c%20d#e")).connect().get()
    assert (answer.status, answer.headers["Location"]) == (302, "https://provd.example/a?b=c%20d#e")


@pytest.mark.parametrize(
    "answer",
    [
        Redirect("/a\r\nSet-Cookie: b=c\r\n\r\nx"),
        Redirect("/é \u2028"),
        Content(b"x", media_type="text/plain\r\nSet-Cookie: b=c"),
        Content(b"x", media_type=""),
        Content(b"x", etag='a"\r\nSet-Cookie: b=c'),
        Content(b"x", etag="é"),
        Content(b"x", etag="a b"),
    ],
)
def test_an_answer_adds_no_line(answer: Answer) -> None:
    """Whatever a plugin puts into a location, a type or a tag, it adds nothing to the head."""
    given = edge(answer).connect().get()
    assert "Set-Cookie" not in given.headers
    assert given.body in {b"x", b""}
    assert all(value.isascii() and value.isprintable() for value in given.headers.values())


def test_the_types_it_remembers_are_bounded() -> None:
    """Invented media types are sent and not remembered for ever."""
    server = edge()
    client = server.connect()
    for number in range(300):
        server.inquiries.answer = Content(b"x", media_type=f"text/x-{number}")
        assert client.get().headers["Content-Type"] == f"text/x-{number}"
    assert len(server.site.replies._media_types) <= 256


@pytest.mark.parametrize("path", ["/file", "/%66ile"])
def test_silence_ends_the_connection(path: str) -> None:
    """Nothing is said, not even goodbye."""
    client = edge(Silence("not for you")).connect()
    client.send(request(path))
    assert client.transport.value() == b""
    assert client.aborted


def test_an_answer_may_come_late() -> None:
    """A Deferred is answered when it fires, and the connection goes on."""
    waiting: Deferred[Answer] = Deferred()
    server = edge(waiting)
    client = server.connect().send(request())
    assert client.responses() == []
    waiting.callback(HELLO)
    assert [answer.body for answer in client.responses()] == [b"hello\n"]
    server.inquiries.answer = later(HELLO)
    assert client.get().status == 200


def test_nobody_waits_for_an_answer_any_more() -> None:
    """When the device has gone the answer is counted and goes nowhere."""
    waiting: Deferred[Answer] = Deferred()
    server = edge(waiting)
    client = server.connect().send(request())
    client.lose()
    assert not waiting.called
    waiting.callback(HELLO)
    assert client.transport.value() == b""
    assert server.site.counters().abandoned == 1
    assert server.site.counters().connections == 0


def test_a_defect_is_told_as_500_and_logged() -> None:
    """`IInquiries` never fails; should it, the device hears 500 and the log the traceback."""
    events: list[object] = []
    globalLogPublisher.addObserver(events.append)
    try:
        client = edge(lambda _inquiry: fail(ZeroDivisionError())).connect()
        answer = client.get()
    finally:
        globalLogPublisher.removeObserver(events.append)
    assert answer.status == 500
    assert [event["log_failure"].type for event in events] == [ZeroDivisionError]  # type: ignore[index]


def test_a_reader_that_does_not_read_is_asked_to_wait() -> None:
    """Pipelined requests for big answers do not pile up answers: the next waits until there is room."""
    server = edge(BIG)
    client = server.connect(room=0)
    client.send(b"".join(request("/%66") for _ in range(100)))
    assert len(server.inquiries.asked) == 1
    held = client.transport.unsent()
    assert held < 2 * len(BIG.body)
    client.transport.read(held)
    assert len(server.inquiries.asked) == 2
    for _ in range(98):
        client.transport.read(client.transport.unsent())
    client.transport.read(client.transport.unsent())
    assert len(parse_responses(client.transport.value(), [])) == 100
    client.transport.read(2 * len(BIG.body))
    assert client.get().body == BIG.body


def test_the_responses_are_counted() -> None:
    """Every response is counted by its status."""
    server = edge()
    client = server.connect()
    client.get()
    client.get(method="POST")
    client.get("/file", "Range: bytes=0-0")
    client.send(b"nonsense\r\n")
    counters = server.site.counters()
    assert counters.statuses == {200: 1, 405: 1, 206: 1, 400: 1}
    assert (counters.inquiries, counters.malformed) == (2, 1)
