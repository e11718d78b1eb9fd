"""The client: what it sends, and what it makes of any answer."""

from __future__ import annotations

import http.client
import io
import json
import subprocess
import sys
from typing import Any

import pytest

from provd.client import (
    Api,
    ApiError,
    BadRequest,
    Conflict,
    NotFound,
    ServerFailed,
    ServerUnreachable,
    StrangeAnswer,
    Transport,
)


class Wire:
    """The place of a connection: keeps what was sent, answers what the test says."""

    def __init__(self, *answers: tuple[int, dict[str, str], bytes] | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, Any, dict[str, str]]] = []
        self.closed = 0

    def request(self, method: str, target: str, body: Any, headers: dict[str, str]) -> None:
        self.sent.append((method, target, body, headers))

    def getresponse(self) -> http.client.HTTPResponse:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {text}" for name, text in headers.items())]
        lines.append(f"Content-Length: {len(body)}")
        response = http.client.HTTPResponse(_Socket("\r\n".join([*lines, "", ""]).encode() + body))
        response.begin()
        return response

    def close(self) -> None:
        self.closed += 1


class _Socket:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._content)


def api(*answers: Any) -> tuple[Api, Wire]:
    """A client whose server is the test."""
    wire = Wire(
        *(answer if isinstance(answer, Exception | tuple) else ok(answer) for answer in answers)
    )
    client = Api()
    client._transport._connection = wire
    return client, wire


def ok(body: Any, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """An answer with a body."""
    return 200, headers, json.dumps(body).encode()


def problem(status: int, kind: str = "x", **more: Any) -> tuple[int, dict[str, str], bytes]:
    """A refusal."""
    body = {"type": f"urn:provd:problem:{kind}", "title": "T", "detail": "D", **more}
    return status, {}, json.dumps(body).encode()


def test_what_is_sent() -> None:
    """Method, path with every segment quoted, conditions, body."""
    client, wire = api(*[{}] * 13)
    client.devices.list(
        where={"mac": "00:00:5e:00:53:01", "q": "{}"}, sort="-id", limit=5, fields=["id"]
    )
    client.devices.get("a/b ?")
    client.devices.create({"id": "é"})
    client.devices.replace("a", {"sn": "1"}, revision=7)
    client.devices.change("a", {"sn": None})
    client.devices.delete("a", revision=8)
    client.configs.raw("base")
    client.decisions(device_id="a", limit=3)
    client.logs({"call": "c-1"}, limit=9, after=4)
    client.what_if({"protocol": "http"})
    client.reload_plugin("acme")
    client.cancel("op-1")
    client.index()
    methods = [(method, target) for method, target, _body, _headers in wire.sent]
    assert methods == [
        (
            "GET",
            "/api/v1/devices?mac=00%3A00%3A5e%3A00%3A53%3A01&q=%7B%7D&sort=-id&limit=5&fields=id",
        ),
        ("GET", "/api/v1/devices/a%2Fb%20%3F"),
        ("POST", "/api/v1/devices"),
        ("PUT", "/api/v1/devices/a"),
        ("PATCH", "/api/v1/devices/a"),
        ("DELETE", "/api/v1/devices/a"),
        ("GET", "/api/v1/configs/base/raw"),
        ("GET", "/api/v1/decisions?device=a&limit=3"),
        ("GET", "/api/v1/logs?call=c-1&limit=9&after=4"),
        ("POST", "/api/v1/whatif"),
        ("POST", "/api/v1/plugins/acme/reload"),
        ("POST", "/api/v1/operations/op-1/cancel"),
        ("GET", "/api/v1"),
    ]
    assert json.loads(wire.sent[2][2]) == {"id": "é"}
    assert wire.sent[3][3]["If-Match"] == '"7"'
    assert wire.sent[4][3]["Content-Type"] == "application/merge-patch+json"
    assert "If-Match" not in wire.sent[4][3]
    assert wire.sent[5][3]["If-Match"] == '"8"'


def test_rights_and_preferences() -> None:
    """Granted and taken back by what they are for; chosen as a merge patch."""
    client, wire = api(*[{}] * 6)
    wish = {"user": "ann", "devices": ["a"], "actions": ["act"]}
    client.rights.grant(wish)
    client.rights.revoke(user="ann")
    client.rights.revoke(devices=["a", "b"])
    client.rights.delete("r-1")
    client.preferences()
    client.prefer({"unknown_devices": None}, revision=7)
    assert [(method, target) for method, target, _body, _headers in wire.sent] == [
        ("POST", "/api/v1/rights"),
        ("POST", "/api/v1/rights/revoke"),
        ("POST", "/api/v1/rights/revoke"),
        ("DELETE", "/api/v1/rights/r-1"),
        ("GET", "/api/v1/preferences"),
        ("PATCH", "/api/v1/preferences"),
    ]
    bodies = [json.loads(wire.sent[at][2]) for at in range(3)]
    assert bodies == [wish, {"user": "ann"}, {"devices": ["a", "b"]}]
    assert wire.sent[5][3]["Content-Type"] == "application/merge-patch+json"
    assert wire.sent[5][3]["If-Match"] == '"7"'


def test_what_comes_back() -> None:
    """The value and its revision."""
    client, _wire = api(ok({"id": "a"}, ETag='"12"'), (204, {}, b""))
    reply = client.devices.get("a")
    assert (reply.body, reply.revision) == ({"id": "a"}, 12)
    client.devices.delete("a")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (422, BadRequest),
        (404, NotFound),
        (409, Conflict),
        (412, Conflict),
        (500, ServerFailed),
        (503, ServerFailed),
    ],
)
def test_refusals(status: int, kind: type[ApiError]) -> None:
    """Problem details are typed errors with everything that was told."""
    problems = [{"path": "mac", "message": "is wrong", "expected": "right"}, "nonsense"]
    client, _wire = api(problem(status, "invalid", problems=problems))
    with pytest.raises(ApiError) as caught:
        client.devices.get("a")
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.kind, str(caught.value)) == (status, "invalid", "D")
    assert [str(each) for each in caught.value.problems] == ["mac: is wrong (expected right)"]


@pytest.mark.parametrize(
    "failure", [ConnectionRefusedError("no"), TimeoutError(), http.client.BadStatusLine("x")]
)
def test_nobody_answers(failure: Exception) -> None:
    """One sentence that says what to do; the connection is not used again."""
    client, wire = api(failure)
    with pytest.raises(ServerUnreachable, match="provd run"):
        client.index()
    assert wire.closed == 1


@pytest.mark.parametrize(
    "answer", [(200, {}, b"<html>"), (404, {}, b"Not found"), (200, {}, b"\xff")]
)
def test_somebody_else_answers(answer: Any) -> None:
    """Something that speaks no JSON is not provd."""
    client, _wire = api(answer)
    with pytest.raises(StrangeAnswer):
        client.index()


@pytest.mark.parametrize(
    "url", ["", "localhost:8092", "ftp://x", "http://", "http://x:99999", "http://x:y"]
)
def test_urls(url: str) -> None:
    """What is no URL of a server is said so at once."""
    with pytest.raises(ServerUnreachable):
        Transport(url)


def test_the_client_is_light() -> None:
    """Neither Twisted nor anything of the server is imported by a program that only asks."""
    code = (
        "import sys, provd.client, provd.cli, provd.cli.devices, provd.cli.whatif;"
        "print([name for name in sys.modules if name.partition('.')[0] in"
        " ('twisted', 'klein', 'jinja2', 'rich', 'pyroute2', 'zope')"
        " or name.startswith(('provd.store', 'provd.pipeline', 'provd.application'))])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"


def test_patches_and_many_changes() -> None:
    """Operations are sent as such; several values of one filter are several parameters."""
    client, wire = api(*[{}] * 3)
    client.devices.patch("a", [{"op": "remove", "path": "/sn"}], revision=7)
    client.devices.bulk([{"op": "delete", "id": "a"}], atomic=False)
    client.devices.list(where={"model": ["a", "b"], "version": "Gte(3.2)"})
    patch, bulk, listed = wire.sent
    assert patch[3]["Content-Type"] == "application/json-patch+json"
    assert patch[3]["If-Match"] == '"7"'
    assert json.loads(patch[2]) == [{"op": "remove", "path": "/sn"}]
    assert bulk[:2] == ("POST", "/api/v1/devices:bulk")
    assert json.loads(bulk[2]) == {"operations": [{"op": "delete", "id": "a"}], "atomic": False}
    assert listed[1].endswith("?model=a&model=b&version=Gte%283.2%29")
