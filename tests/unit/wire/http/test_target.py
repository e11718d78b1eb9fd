"""What a request target means, and what is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.testing.hostile_paths import HOSTILE_TARGETS
from provd.values import MalformedPacket
from provd.wire.http import parse_target


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/", "/", ""),
        (b"/a/b.cfg", "/a/b.cfg", ""),
        (b"/a/", "/a/", ""),
        (b"/a?x=%20&y", "/a", "x=%20&y"),
        (b"/a?", "/a", ""),
        (b"/a%20b", "/a b", ""),
        (b"/a+b", "/a+b", ""),
        (b"/%252e%252e/x", "/%2e%2e/x", ""),
        (b"/%C3%A9t%c3%a9", "/été", ""),
        (b"/%ff", "/\ufffd", ""),
        (b"/%c0%ae%c0%ae/x", "/\ufffd\ufffd\ufffd\ufffd/x", ""),
        (b"/a%2fb", "/a/b", ""),
        (b"/.../x", "/.../x", ""),
        (b"//a", "/a", ""),
        (b"/a///b//", "/a/b/", ""),
        (b"/a/%2fb", "/a/b", ""),
        (b"/.hidden", "/.hidden", ""),
        (b"/a?http://x//..%zz", "/a", "http://x//..%zz"),
    ],
)
def test_a_path_is_decoded_exactly_once(target: bytes, path: str, query: str) -> None:
    """Escapes become bytes once, bytes become text, and the query stays as it was sent."""
    assert parse_target(target) == (path, query)


@pytest.mark.parametrize(
    "target",
    [
        b"",
        b"*",
        b"a",
        b"http://192.0.2.1/a",
        b"192.0.2.1:443",
        b"?a",
        b"/..",
        b"/a/../b",
        b"/a/./b",
        b"/%2e%2e/b",
        b"/a/.%2e",
        b"/a%2f..%2fb",
        b"/%",
        b"/%2",
        b"/%zz",
        b"/a%00",
        b"/a%0d%0aX",
        b"/a%7f",
        b"/a\\b",
        b"/a%5cb",
        b"/a b",
        b"/a#b",
        b"/a?b c",
        b"/a\x7f",
    ],
)
def test_what_leads_nowhere_is_malformed(target: bytes) -> None:
    """Other forms, bad escapes, control characters, backslashes and climbing are refused by name."""
    with pytest.raises(MalformedPacket):
        parse_target(target)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_path_or_malformed(target: bytes) -> None:
    """Whatever is asked for, the outcome is a path that only leads downwards, or the named error."""
    try:
        path, _query = parse_target(b"/" + target)
    except MalformedPacket:
        return
    assert path.startswith("/")
    assert not {"", ".", ".."} & set(path.split("/")[1:-1])
    assert path.rsplit("/", 1)[1] not in {".", ".."}
    assert not any(character < " " or character in "\\\x7f" for character in path)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=50))
def test_an_escaped_name_comes_back(name: str) -> None:
    """A client that escapes every byte of a name asks for that name."""
    escaped = b"".join(b"%%%02x" % byte for byte in name.encode())
    if "\\" in name or {".", ".."} & set(name.split("/")):
        with pytest.raises(MalformedPacket):
            parse_target(b"/" + escaped)
    else:
        assert parse_target(b"/" + escaped) == (re.sub("/+", "/", f"/{name}"), "")


@pytest.mark.parametrize("target", HOSTILE_TARGETS)
def test_no_hostile_target_climbs(target: bytes) -> None:
    """What is left of the corpus after decoding has no segment that means up or here."""
    try:
        path, _query = parse_target(target)
    except MalformedPacket:
        return
    assert not {".", ".."} & set(path.split("/"))
