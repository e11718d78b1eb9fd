"""JSON, YAML and CSV, compressed or not; and pages of other origins."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from provd.api._csv import cell, write_row
from provd.api._errors import NotAcceptable
from provd.api._forms import wanted, wants_gzip
from provd.api._yaml import read_yaml
from provd.testing.api import Answer, Bench, bench
from provd.testing.documents import a_device

URL = "/api/v1/devices"
MAC = "00:00:5e:00:53:01"


@pytest.fixture
def api() -> Bench:
    """A server with two devices."""
    made = bench()
    made.core.keep(
        a_device("a", vendor="=cmd|' /C calc'!A0", options={"x": [1, "é"]}, version="1.10"),
        a_device("b", mac=None, description='say "hi",\nline'),
    )
    return made


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/*", "json"),
        ("text/*", "yaml"),
        ("application/yaml", "yaml"),
        ("text/x-yaml", "yaml"),
        ("application/yaml, application/json", "json"),
        ("application/yaml, application/json;q=0.9", "yaml"),
        ("application/json;q=0, */*", "yaml"),
        ("text/csv", "csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "json"),
        ("Application/YAML; q=1.000", "yaml"),
        ("application/json;q=x", "json"),
    ],
)
def test_what_is_liked_best_is_sent(accept: str, form: str) -> None:
    """By quality and then in our order; the most specific range decides about a type."""
    assert wanted(accept, listed=True) == form


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*", ",", ";q=1"])
def test_what_cannot_be_sent(accept: str) -> None:
    """Is refused, and a document is no table."""
    with pytest.raises(NotAcceptable):
        wanted(accept, listed=True)
    with pytest.raises(NotAcceptable):
        wanted("text/csv", listed=False)


@given(st.text(max_size=60))
def test_any_header_is_read(text: str) -> None:
    """Whatever a client sends."""
    wants_gzip(text)
    with contextlib.suppress(NotAcceptable):
        assert wanted(text, listed=True) in {"json", "yaml", "csv"}


def test_yaml_out(api: Bench) -> None:
    """A document and a list, an empty one too, hold what JSON holds."""
    for path in (f"{URL}/a", URL, f"{URL}?id=nobody", "/api/v1/plugins", "/api/v1/counters"):
        answer = api.ask("GET", path, accept="application/yaml")
        assert answer.headers["content-type"] == "application/yaml"
        assert read_yaml(answer.body) == api.ask("GET", path).json
        assert yaml.load(answer.body, Loader=yaml.CSafeLoader) == api.ask("GET", path).json


def raw(api: Bench, method: str, path: str, body: str, media: str) -> Answer:
    """A request with a body as it is."""
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {media}\r\n"
    content = body.encode()
    return api.raw(
        f"{head}content-length: {len(content)}\r\nconnection: close\r\n\r\n".encode() + content
    )


def test_yaml_in(api: Bench) -> None:
    """A document, a patch, many changes."""
    device = "id: c\nmac: '00:00:5e:00:53:03'\noptions: {switchboard: true}\n"
    assert raw(api, "POST", URL, device, "application/yaml").status == 201
    assert raw(api, "PATCH", f"{URL}/c", "sn: S1\n", "application/yaml").json["sn"] == "S1"
    many = "operations:\n- {op: delete, id: c}\n"
    assert raw(api, "POST", f"{URL}:bulk", many, "text/yaml").json["made"] == 1
    refused = raw(api, "POST", URL, "id: d\nsn: 0612345678\n", "application/yaml")
    assert refused.status == 400
    assert "line 2" in refused.json["detail"]
    assert raw(api, "POST", URL, "- a\n", "application/yaml").status == 400
    assert raw(api, "PATCH", f"{URL}/a", "sn: S1", "application/json").status == 400


def table(answer: Answer) -> list[dict[str, str]]:
    """The rows of a table."""
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8"), newline="")))


def test_csv(api: Bench) -> None:
    """A row for each, whatever is in the cells; none of them is a formula."""
    first, second = table(api.ask("GET", URL, accept="text/csv"))
    assert (first["id"], first["mac"], first["version"]) == ("a", MAC, "1.10")
    assert first["vendor"].startswith("'=cmd")
    assert (second["mac"], second["description"]) == ("", 'say "hi",\nline')
    assert second["configured"] == "false"
    [row, _other] = table(api.ask("GET", f"{URL}?fields=options.x,mac", accept="text/csv"))
    assert row == {"id": "a", "options.x": '[1, "é"]', "mac": MAC}
    assert "mac" not in table(api.ask("GET", f"{URL}?slim=mac", accept="text/csv"))[0]
    assert api.ask("GET", f"{URL}/a", accept="text/csv").status == 406
    empty = api.ask("GET", f"{URL}?id=nobody", accept="text/csv")
    assert empty.body.startswith(b"id,mac")


@given(st.text(max_size=20))
def test_no_cell_is_a_formula(text: str) -> None:
    """Whatever a device calls itself; and it is still one cell."""
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    line = write_row([text, 1]).decode("utf-8", "surrogatepass")
    [read] = csv.reader(io.StringIO(line, newline=""))
    assert read in ([text, "1"], [f"'{text}", "1"])


def test_negative_numbers_are_numbers() -> None:
    """A number is no text that somebody chose."""
    assert write_row([-1, -0.5, True, None, {"a": 1}]) == b'-1,-0.5,true,,"{""a"": 1}"\r\n'


@pytest.mark.parametrize("accept", ["application/json", "application/yaml", "text/csv"])
def test_compressed_lists(api: Bench, accept: str) -> None:
    """What is packed is what is sent otherwise, also over many pieces."""
    api.core.keep(*(a_device(f"n{n}", mac=None, description="x" * 50) for n in range(3000)))
    packed = api.ask("GET", URL, accept=accept, accept_encoding="br, gzip;q=0.5")
    plain = api.ask("GET", URL, accept=accept)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 5
    assert "accept-encoding" in packed.headers["vary"]


def test_compressed_documents(api: Bench) -> None:
    """Where it is worth it, and only for who can read it."""
    api.ask("PATCH", f"{URL}/a", {"description": "x" * 5000})
    plain = api.ask("GET", f"{URL}/a")
    packed = api.ask("GET", f"{URL}/a", accept_encoding="gzip")
    assert json.loads(gzip.decompress(packed.body)) == plain.json
    for encoding in ("", "identity", "gzip;q=0", "br", "*"):
        answer = api.ask("GET", f"{URL}/a", accept_encoding=encoding)
        assert "content-encoding" not in answer.headers
    assert "content-encoding" not in api.ask("GET", f"{URL}/b", accept_encoding="gzip").headers


def test_validators_tell_forms_apart(api: Bench) -> None:
    """No two forms share one; a condition with any of them is about the revision."""
    ways: list[dict[str, Any]] = [
        {},
        {"accept": "application/yaml"},
        {"accept_encoding": "gzip"},
        {"accept": "application/yaml", "accept_encoding": "gzip"},
    ]
    tags = [api.ask("GET", f"{URL}/a", **way).headers["etag"] for way in ways]
    assert len(set(tags)) == 4
    for tag in tags:
        assert api.ask("GET", f"{URL}/a", if_none_match=tag).status == 304
    for tag in tags[1:]:
        changed = api.ask("PATCH", f"{URL}/a", {"sn": tag}, if_match=tag)
        assert changed.status == (200 if tag == tags[1] else 412)


class TestOrigins:
    """CORS."""

    CONSOLE = "https://console.example"

    @pytest.fixture
    def open_api(self, api: Bench) -> Bench:
        """A server that pages of one origin may ask."""
        api.site.resource.screen.adopt((), [self.CONSOLE])
        return api

    def test_asked_first(self, open_api: Bench) -> None:
        """A browser is told what its page may do; credentials of its own it must not add."""
        answer = open_api.ask(
            "OPTIONS",
            f"{URL}/a",
            origin=self.CONSOLE,
            access_control_request_method="PATCH",
            access_control_request_headers="if-match",
        )
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == self.CONSOLE
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        assert "if-match" in answer.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in answer.headers

    def test_asked_then(self, open_api: Bench) -> None:
        """Its page may read answers, refusals and validators."""
        for path, status in ((f"{URL}/a", 200), (f"{URL}/nobody", 404)):
            answer = open_api.ask("GET", path, origin=self.CONSOLE)
            assert answer.status == status
            assert answer.headers["access-control-allow-origin"] == self.CONSOLE
            assert "etag" in answer.headers["access-control-expose-headers"]
            assert "origin" in answer.headers["vary"]

    @pytest.mark.parametrize(
        "origin",
        [
            "null",
            "https://console.example.evil.example",
            "http://console.example",
            "*",
            "",
            "https://evil.example",
            "https://console.example:444",
        ],
    )
    def test_other_origins(self, open_api: Bench, origin: str) -> None:
        """Are told nothing, before or then."""
        for method in ("OPTIONS", "GET", "DELETE"):
            answer = open_api.ask(
                method, f"{URL}/a", origin=origin, access_control_request_method="GET"
            )
            assert "access-control-allow-origin" not in answer.headers
            assert answer.status == 403 or not origin
        assert open_api.core.store.get("devices", "a") is not None or not origin

    def test_nobody_unless_named(self, api: Bench) -> None:
        """As it is without settings."""
        answer = api.ask("GET", URL, origin=self.CONSOLE)
        assert answer.status == 403
        assert "access-control-allow-origin" not in answer.headers
