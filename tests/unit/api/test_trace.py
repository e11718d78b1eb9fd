"""A caller may name a call and have it followed: its lines, and nobody else's, are written and can be asked for."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from attrs import frozen
from msgspec.structs import replace
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure

from provd.daemon.log import Lines, log_to
from provd.daemon.settings import LogSettings
from provd.documents import Role, parse_device
from provd.documents.claim import Claim
from provd.testing.access import basic, keep, user
from provd.testing.api import Bench, bench
from provd.testing.inquiries import http
from provd.testing.plugins import acme
from provd.values import in_detail, served

PHONE = "00:00:5e:00:53:01"


@frozen
class Heard:
    """What was written to a log."""

    lines: Lines
    stream: io.StringIO

    def written(self) -> list[str]:
        """Each line, without its time."""
        self.lines.flush()
        return [line.partition(" ")[2] for line in self.stream.getvalue().splitlines()]


@contextmanager
def listening(level: str = "warn") -> Iterator[Heard]:
    """A log of the server's kind, for a while."""
    stream = io.StringIO()
    lines = log_to(stream, Clock(), LogSettings(level=level))  # type: ignore[arg-type]  # any text
    globalLogPublisher.addObserver(lines)
    try:
        yield Heard(lines, stream)
    finally:
        globalLogPublisher.removeObserver(lines)


def test_a_line_for_each_call_that_wants_one() -> None:
    """With the name of the call, its word, what came of it, and no query."""
    made = bench()
    for path, status, rest in (
        ("/api/v1/devices?mac=00:00:5e:00:53:01", 200, "GET /api/v1/devices: 200 in"),
        ("/api/v1/devices/x", 404, "GET /api/v1/devices/x: 404 NoSuchDocument in"),
        ("/api/v1/devices?nonsense=1", 400, "GET /api/v1/devices: 400 MalformedRequest in"),
    ):
        with listening() as heard:
            answer = made.ask("GET", path, x_log_token="here")
        assert answer.status == status
        (line,) = heard.written()
        name = answer.headers["x-request-id"]
        assert line.startswith(f"info provd.api {name} here: {rest} ")
        assert PHONE not in line
    with listening() as heard:
        assert made.ask("GET", "/api/v1/devices").status == 200
    assert heard.written() == []


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *(("x_log_token", each) for each in ("x" * 101, "two words", "a\tb", "\xe4")),
        *(("x_log_level", each) for each in ("loud", "critical", "DEBUG", "debug info")),
    ],
)
def test_a_wish_that_cannot_be(header: str, value: str) -> None:
    """It is refused, and nothing is done."""
    made = bench()
    with listening() as heard:
        answer = made.ask("POST", "/api/v1/devices", {"id": "x"}, **{header: value})
    assert (answer.status, heard.written()) == (400, [])
    assert made.core.store.get("devices", "x") is None


def test_nobody_writes_who_has_no_right() -> None:
    """Strangers do not fill the log; whoever may call may have one line, and all of them by a right of its own."""
    made = bench(required=True)
    ask = ("GET", "/api/v1/devices")
    roles = [
        Role(id="looks", claims=(Claim(scope="devices", actions=("list",)),)),
        Role(id="follows", claims=(Claim(scope="logs", actions=("detail",)),)),
    ]
    keep(
        made.core.store,
        roles=roles,
        users=[user("ann"), user("bob", "looks"), user("eve", "looks", "follows")],
    )
    for who, header, status, lines in (
        ("", "x_log_token", 401, 0),
        ("ann", "x_log_token", 403, 0),
        ("bob", "x_log_token", 200, 1),
        ("ann", "x_log_level", 403, 0),
        ("bob", "x_log_level", 403, 0),
        ("eve", "x_log_level", 200, 3),
    ):
        headers = {header: "debug", **({"authorization": basic(who)} if who else {})}
        with listening() as heard:
            assert made.ask(*ask, **headers).status == status
        assert len(heard.written()) == lines, (who, header)


def origins(lines: Sequence[str]) -> set[str]:
    """Which rooms wrote them."""
    return {line.split(" ")[1].rstrip(":") for line in lines}


def test_a_change_is_followed_through_every_room() -> None:
    """What the API, the application and the store do for a call is written with its name and word; values are not."""
    made = bench(acme())
    with listening() as heard:
        answer = made.ask(
            "POST",
            "/api/v1/configs",
            {"id": "c", "parent_ids": [], "raw_config": {"admin_password": "canary"}},
            x_log_level="debug",
            x_log_token="mine",
        )
    assert answer.status == 201
    lines = heard.written()
    name = answer.headers["x-request-id"]
    assert all(f" {name} mine: " in line for line in lines)
    assert {"provd.api", "provd.application", "provd.store"} <= origins(lines)
    assert any("created configs/c" in line for line in lines)
    assert "canary" not in heard.stream.getvalue()


def test_a_what_if_is_followed_through_every_room() -> None:
    """The pipeline and the plugin, too."""
    made = bench(acme(), autoprov=True)
    made.core.keep(
        parse_device({"id": "phone", "mac": PHONE, "plugin": "acme-1.0", "config": "base"})
    )
    asked = {
        "protocol": "http",
        "path": f"/{PHONE.replace(':', '')}.cfg",
        "ip": "192.0.2.7",
        "mac": PHONE,
    }
    with listening() as heard:
        answer = made.ask("POST", "/api/v1/whatif", asked, x_log_level="debug")
    assert answer.status == 200
    lines = heard.written()
    assert {"provd.api", "provd.pipeline"} <= origins(lines)
    assert all(answer.headers["x-request-id"] in line for line in lines)


def test_a_refused_commit_is_told() -> None:
    """Why, as the caller is told."""
    made = bench()
    made.core.keep(parse_device({"id": "a", "mac": PHONE}))
    with listening() as heard:
        answer = made.ask("POST", "/api/v1/devices", {"mac": PHONE}, x_log_level="debug")
    assert answer.status == 409
    assert any("refused to commit" in line for line in heard.written())


@pytest.mark.parametrize("level", ["debug", "info", "warn", "error"])
def test_from_the_level_on_that_was_asked_for(level: str) -> None:
    """What is less grave is not written; the line of the call itself always is."""
    made = bench()
    with listening("error") as heard:
        assert made.ask("POST", "/api/v1/devices", {"id": "x"}, x_log_level=level).status == 201
    levels = [line.split(" ")[0] for line in heard.written()]
    assert levels.count("info") == (2 if level in {"debug", "info"} else 1)
    assert ("debug" in levels) == (level == "debug")


def test_a_defect_has_the_name_of_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its traceback is found by what the client was told."""
    made = bench()
    monkeypatch.setattr(made.operators.info, "tell", lambda: 1 // 0)
    with listening() as heard:
        answer = made.ask("GET", "/api/v1/info")
    assert answer.status == 500
    assert heard.written()[0].startswith(f"critical provd.api {answer.headers['x-request-id']}: ")


class Talk:
    """One connection of its own, whose answer takes its time."""

    def __init__(self, made: Bench, *headers: str) -> None:
        self.transport = StringTransport(peerAddress=IPv4Address("TCP", "127.0.0.1", 40000))
        self.protocol = made.site.buildProtocol(IPv4Address("TCP", "127.0.0.1", 40000))
        self.protocol.makeConnection(self.transport)
        head = ["GET /api/v1/devices?options.x=1 HTTP/1.1", "host: localhost:8092", *headers]
        self.protocol.dataReceived("\r\n".join([*head, "connection: close", "", ""]).encode())

    @property
    def over(self) -> bool:
        """Whether it was answered whole."""
        return bool(self.transport.disconnecting or self.transport.disconnected)


def test_calls_that_are_served_at_once_are_told_apart() -> None:
    """Each goes on with its own name after every wait, and one that asked for nothing has no lines."""
    made = bench()
    made.core.keep(*(parse_device({"id": f"d{at}"}) for at in range(600)))
    with listening() as heard:
        talks = [
            Talk(made, "x-log-level: debug", "x-log-token: one"),
            Talk(made),
            Talk(made, "x-log-level: debug", "x-log-token: two"),
            Talk(made, "x-log-token: three"),
        ]
        assert not any(talk.over for talk in talks), "nothing would be interleaved"
        assert served() is None, "what is begun in a call stays in it"
        while not all(talk.over for talk in talks):
            made.core.clock.advance(0)
    for talk in talks:
        talk.protocol.connectionLost(Failure(ConnectionDone()))
    lines = heard.written()
    by_token: dict[str, list[str]] = {}
    for line in lines:
        _level, _origin, name, token = line.split(" ")[:4]
        by_token.setdefault(token, []).append(name)
    assert {token: len(names) for token, names in by_token.items()} == {
        "one:": 3,
        "two:": 3,
        "three:": 1,
    }
    assert all(len(set(names)) == 1 for names in by_token.values())
    assert len({names[0] for names in by_token.values()}) == 3


def test_nobody_is_served_outside_of_a_call() -> None:
    """What devices ask, and what timers begin, costs one look and is nobody's."""
    assert served() is None
    assert not in_detail()


class TestLogs:
    """The last lines, asked for."""

    def served_with(self, heard: Heard, **given: object) -> Bench:
        """An API over the journal of a log."""
        made = bench(**given)  # type: ignore[arg-type]  # as bench takes it
        for noun in made.site.resource.nouns:
            if hasattr(noun, "_journal"):
                noun._journal = heard.lines.journal
        return made

    def test_by_what_they_are_of(self) -> None:
        """By call, word, level, and after a line; in the order in which they were written."""
        with listening() as heard:
            made = self.served_with(heard)
            first = made.ask("GET", "/api/v1/info", x_log_token="a", x_log_level="debug")
            made.ask("GET", "/api/v1/info", x_log_token="b")
            ask = lambda query: made.ask("GET", f"/api/v1/logs?{query}").json["items"]  # noqa: E731
            whole = ask("")
            assert [each["number"] for each in whole] == [1, 2, 3]
            assert [each["token"] for each in whole] == ["a", "a", "b"]
            assert [each["text"].split(":")[0] for each in ask("token=b")] == ["GET /api/v1/info"]
            name = first.headers["x-request-id"]
            assert [each["number"] for each in ask(f"call={name}")] == [1, 2]
            assert [each["number"] for each in ask(f"call={name}&level=info")] == [2]
            assert [each["number"] for each in ask("after=1")] == [2, 3]
            assert [each["number"] for each in ask("after=1&limit=1")] == [2]
            assert [each["number"] for each in ask("limit=1")] == [3]
            assert ask("inquiry=nothing") == []

    def test_what_devices_asked(self) -> None:
        """A line of an inquiry is found by the inquiry and by the device."""
        with listening("info") as heard:
            made = self.served_with(heard, autoprov=False)
            made.core.keep(parse_device({"id": "phone", "mac": PHONE, "ip": "192.0.2.7"}))
            made.core.inquiries.ask(http(f"/{PHONE}.cfg"))
            told = made.ask("GET", "/api/v1/logs?level=info").json["items"]
            inquiry = next(each["inquiry"] for each in told if each["inquiry"])
            (line,) = made.ask("GET", f"/api/v1/logs?inquiry={inquiry}").json["items"]
            assert line["origin"] == "provd.inquiries"
            assert f"/{PHONE}.cfg" in line["text"]

    @pytest.mark.parametrize("query", ["limit=1001", "level=loud", "nothing=1", "after=x"])
    def test_refused(self, query: str) -> None:
        """With what would have been right."""
        assert bench().ask("GET", f"/api/v1/logs?{query}").status == 400

    def test_not_for_tenants(self) -> None:
        """It shows what others' devices asked."""
        made = bench(required=True)
        role = Role(id="reads", claims=(Claim(scope="logs", actions=("list",)),))
        keep(
            made.core.store,
            roles=[role],
            users=[user("ann", "reads"), replace(user("bob", "reads"), tenants=("t",))],
        )
        assert made.ask("GET", "/api/v1/logs", authorization=basic("ann")).status == 200
        assert made.ask("GET", "/api/v1/logs", authorization=basic("bob")).status == 403
