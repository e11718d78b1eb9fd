"""YAML: what is read, what is refused because others read it differently, and what it may cost."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from provd.api._errors import MalformedRequest
from provd.api._yaml import BYTES_LIMIT, VALUES_LIMIT, read_yaml
from provd.wire.yaml import write_item, write_yaml

ODD = """no Yes on ~ null 1 012 1:30 0x1f 2001-01-01 +33 << = 1e3 .5 5. .inf 1_000 0o17 % @a ` | > ? { [
#c ' " \x85 \ufeff !t &a *a 😀""".split()
ODD += ["", "- a", "a: b", "a\nb", " x", "x "]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("no"), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_is_read(value: Any) -> None:
    """By us, and by a reader of YAML 1.1, which is what most programs have."""
    written = write_yaml(value)
    assert read_yaml(written) == value
    assert yaml.load(written, Loader=yaml.CSafeLoader) == value
    assert read_yaml(write_item(value)) == [value]


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    """Whatever is sent, it is a JSON value or MalformedRequest."""
    with contextlib.suppress(MalformedRequest):
        json.dumps(read_yaml(body))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("a: 1\nb: [x, 'no', 1.5, -3]\n", {"a": 1, "b": ["x", "no", 1.5, -3]}),
        ("sip_lines:\n  1: {number: '42'}\n", {"sip_lines": {"1": {"number": "42"}}}),
        ("mac: 00:08:5d:11:22:aa", {"mac": "00:08:5d:11:22:aa"}),
        ("ip: 192.0.2.1", {"ip": "192.0.2.1"}),
        ("version: 3.2.0", {"version": "3.2.0"}),
        ("x: |\n  two\n  lines\n", {"x": "two\nlines\n"}),
        ("a: ~\nb:\nc: null", {"a": None, "b": None, "c": None}),
        ("a: true\nb: False", {"a": True, "b": False}),
        ("--- {a: b}\n...\n", {"a": "b"}),
        ('{"json": ["is", "yaml", 1.5e+3]}', {"json": ["is", "yaml", 1500.0]}),
        ("", None),
    ],
)
def test_read(body: str, value: Any) -> None:
    """What all read alike."""
    assert read_yaml(body.encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        *(
            f"x: {each}"
            for each in "no Yes ON off y N = 012 0612345678 0x1f 0o17 0b1 1_000".split()
        ),
        *(f"x: {each}" for each in "1:30 10:20:30:40:50:51 1e3 .5 5. +33 .inf -.Inf .nan".split()),
        "x: 2001-01-01",
        "x: 2001-01-01 10:00:00",
        "no: 1",
        "~: 1",
        "<<: {a: 1}",
        "true: 1",
        "a: 1\na: 2",
        "a: &x 1\nb: *x",
        "a: &x 1",
        "a: !!python/object/apply:os.system ['true']",
        "a: !!str 1",
        "! a",
        "%YAML 1.1\n---\na: 1",
        "%TAG ! tag:x,2000:\n---\na: 1",
        "a: 1\n---\nb: 2",
        "? [a]\n: 1",
        "a: [",
        "\ta: 1",
        "a: b: c",
        "a: " + "9" * 400 + ".0",
        "[" * 33 + "]" * 33,
        "[" + "1," * VALUES_LIMIT + "1]",
        "x: " + "y" * BYTES_LIMIT,
        "a: \x00",
    ],
)
def test_refused(body: str) -> None:
    """Two readings, references, tags, several documents, and whatever is too much; with the line."""
    with pytest.raises(MalformedRequest):
        read_yaml(body.encode())


def test_it_says_where() -> None:
    """A refusal names the line and what to do."""
    with pytest.raises(MalformedRequest, match="line 2: 'no' is read in several ways: quote it"):
        read_yaml(b"a: 1\nb: no\n")


LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%b]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(8)
)


@pytest.mark.parametrize(
    "body",
    [
        LAUGHS,
        b"[" * BYTES_LIMIT,
        b"{a: " * (BYTES_LIMIT // 4),
        b"- " * (BYTES_LIMIT // 2),
        b"? " * (BYTES_LIMIT // 2),
        b"#" * BYTES_LIMIT,
        b"\n" * BYTES_LIMIT,
        b"a" * BYTES_LIMIT,
        b"'" * BYTES_LIMIT,
        b'"' + b"\\x41" * (BYTES_LIMIT // 4 - 1) + b'"',
        b"[" + b"," * (BYTES_LIMIT - 2) + b"]",
        b"a: 1\n" * (BYTES_LIMIT // 5),
        b"!<" + b"a" * (BYTES_LIMIT - 4) + b"> x",
        b"x: |\n" + b" \n" * (BYTES_LIMIT // 2 - 4),
        b":" * BYTES_LIMIT,
        b"&a " * (BYTES_LIMIT // 3),
    ],
)
def test_hostile_bodies_cost_little(body: bytes) -> None:
    """No body of the allowed size takes more than the blink of an eye."""
    began = time.process_time()
    with contextlib.suppress(MalformedRequest):
        read_yaml(body)
    assert time.process_time() - began < 0.5
