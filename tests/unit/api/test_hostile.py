"""Whatever is sent to any route: a precise answer, no defect, and nothing changed by what was refused."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.logger import globalLogPublisher

from provd.testing.api import Bench, bench
from provd.testing.plugins import acme

ROUTES = [
    (entry["method"], entry["path"]) for entry in bench().ask("GET", "/api/v1").json["routes"]
]
KEYS = st.sampled_from(
    (
        "id mac ip plugin config options parent_ids raw_config deletable revision tenant"
        " configured answers protocol path headers X_a role transient"
    ).split()
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["phone", "autoprov", "acme-1.0", "00:00:5e:00:53:01", "192.0.2.1", "http"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=10,
)
SEGMENTS = st.sampled_from(
    ["phone", "autoprov", "acme-1.0", "..", "%2e%2e", "%00", "%ff"]
) | st.text(max_size=8).map(quote)
PARAMETERS = st.dictionaries(
    st.sampled_from(["q", "sort", "skip", "limit", "fields", "mac", "id", "device", "configured"]),
    st.binary(max_size=12).map(quote_from_bytes)
    | st.sampled_from(['{"mac":{"$in":[1]}}', '{"a..b":1}', '{"$or":[]}', "-", "a.b", "1"]).map(
        quote
    ),
    max_size=2,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["if_match", "if_none_match", "accept", "range", "expect", "x_http_method_override"]
    ),
    st.sampled_from(['"1"', "*", 'W/"2"', "", "bytes=0-1", "application/json", "DELETE", '"' * 50]),
    max_size=2,
)


def defects(api: Bench, *asked: Any, **headers: str) -> tuple[Any, list[Any]]:
    """An answer, and every failure that was logged on the way."""
    logged: list[Any] = []

    def hear(event: Any) -> None:
        if "log_failure" in event:
            logged.append(event["log_failure"])

    globalLogPublisher.addObserver(hear)
    try:
        return api.ask(*asked, **headers), logged
    finally:
        globalLogPublisher.removeObserver(hear)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(ROUTES),
    SEGMENTS,
    PARAMETERS,
    st.none() | VALUES | st.dictionaries(KEYS, VALUES),
    HEADERS,
)
def test_any_call_has_a_precise_answer(
    route: tuple[str, str],
    segment: str,
    parameters: dict[str, str],
    body: Any,
    headers: dict[str, str],
) -> None:
    """No call is a defect; a refusal is problem details; what was refused changed nothing."""
    api = bench(acme())
    api.ask("POST", "/api/v1/devices", {"id": "phone", "plugin": "acme-1.0", "config": "autoprov"})
    before = api.core.store.feed.applied()
    method, template = route
    path = "/".join(segment if each.startswith("{") else each for each in template.split("/"))
    query = "&".join(f"{name}={text}" for name, text in parameters.items())
    answer, logged = defects(api, method, f"{path}?{query}", body, **headers)
    assert not logged, logged
    assert answer.status < 500, answer
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == answer.status
        assert api.core.store.feed.applied() == before
    elif answer.body and "json" in answer.headers["content-type"]:
        json.loads(answer.body)


@pytest.mark.parametrize(
    "name",
    "accept if-match if-none-match content-type content-encoding origin idempotency-key prefer"
    " authorization accept-encoding".split(),
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_header_that_is_no_text(name: str, method: str) -> None:
    """No header has to be UTF-8; what makes no sense is refused, and nothing is a defect."""
    api = bench()
    head = f"{method} /api/v1/configs/x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
    body = b"content-type: application/json\r\n" if name != "content-type" else b""
    line = name.encode() + b": \xe4\xff\r\ncontent-length: 2\r\n\r\n{}"
    answer = api.raw(head.encode() + body + line)
    assert 400 <= answer.status < 500, answer


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(sent: bytes) -> None:
    """The next client is served whatever the last one sent."""
    api = bench()
    # Where the request was not whole, nothing is answered and there is nothing to parse.
    with contextlib.suppress(IndexError, ValueError):
        api.raw(sent + b"\r\n\r\n")
    assert api.ask("GET", "/healthz").status == 200
