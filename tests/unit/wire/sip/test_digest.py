"""Digest answers, against the examples of the RFCs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.values import MalformedPacket
from provd.wire.sip import (
    Asked,
    Credentials,
    SipResponse,
    UnsendableMessage,
    answer_to,
    challenge_of,
    parse_challenge,
)

RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
GET = Asked(
    method="GET",
    uri="/dir/index.html",
    cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616(algorithm: str, response: str) -> None:
    """Section 3.9.1."""
    challenge = parse_challenge(RFC_7616.format(algorithm))
    answer = answer_to(challenge, Credentials("Mufasa", "Circle of Life"), GET)
    assert f'response="{response}"' in answer
    assert "qop=auth, nc=00000001" in answer
    assert 'opaque="FQhe' in answer


def test_rfc_2617() -> None:
    """Section 3.5, where no algorithm is said."""
    challenge = parse_challenge(
        'Digest realm="testrealm@host.com", qop="auth,auth-int",'
        ' nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    asked = Asked(method="GET", uri="/dir/index.html", cnonce="0a4f113b")
    answer = answer_to(challenge, Credentials("Mufasa", "Circle Of Life"), asked)
    assert 'response="6629fae49393a05397450978507c4ef1"' in answer
    assert "algorithm" not in answer


def test_sha_512_256() -> None:
    """Section 3.9.2 as its erratum 4897 has it, with the name that is hashed there."""
    challenge = parse_challenge(
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256,'
        ' nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK"'
    )
    asked = Asked(
        method="GET", uri="/doe.json", cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"
    )
    answer = answer_to(challenge, Credentials("Jäsøn Doe", "Secret, or not?"), asked)
    assert "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5" in answer


def test_without_qop() -> None:
    """A server of RFC 2069 is answered as it understands: H(H(A1):nonce:H(A2)) and no more."""
    challenge = parse_challenge('Digest realm="r", nonce="n"')
    answer = answer_to(challenge, Credentials("u", "p"), GET)
    assert "cnonce" not in answer
    assert "nc=" not in answer


def test_the_body_counts() -> None:
    """With auth-int alone, another body has another answer; with auth it has not."""
    sealed = parse_challenge('Digest realm="r", nonce="n", qop="auth-int"')
    plain = parse_challenge('Digest realm="r", nonce="n", qop="auth"')
    other = Asked(method=GET.method, uri=GET.uri, cnonce=GET.cnonce, body=b"x")
    who = Credentials("u", "p")
    assert answer_to(sealed, who, GET) != answer_to(sealed, who, other)
    assert answer_to(plain, who, GET) == answer_to(plain, who, other)


def test_sessions() -> None:
    """With -sess, what the client chose is in A1."""
    plain = parse_challenge('Digest realm="r", nonce="n", qop="auth", algorithm=MD5')
    session = parse_challenge('Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess')
    who = Credentials("u", "p")
    one, other = answer_to(plain, who, GET), answer_to(session, who, GET)
    assert one.split("response=")[1][:34] != other.split("response=")[1][:34]
    assert "algorithm=MD5-sess" in other


def test_names_with_quotes() -> None:
    """A name cannot end its own quotes."""
    answer = answer_to(
        parse_challenge('Digest realm="r\\"x", nonce="n"'), Credentials('a"\\', "p"), GET
    )
    assert 'username="a\\"\\\\"' in answer
    assert 'realm="r\\"x"' in answer


def response(*challenges: str, status: int = 401) -> SipResponse:
    """A response with those challenges."""
    name = {401: "www-authenticate", 407: "proxy-authenticate"}.get(status, "www-authenticate")
    return SipResponse(status=status, headers=tuple((name, each) for each in challenges))


def test_the_first_that_can_be_answered() -> None:
    """The server's order is its preference; what one does not know is passed over (RFC 8760)."""
    found = challenge_of(
        response(
            "Basic realm=a",
            'Digest realm="a", nonce="1", algorithm=SHA3-1',
            'Digest realm="a", nonce="2", algorithm=SHA-256, qop="auth,token"',
            'Digest realm="a", nonce="3"',
        )
    )
    assert found is not None
    assert (found.nonce, found.algorithm) == ("2", "SHA-256")
    assert challenge_of(response('Digest realm="a", nonce="2", qop="token"')) is None
    assert challenge_of(response('Digest realm="a", nonce="2"', status=200)) is None
    assert challenge_of(response('Digest realm="a", nonce="2"', status=407)) is not None


def test_an_algorithm_nobody_knows() -> None:
    """It is not answered by another."""
    with pytest.raises(UnsendableMessage):
        answer_to(
            parse_challenge('Digest realm="r", nonce="n", algorithm=X'), Credentials("", ""), GET
        )


@given(st.text(max_size=60))
def test_noise(text: str) -> None:
    """Whatever a challenge says, only what is named is raised."""
    try:
        parse_challenge("Digest " + text)
    except MalformedPacket:
        return
