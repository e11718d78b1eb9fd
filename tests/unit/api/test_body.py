"""Bodies: strict JSON, bounded in bytes and depth."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.api._body import BODY_LIMIT, DEPTH_LIMIT, VALUES_LIMIT, read_json, read_object
from provd.api._errors import MalformedRequest
from provd.testing.api import bench

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_json_is_read_as_it_was_written(value: object) -> None:
    """Whatever is JSON, within the bounds, comes back."""
    assert read_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    """Whatever is sent, it is a value or MalformedRequest."""
    with contextlib.suppress(MalformedRequest):
        read_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1,]",
        b"{'a': 1}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "c": 2, "b": 3}}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"1" * 5000,
        b"{} {}",
    ],
)
def test_what_two_programs_would_read_differently(body: bytes) -> None:
    """Duplicate keys, NaN, lone surrogates, numbers beyond a double and the like are refused."""
    with pytest.raises(MalformedRequest):
        read_json(body)


def test_depth() -> None:
    """Nesting is bounded; brackets inside strings do not nest."""
    deepest = b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT
    assert read_json(deepest)
    with pytest.raises(MalformedRequest, match="too deep"):
        read_json(b"[" + deepest + b"]")
    assert read_json(json.dumps(["[" * 1000, '"[{' * 100]).encode())
    assert read_json(b"[" + b",".join([b"[]"] * 1000) + b"]")


@pytest.mark.parametrize(
    "body",
    [b"[" * BODY_LIMIT, b'"' + b'\\"' * (BODY_LIMIT // 2), b'{"a":' * (BODY_LIMIT // 5), b'"\\'],
)
def test_hostile_megabytes_cost_little(body: bytes) -> None:
    """No body of the allowed size is searched again and again."""
    began = time.process_time()
    with pytest.raises(MalformedRequest):
        read_json(body)
    assert time.process_time() - began < 2.0


def test_number_of_values() -> None:
    """Is bounded, wherever they are; commas in texts are none."""
    assert read_json(json.dumps([","] * VALUES_LIMIT).encode())
    for value in ([0] * (VALUES_LIMIT + 1), {str(each): {} for each in range(VALUES_LIMIT + 1)}):
        with pytest.raises(MalformedRequest, match="holds too much"):
            read_json(json.dumps(value).encode())


def test_only_an_object_is_an_object() -> None:
    """The refusal says what came instead."""
    with pytest.raises(MalformedRequest, match="is a list"):
        read_object(b"[]")


def test_a_body_beyond_the_limit_is_refused() -> None:
    """By its declared length, and by its real one where none is declared; nothing is kept of it."""
    api = bench()
    head = b"POST /api/v1/devices HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    body = b" " * (BODY_LIMIT + 1)
    declared = head + b"content-length: %d\r\n\r\n" % len(body) + body
    chunked = (
        head + b"transfer-encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    )
    for request in (declared, chunked):
        answer = api.raw(request)
        assert answer.status == 413
        assert answer.json["type"] == "urn:provd:problem:too-large"
        assert answer.headers["connection"] == "close"
    assert api.ask("GET", "/api/v1/devices").json["total"] == 0


def test_a_body_within_the_limit_is_read() -> None:
    """Up to the limit, also in pieces."""
    api = bench()
    document = json.dumps({"id": "phone", "description": "x" * (BODY_LIMIT - 100)}).encode()
    head = b"POST /api/v1/devices HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    head += b"connection: close\r\n"
    half = len(document) // 2
    pieces = b"".join(
        b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (document[:half], document[half:])
    )
    answer = api.raw(head + b"transfer-encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n")
    assert answer.status == 201


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("10.0", 10),
        ("1e3", 1000),
        ("-0.0", 0),
        ("1.5", 1.5),
        ("9007199254740993.0", float(1 << 53)),
    ],
)
def test_a_number_without_a_fraction_is_an_integer(spelled: str, value: float) -> None:
    """However it is spelled, as JSON Schema has it; beyond what a double can tell, it stays one."""
    found = read_json(spelled.encode())
    assert (found, type(found)) == (value, type(value))
