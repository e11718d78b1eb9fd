"""Host and Origin: a page of another site gets nothing, whatever name it uses for us."""

from __future__ import annotations

import pytest

from provd.api._screen import host_name
from provd.testing.api import Bench, bench

PATHS = ["/api/v1", "/api/v1/devices", "/api/v1/devices/nobody", "/healthz", "/readyz", "/nowhere"]


@pytest.fixture
def api() -> Bench:
    """The API under one configured name."""
    return bench(hosts=["provd.example"])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.example", "192.0.2.1:8092"]
)
def test_another_host_is_misdirected(api: Bench, path: str, host: str) -> None:
    """A name that an attacker rebound to loopback is refused, on every path alike."""
    answer = api.ask("GET", path, host=host)
    assert answer.status == 421
    assert answer.json["type"] == "urn:provd:problem:misdirected"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8092",
        "127.0.0.1:8092",
        "[::1]:8092",
        "provd.example",
        "provd.example.:1",
    ],
)
def test_our_names(api: Bench, host: str) -> None:
    """Loopback names and the configured ones are ours, with any port and in any case."""
    assert api.ask("GET", "/healthz", host=host).status == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "file://", "http://localhost"]
)
def test_another_origin_is_refused(api: Bench, path: str, origin: str) -> None:
    """Another page, on another port even, changes and reads nothing."""
    for method in ("GET", "POST"):
        answer = api.ask(method, path, origin=origin)
        assert answer.status == 403
        assert answer.json["type"] == "urn:provd:problem:foreign-origin"


def test_own_origin(api: Bench) -> None:
    """A page that this very server sent may ask."""
    assert api.ask("GET", "/healthz", origin="http://localhost:8092").status == 200


def test_a_host_is_needed_and_one_only(api: Bench) -> None:
    """Without a Host, and with two, nobody can say who was meant."""
    assert api.raw(b"GET /healthz HTTP/1.0\r\nconnection: close\r\n\r\n").status == 400
    twice = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n"
    assert api.raw(twice).status == 400


def test_refusals_are_counted(api: Bench) -> None:
    """An operator sees that somebody tried."""
    api.ask("GET", "/healthz", host="evil.example")
    api.ask("GET", "/healthz", origin="http://evil.example")
    assert api.ask("GET", "/api/v1/counters").json["api"]["refused_by_screen"] == 2


def test_no_answer_may_be_read_by_other_sites(api: Bench) -> None:
    """No answer carries a CORS header, and none is kept by a cache."""
    answer = api.ask("GET", "/api/v1/devices")
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["server"] == "provd"


@pytest.mark.parametrize(
    ("authority", "host"),
    [("A.b:1", "a.b"), ("[::1]:80", "[::1]"), ("[::1", "[::1]"), ("", ""), ("a.:80", "a")],
)
def test_host_of_an_authority(authority: str, host: str) -> None:
    """The port goes, case and a final dot do not matter."""
    assert host_name(authority) == host
