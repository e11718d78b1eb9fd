"""Tokens of an external issuer: its signature, its audience, its time; its keys, fetched with restraint."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.access import BearerTokens, ForeignTokens, NotAuthenticated
from provd.access.oidc import AGAIN, KEPT, LEEWAY, PATIENCE, REMEMBERED, _Accepted, issuer_of
from provd.testing.access import (
    ProviderFixture,
    keys,
    make_identity_provider_tests,
    outcome,
    presented,
    store_of,
)
from provd.values import Identity

ISSUER = "https://id.example"
KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CURVE = ec.generate_private_key(ec.SECP256R1())
NOW = 1_000_000.0
CLAIMS = {"iss": ISSUER, "aud": "provd", "sub": "ann", "exp": NOW + 600, "nbf": NOW - 10}
ANN = Identity(user="ann", provider="oidc")


def public(key: Any, kid: str) -> dict[str, Any]:
    """A key as it is published."""
    algorithm: Any = jwt.algorithms.RSAAlgorithm
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm = jwt.algorithms.ECAlgorithm
    described: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
    return described | {"kid": kid}


class Issuer:
    """An issuer in memory, and the provider that believes it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.advance(NOW)
        self.asked: list[str] = []
        self.described: Any = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        self.published: Any = {"keys": [public(KEY, "k1"), public(CURVE, "c1"), {"kty": "odd"}]}
        self.slow: Deferred[bytes] | None = None
        self.provider = ForeignTokens(
            ISSUER, "provd", "sub", self.fetch, self.clock, self.clock.seconds
        )

    def fetch(self, url: str) -> Deferred[bytes]:
        """What is there."""
        self.asked.append(url)
        if self.slow is not None:
            return self.slow
        value = self.published if url.endswith("/keys") else self.described
        return fail(value) if isinstance(value, Exception) else succeed(json.dumps(value).encode())

    def show(self, text: str) -> Any:
        """What comes of showing a token."""
        return outcome(lambda: self.provider.identify(presented(f"Bearer {text}")))


def token(
    key: Any = KEY, kid: str = "k1", algorithm: str = "RS256", drop: str = "", **claims: Any
) -> str:
    """A token of the issuer, with one thing spoilt."""
    payload = {name: each for name, each in (CLAIMS | claims).items() if name != drop}
    return jwt.encode(payload, key, algorithm, headers={"kid": kid} if kid else {})


def fixture(_test: SynchronousTestCase) -> ProviderFixture:
    """A right token, one of another audience, one of our own."""
    return ProviderFixture(
        Issuer().provider,
        presented(f"Bearer {token()}"),
        "ann",
        presented(f"Bearer {token(aud='else')}"),
        presented("Bearer x.y.z"),
    )


class OidcTests(make_identity_provider_tests(fixture)):  # type: ignore[misc]  # a class made by a function
    pass


def test_its_tokens() -> None:
    """Of each kind of key; the keys are fetched once."""
    issuer = Issuer()
    assert issuer.show(token()) == ANN
    assert issuer.show(token(CURVE, "c1", "ES256")) == ANN
    assert issuer.show(token(aud=["else", "provd"])) == ANN
    assert issuer.asked == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]


PEM = b"not a secret at all, and known to everybody"


@pytest.mark.parametrize(
    "text",
    [
        token(OTHER),
        token(kid="k9"),
        token(kid=""),
        token(CURVE, "k1", "ES256"),
        token(PEM * 2, "k1", "HS256"),
        jwt.encode(CLAIMS, None, "none", headers={"kid": "k1"}),
        token(aud="else"),
        token(drop="aud"),
        token(drop="exp"),
        token(drop="sub"),
        token(sub="../ann"),
        token(sub=7),
        token(sub="a b"),
        token(exp=NOW - LEEWAY),
        token(exp="soon"),
        token(nbf=NOW + LEEWAY + 1),
        token(KEY, "k1", "RS512"),
    ],
)
def test_other_tokens(text: str) -> None:
    """Another key, another algorithm, another audience, another time, nobody: all told alike."""
    found = Issuer().show(text)
    assert isinstance(found, NotAuthenticated)
    assert "not one that is accepted" in str(found)


def test_tokens_of_others_are_left_to_others() -> None:
    """Another issuer's are not ours to judge, and our own server's name none."""
    issuer = Issuer()
    assert issuer.show(token(iss="https://elsewhere.example")) is None
    assert not issuer.asked
    clock = Clock()
    ours = BearerTokens(store_of(clock), keys(), clock.seconds)
    assert ours.identify(presented(f"Bearer {token()}")) is None
    assert issuer_of(keys().sign({"jti": "t"})) == ""


def test_time_goes_on() -> None:
    """A token that was good ends when it ends."""
    issuer = Issuer()
    text = token(exp=NOW + 5)
    assert issuer.show(text) == ANN
    issuer.clock.advance(5 + LEEWAY)
    assert isinstance(issuer.show(text), NotAuthenticated)


def test_a_new_key_is_learnt_and_an_old_one_forgotten() -> None:
    """At most one question a minute, however many unknown keys are shown."""
    issuer = Issuer()
    assert issuer.show(token()) == ANN
    issuer.published = {"keys": [public(OTHER, "k2")]}
    for _each in range(5):
        assert isinstance(issuer.show(token(OTHER, "k2")), NotAuthenticated)
    assert len(issuer.asked) == 2
    issuer.clock.advance(AGAIN)
    assert issuer.show(token(OTHER, "k2")) == ANN
    assert isinstance(issuer.show(token(jti="another")), NotAuthenticated)
    assert len(issuer.asked) == 4


def test_keys_are_not_believed_for_ever() -> None:
    """When the issuer is gone, so is what it said."""
    issuer = Issuer()
    assert issuer.show(token()) == ANN
    issuer.described = OSError()
    issuer.clock.advance(KEPT)
    assert isinstance(issuer.show(token(exp=NOW + 2 * KEPT)), NotAuthenticated)


@pytest.mark.parametrize(
    "described",
    [
        OSError(),
        [],
        {},
        {"issuer": "https://elsewhere.example", "jwks_uri": f"{ISSUER}/keys"},
        {"issuer": ISSUER, "jwks_uri": "http://id.example/keys"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/keys"},
        {"issuer": ISSUER, "jwks_uri": 7},
    ],
)
def test_what_an_issuer_may_not_say(described: Any) -> None:
    """It is somebody else, or leads elsewhere than over HTTPS: its tokens are refused, nothing breaks."""
    issuer = Issuer()
    issuer.described = described
    assert isinstance(issuer.show(token()), NotAuthenticated)


@pytest.mark.parametrize("published", [OSError(), [], {"keys": 7}, {"keys": [7]}, {"keys": []}])
def test_what_keys_may_not_be(published: Any) -> None:
    """Nonsense is no key."""
    issuer = Issuer()
    issuer.published = published
    assert isinstance(issuer.show(token()), NotAuthenticated)


def test_an_issuer_that_does_not_answer() -> None:
    """One question for all who wait, and a wait that ends."""
    issuer = Issuer()
    issuer.slow = Deferred()
    heard: list[Any] = []
    for _each in range(3):
        waiting = issuer.provider.identify(presented(f"Bearer {token()}"))
        assert isinstance(waiting, Deferred)
        waiting.addBoth(lambda found: heard.append(found.value))
    assert len(issuer.asked) == 1
    assert not heard
    issuer.clock.advance(PATIENCE + 0.1)
    assert [type(each) for each in heard] == [NotAuthenticated] * 3


def test_what_was_accepted_is_bounded() -> None:
    """Many tokens make us verify again, not grow."""
    issuer = Issuer()
    issuer.provider._accepted = {str(n): _Accepted("x", 0.0) for n in range(REMEMBERED)}
    assert issuer.show(token()) == ANN
    assert len(issuer.provider._accepted) == 1
