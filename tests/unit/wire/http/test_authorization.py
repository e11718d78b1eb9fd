"""What a client shows of who it is, and what it is asked for: RFC 7617, RFC 7616, and arbitrary bytes."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from provd.values import MalformedPacket
from provd.wire.http import (
    BasicShown,
    DigestShown,
    basic_challenge,
    digest_challenge,
    parse_authorization,
)

MD5_VECTOR = (
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5,'
    ' nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,'
    ' cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,'
    ' response="8ca523f5e9506fed4657c9700eebdbec",'
    ' opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
SHA256_VECTOR = MD5_VECTOR.replace("=MD5", "=SHA-256").replace(
    "8ca523f5e9506fed4657c9700eebdbec",
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
)
PASSWORD = "Circle of Life"


def digest(header: str = MD5_VECTOR) -> DigestShown:
    """The header, read."""
    shown = parse_authorization(header)
    assert isinstance(shown, DigestShown)
    return shown


def test_the_example_of_rfc_7617() -> None:
    """Section 2: a name and a password with a space in it."""
    shown = parse_authorization("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    assert shown == BasicShown("Aladdin", "open sesame")


def test_the_example_of_rfc_7617_in_utf8() -> None:
    """Section 2.1: test:123£."""
    assert parse_authorization("basic dGVzdDoxMjPCow==") == BasicShown("test", "123£")


@pytest.mark.parametrize("vector", [MD5_VECTOR, SHA256_VECTOR])
def test_the_examples_of_rfc_7616(vector: str) -> None:
    """Section 3.9.1: what the client there sends is what its password makes."""
    shown = digest(vector)
    assert shown.expects(PASSWORD, "GET") == shown.response
    assert shown.expects("another", "GET") != shown.response
    assert shown.expects(PASSWORD, "HEAD") != shown.response


def test_the_session_form_hashes_the_nonces_in() -> None:
    """RFC 7616 section 3.4.2: A1 is hashed, then hashed with nonce and cnonce."""
    shown = digest(MD5_VECTOR.replace("=MD5", "=MD5-sess"))
    assert (shown.algorithm, shown.session) == ("MD5", True)
    assert shown.expects(PASSWORD, "GET") == "e783283f46242139c486a698fec7211d"


def test_md5_is_meant_where_nothing_is_said() -> None:
    """RFC 7616 section 3.4: and names are read in any case."""
    shown = digest(MD5_VECTOR.replace(" algorithm=MD5,", "").replace("nonce=", "NONCE="))
    assert (shown.algorithm, shown.session) == ("MD5", False)


def test_quoted_pairs_mean_what_they_quote() -> None:
    """RFC 9110 section 5.6.4."""
    shown = digest(MD5_VECTOR.replace('"Mufasa"', r'"Mu\"fa\\sa"'))
    assert shown.username == 'Mu"fa\\sa'


def test_a_name_may_be_in_the_extended_notation() -> None:
    """RFC 7616 section 3.4: `username*`, as RFC 5987 has it."""
    header = MD5_VECTOR.replace('username="Mufasa"', "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe")
    assert digest(header).username == "Jäsøn Doe"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer x",
        "Basic",
        "Basic ?",
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b":no name").decode(),
        "Basic " + b64encode(b"\xff\xfe:x").decode(),
        "Digest",
        "Digest username",
        MD5_VECTOR.replace("qop=auth", "qop=auth-int"),
        MD5_VECTOR.replace(" qop=auth,", ""),
        MD5_VECTOR.replace("nc=00000001", "nc=1"),
        MD5_VECTOR.replace("nc=00000001", "nc=0000000g"),
        MD5_VECTOR.replace("cnonce=", "x="),
        MD5_VECTOR.replace("8ca523f5", "zzzzzzzz"),
        MD5_VECTOR.replace("=MD5", "=SHA-512-256"),
        MD5_VECTOR.replace("=MD5", "=TOKEN"),
        MD5_VECTOR + ", userhash=true",
        MD5_VECTOR + ', username="Simba"',
        MD5_VECTOR.replace('username="Mufasa"', "username*=LATIN1''x"),
        MD5_VECTOR.replace('username="Mufasa"', "username*=UTF-8''%ff"),
        MD5_VECTOR + ", username*=UTF-8''x",
        MD5_VECTOR.replace('username="Mufasa", ', ""),
        MD5_VECTOR + ', x="' + "y" * 5000 + '"',
        MD5_VECTOR + ', x="unfinished',
    ],
)
def test_what_cannot_be_read_is_refused(header: str) -> None:
    """By its name, and without a word of what was sent."""
    with pytest.raises(MalformedPacket) as caught:
        parse_authorization(header)
    assert "Mufasa" not in str(caught.value)
    assert "f2/wE" not in str(caught.value)


def test_every_truncation_is_named() -> None:
    """A header cut anywhere is malformed, or a shorter valid one."""
    for header in (MD5_VECTOR, SHA256_VECTOR, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="):
        for length in range(len(header)):
            parse_or_named(header[:length])


@given(st.text(max_size=400))
def test_no_text_crashes_the_reader(text: str) -> None:
    """Whatever stands in Authorization, the outcome is what is shown or MalformedPacket."""
    for header in (text, f"Basic {text}", f"Digest {text}", MD5_VECTOR + text):
        shown = parse_or_named(header)
        if isinstance(shown, DigestShown):
            shown.expects(text, "GET")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["username", "realm", "nonce", "uri", "response", "nc", "qop", "x"]),
            st.text(alphabet='ab"\\, =0', max_size=12),
        ),
        max_size=9,
    )
)
def test_no_parameters_crash_the_reader(parameters: list[tuple[str, str]]) -> None:
    """Nor any order and quoting of them."""
    parse_or_named("Digest " + ",".join(f'{name}="{value}"' for name, value in parameters))


@given(
    username=st.text(st.characters(codec="utf-8", exclude_characters=":"), min_size=1),
    password=st.text(st.characters(codec="utf-8")),
)
def test_basic_gives_back_what_was_shown(username: str, password: str) -> None:
    """Encoding and reading are inverse."""
    encoded = b64encode(f"{username}:{password}".encode()).decode()
    if len(encoded) < 4000:
        assert parse_authorization(f"Basic {encoded}") == BasicShown(username, password)


def test_what_is_asked_for() -> None:
    """Values of WWW-Authenticate; `stale` only where it is true."""
    assert basic_challenge("provd") == 'Basic realm="provd", charset="UTF-8"'
    asked = digest_challenge("provd", "abc", "SHA-256", stale=False)
    assert asked == 'Digest realm="provd", qop="auth", algorithm=SHA-256, nonce="abc"'
    assert digest_challenge("provd", "abc", "MD5", stale=True).endswith(", stale=true")


def test_a_count_is_part_of_the_response() -> None:
    """Whoever sends an answer again has to send its count again, too."""
    shown = digest()
    assert replace(shown, count=2).expects(PASSWORD, "GET") != shown.response


def parse_or_named(header: str) -> BasicShown | DigestShown | None:
    """What is shown, or None where it is refused by name."""
    try:
        return parse_authorization(header)
    except MalformedPacket:
        return None
