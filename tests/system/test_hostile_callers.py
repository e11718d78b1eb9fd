"""Whatever callers send over HTTPS to a server that others reach: told precisely, and nothing changed."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from provd.testing.daemon import PATIENCE
from provd.testing.reached import AASTRA, JSON, Answer, Site

pytestmark = pytest.mark.system

YAML = "application/yaml"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all of them: none may harm the next."""
    made = Site(tmp_path_factory.mktemp("hostile") / "server")
    try:
        made.settle()
        yield made
    finally:
        made.connection.close()
        made.server.close()


PLACES = (
    ("POST", "/api/v1/devices"),
    ("PUT", "/api/v1/devices/own"),
    ("PATCH", "/api/v1/devices/own"),
    ("POST", "/api/v1/configs"),
    ("PUT", "/api/v1/configs/own"),
    ("PATCH", "/api/v1/configs/own"),
    ("POST", "/api/v1/devices:bulk"),
    ("POST", "/api/v1/configs:bulk"),
    ("POST", "/api/v1/users"),
    ("PUT", "/api/v1/users/none/password"),
    ("POST", "/api/v1/roles"),
    ("POST", "/api/v1/tokens"),
    ("POST", "/api/v1/tokens/revoke"),
    ("POST", "/api/v1/whatif"),
)
"""What reads a body, and would change something by most of them."""

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

BODIES: Mapping[str, tuple[str, bytes]] = {
    "nothing": (JSON, b""),
    "half": (JSON, b'{"id": "x'),
    "two": (JSON, b"{} {}"),
    "deep lists": (JSON, b"[" * 100_000 + b"]" * 100_000),
    "deep objects": (JSON, b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    "many values": (JSON, b'{"X_a":[' + b"1," * 300_000 + b"1]}"),
    "one huge text": (JSON, b'{"X_a":"' + b"x" * 2_000_000 + b'"}'),
    "a huge number": (JSON, b'{"X_a":1e999}'),
    "digits": (JSON, b'{"X_a":' + b"9" * 500_000 + b"}"),
    "keys twice": (JSON, b'{"id":"x","id":"y"}'),
    "keys twice below": (JSON, b'{"id":"x","options":{"a":1,"a":2}}'),
    "NaN": (JSON, b'{"X_a":NaN}'),
    "-Infinity": (JSON, b'{"X_a":-Infinity}'),
    "a surrogate": (JSON, b'{"X_a":"\\ud800"}'),
    "no UTF-8": (JSON, b'{"id":"\xe4\xff"}'),
    "UTF-16": (JSON, '{"id":"x"}'.encode("utf-16")),
    "a mark of order": (JSON, b'\xef\xbb\xbf{"id":"x"}'),
    "a list": (JSON, b"[]"),
    "a text": (JSON, b'"text"'),
    "null": (JSON, b"null"),
    "a bomb": (YAML, BOMB.encode()),
    "a tag": (YAML, b"id: !!python/object/apply:os.system ['true']"),
    "an anchor": (YAML, b"id: &a x\nconfig: *a"),
    "a merge": (YAML, b"<<: {id: x}"),
    "deep YAML": (YAML, b"[" * 20_000 + b"]" * 20_000),
    "long YAML": (YAML, b"id: " + b"x" * 200_000),
    "a Norwegian": (YAML, b"id: no"),
    "YAML keys twice": (YAML, b"id: x\nid: y"),
    "two documents": (YAML, b"id: x\n---\nid: y"),
    "YAML of no UTF-8": (YAML, b"id: \xff"),
    "a form": ("application/x-www-form-urlencoded", b"id=x"),
    "XML": ("application/xml", b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
    "no type": ("", b"{}"),
    "another charset": ("application/json; charset=utf-16", '{"id":"x"}'.encode("utf-16")),
}
"""What nobody can mean, whatever it is sent to."""


def require_precise(answer: Answer, *statuses: int) -> None:
    """It is a refusal that says which, and where."""
    assert answer.status in (statuses or range(400, 500)), answer
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json
    assert told["status"] == answer.status
    assert told["type"].startswith("urn:provd:problem:")
    assert told["title"]
    assert told["detail"]
    assert len(answer.body) < 20_000
    assert b"Traceback" not in answer.body


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_nobody_can_mean(site: Site, name: str) -> None:
    """It is refused wherever it is sent, in well under a second each, and nothing is changed."""
    kind, body = BODIES[name]
    before = site.position()
    for method, path in PLACES:
        begun = time.monotonic()
        answer = site.ask("root", method, path, body, content_type=kind)
        assert time.monotonic() - begun < 2
        require_precise(answer, 400, 413, 415)
    assert site.position() == before


@pytest.mark.parametrize("value", [0, -1, 1.5, True, [], {}, [[]], {"a": 1}, "", "\0", "x" * 5000])
def test_a_value_of_the_wrong_type(site: Site, value: Any) -> None:
    """Every known field, with every type that it has not: each problem has its path."""
    before = site.position()
    for noun, fields in (
        ("devices", ("id", "mac", "ip", "plugin", "config", "options", "tenant")),
        ("configs", ("id", "parent_ids", "raw_config", "role", "deletable")),
        ("users", ("id", "roles", "disabled", "tenants")),
        ("roles", ("id", "claims")),
    ):
        for each in fields:
            answer = site.ask("root", "POST", f"/api/v1/{noun}?dryrun", {"id": "new", each: value})
            if answer.status < 300:
                continue  # it is of the right type there
            require_precise(answer, 400, 422)
            if answer.status == 422:
                assert all(set(each) >= {"path", "message"} for each in answer.json["problems"])
    assert site.position() == before


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + b"x" * 100_000,
        b"\r\n".join(b"X-%d: x" % number for number in range(5000)),
        b"Authorization: Bearer " + b"x" * 100_000,
        b"Host: other.example",
        b"Content-Length: -1",
        b"Content-Length: 1\r\nContent-Length: 2",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip",
        b"No colon",
        b": no name",
        b"X\x00: x",
    ],
    ids=lambda head: head[:30].decode(),
)
def test_headers_that_cannot_be(site: Site, head: bytes) -> None:
    """They are refused before anything is read, over a connection that ends."""
    before, begun = site.position(), time.monotonic()
    said = site.raw(
        b"DELETE /api/v1/devices/own HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + head
        + b"\r\n\r\n"
    )
    # Bytes that came after the refusal may have reset the connection that it was sent on.
    assert re.match(rb"HTTP/1\.1 4\d\d |$", said), said[:200]
    assert time.monotonic() - begun < PATIENCE / 4
    assert site.position() == before


@pytest.mark.parametrize(
    "target",
    [
        b"/" + b"x" * 100_000,
        b"/api/v1/devices?q=" + b"x" * 100_000,
        b"/api/v1/devices?" + b"&".join(b"a%d=1" % number for number in range(1000)),
        b"/api/v1/devices?q={{{{",
        b"/api/v1/devices/%ff",
        b"/api/v1/devices/..%2fconfigs",
        b"/api/v1/../../etc/passwd",
        b"//api/v1/devices",
        b"http://other.example/api/v1/devices",
    ],
    ids=lambda target: target[:30].decode(),
)
def test_targets_that_cannot_be(site: Site, target: bytes) -> None:
    """Neither too long a one, nor one that leads elsewhere, is answered."""
    token = site.tokens["root"].encode()
    said = site.raw(
        b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Authorization: Bearer " + token + b"\r\n\r\n"
    )
    assert re.match(rb"HTTP/1\.1 4\d\d |$", said), said[:200]


def unsigned() -> str:
    """A token that says that nobody signed it."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({'sub': 'root', 'exp': 1 << 33})}."


def test_whoever_proves_nothing(site: Site) -> None:
    """An unknown user is told like a wrong password, and no forged or foreign token like another."""

    def basic(user: str) -> str:
        return "Basic " + base64.b64encode(f"{user}:wrong".encode()).decode()

    own = site.tokens["root"]
    proofs = {
        "unknown user": basic("nobody-of-that-name"),
        "wrong password": basic("viewer-b"),
        "no such token": "Bearer provd-once-" + "x" * 40,
        "unsigned": f"Bearer {unsigned()}",
        "cut": f"Bearer {own[:-4]}",
        "longer": f"Bearer {own}x",
        "twice": f"Bearer {own} {own}",
        "no text": "Bearer \u00ff",
        "a scheme": "Negotiate x",
    }
    told: dict[str, bytes] = {}
    before = but_for_the_trail(site)
    for name, proof in proofs.items():
        answer = site.ask("nobody", "DELETE", "/api/v1/devices/own", authorization=proof)
        require_precise(answer, 401)
        assert "www-authenticate" in answer.headers
        told[name] = answer.body
    assert told["unknown user"] == told["wrong password"]
    assert but_for_the_trail(site) == before


def but_for_the_trail(site: Site) -> tuple[Any, ...]:
    """Where the newest change is, but for the lines that tell of log-ins which failed."""
    info = site.ask("root", "GET", "/api/v1/info").json
    return info["epoch"], info["position"] - info["stats"]["audit"]


def test_what_names_nobody(site: Site) -> None:
    """Roles and users that there are not give nothing: they are refused by name."""
    before = site.position()
    answer = site.ask("root", "POST", "/api/v1/users", {"id": "x", "roles": ["nothing"]})
    require_precise(answer, 422)
    assert b"nothing" in answer.body
    claims = [{"scope": "nothing", "actions": ["read"]}]
    for path, body in (
        ("/api/v1/roles", {"id": "x", "claims": claims}),
        ("/api/v1/tokens", {"claims": claims}),
    ):
        require_precise(site.ask("root", "POST", path, body), 422)
    for path in ("/api/v1/users/nothing", "/api/v1/roles/nothing", "/api/v1/tokens/nothing"):
        require_precise(site.ask("root", "DELETE", path), 404)
    assert site.position() == before


def test_the_server_is_well(site: Site) -> None:
    """After all of that: it serves, and has met no defect."""
    assert site.ask("root", "GET", "/readyz").status == 200
    assert site.server.get("/aastra.cfg", AASTRA, "127.0.0.3").status == 404
    assert "Traceback" not in site.server.log
    assert site.server.process is not None
    status = Path(f"/proc/{site.server.process.pid}/status").read_text(encoding="ascii")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak
    assert int(peak[1]) < 400_000
