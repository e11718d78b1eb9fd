"""Proofs of identity: names with passwords, tokens, addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bcrypt
import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from provd.access import (
    AUDIENCE,
    ONCE,
    Attempts,
    BasicIdentity,
    BearerTokens,
    Htpasswd,
    NotAuthenticated,
    Passwords,
    TooManyAttempts,
    UnusableHtpasswd,
    Whitelist,
    digest_of,
)
from provd.access.attempts import FREE_FOR_USER
from provd.access.bearer import REMEMBERED
from provd.access.htpasswd import parse_htpasswd
from provd.access.passwords import WAITING
from provd.documents import Token
from provd.testing.access import (
    CHEAP,
    PASSWORD,
    ProviderFixture,
    basic,
    keep,
    keys,
    make_identity_provider_tests,
    outcome,
    passwords,
    presented,
    store_of,
    user,
)
from provd.values import Identity

HASH = bcrypt.hashpw(b"from the file", bcrypt.gensalt(4)).decode()


def local(htpasswd: Any = None, clock: Clock | None = None) -> BasicIdentity:
    """Users ann (with a password), file (without), gone (disabled)."""
    clock = clock or Clock()
    users = [user("ann"), user("file", password=""), user("gone", disabled=True)]
    return BasicIdentity(
        store_of(clock, users=users), passwords(), Attempts(clock.seconds), htpasswd
    )


def token(token_id: str = "t1", **more: Any) -> Token:
    """A token that is good from 100 to 200."""
    return Token(
        id=token_id, subject="ann", audience=AUDIENCE, not_before=100.0, expiry=200.0, **more
    )


def signed(token_id: str = "t1", **more: Any) -> str:
    """The text of a token."""
    payload = {"jti": token_id, "sub": "ann", "aud": AUDIENCE, "iat": 100, "nbf": 100, "exp": 200}
    return "Bearer " + keys().sign(payload | more)


def bearer(clock: Clock, *tokens: Token) -> BearerTokens:
    """A provider that knows these tokens."""
    return BearerTokens(store_of(clock, tokens=list(tokens)), keys(), clock.seconds)


def basic_fixture(_test: SynchronousTestCase) -> ProviderFixture:
    """A name and its password."""
    return ProviderFixture(
        local(), presented(basic("ann")), "ann", presented(basic("ann", "x")), presented("Bearer x")
    )


def bearer_fixture(_test: SynchronousTestCase) -> ProviderFixture:
    """A token in its time."""
    clock = Clock()
    clock.advance(150)
    return ProviderFixture(
        bearer(clock, token()),
        presented(signed()),
        "ann",
        presented(signed("t2")),
        presented(basic("ann")),
    )


def whitelist_fixture(_test: SynchronousTestCase) -> ProviderFixture:
    """A network."""
    return ProviderFixture(
        Whitelist({"192.0.2.0/24": "ops"}, lambda _name: fail(KeyError()), Clock()),
        presented(),
        "ops",
        presented(peer="198.51.100.1"),
        presented("Bearer x"),
    )


class BasicTests(make_identity_provider_tests(basic_fixture)):  # type: ignore[misc]  # a class made by a function
    pass


class BearerTests(make_identity_provider_tests(bearer_fixture)):  # type: ignore[misc]  # a class made by a function
    pass


class WhitelistTests(make_identity_provider_tests(whitelist_fixture)):  # type: ignore[misc]  # a class made by a function
    pass


@pytest.mark.parametrize("name", ["ann", "gone", "nobody", "file", "", "a:b"])
def test_a_wrong_password_is_told_like_an_unknown_user(name: str) -> None:
    """Nobody learns from the answer who there is."""
    found = outcome(lambda: local().identify(presented(basic(name, "wrong password"))))
    assert isinstance(found, NotAuthenticated)
    assert "name or the password" in str(found)


def test_a_wrong_password_is_logged_with_its_source() -> None:
    """And with nothing that was typed."""
    with capturedLogs() as events:
        outcome(lambda: local().identify(presented(basic("secret name", "secret word"))))
    [event] = events
    assert event["peer"] == "192.0.2.7"
    assert "secret" not in str({key: each for key, each in event.items() if key != "log_trace"})


@pytest.mark.parametrize("name", ["ann", "gone", "nobody"])
def test_an_unknown_user_costs_a_hash(name: str) -> None:
    """Nor from how long it takes: exactly one hash is compared, whoever it is."""

    class Counting:
        verified = 0

        def hash(self, text: str) -> str:
            return CHEAP.hash(text)

        def verify(self, encoded: str, text: str) -> bool:
            self.verified += 1
            return CHEAP.verify(encoded, text)

    provider, hasher = local(), Counting()
    provider._passwords = Passwords(succeed_with, hasher)  # type: ignore[arg-type]  # counts
    outcome(lambda: provider.identify(presented(basic(name, "wrong password"))))
    assert hasher.verified == 1


def succeed_with(work: Any) -> Deferred[Any]:
    """Work on the spot."""
    return succeed(work())


def test_a_locked_name_is_refused_with_the_right_password() -> None:
    """Until the wait is over; then it is let in."""
    clock = Clock()
    provider = local(clock=clock)
    for _each in range(FREE_FOR_USER):
        outcome(lambda: provider.identify(presented(basic("ann", "wrong"))))
    right = presented(basic("ann"), peer="192.0.2.8")
    assert isinstance(outcome(lambda: provider.identify(right)), TooManyAttempts)
    clock.advance(2)
    assert outcome(lambda: provider.identify(right)) == Identity(user="ann", provider="password")


def test_only_so_many_wait_for_a_hash() -> None:
    """A flood of passwords does not become a queue."""
    slow = Passwords(lambda _work: Deferred(), CHEAP)
    waiting = [slow.hash("x") for _each in range(WAITING)]
    with pytest.raises(TooManyAttempts):
        slow.hash("x")
    waiting[0].callback("done")
    slow.hash("x")


def test_passwords_of_a_file(tmp_path: Path) -> None:
    """A user without a password here has the one of the file; a user who has one has no other."""
    path = tmp_path / "htpasswd"
    path.write_text(f"# ours\n\nfile:{HASH}\nann:{HASH}\n")
    provider = local(Htpasswd(path))
    for name, password, right in (
        ("file", "from the file", True),
        ("file", PASSWORD, False),
        ("ann", "from the file", False),
        ("ann", PASSWORD, True),
    ):
        found = outcome(lambda: provider.identify(presented(basic(name, password))))  # noqa: B023
        assert isinstance(found, Identity) is right, (name, password)


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """Taking somebody out of it holds at once; a file that was broken lets nobody in."""
    path = tmp_path / "htpasswd"
    path.write_text(f"file:{HASH}\n")
    htpasswd = Htpasswd(path)
    assert htpasswd.hash_of("file") == HASH
    path.write_text(f"other:{HASH}\n")
    assert (htpasswd.hash_of("file"), htpasswd.hash_of("other")) == (None, HASH)
    path.write_text("nonsense\n")
    assert htpasswd.hash_of("other") is None
    path.unlink()
    assert htpasswd.hash_of("other") is None


@pytest.mark.parametrize(
    "text",
    ["ann", ":x", "ann:$apr1$x$y", "ann:{SHA}x", "ann:plain", f"ann:{HASH}x", "ann:"],
    ids=["no hash", "no name", "MD5", "SHA-1", "plain", "longer", "empty"],
)
def test_other_hashes_are_refused(text: str, tmp_path: Path) -> None:
    """With the number of the line, and at the start rather than at a log-in."""
    with pytest.raises(ValueError, match="line 2"):
        parse_htpasswd(f"# one\n{text}\n")
    (tmp_path / "htpasswd").write_text(text)
    with pytest.raises(UnusableHtpasswd, match="line 1"):
        Htpasswd(tmp_path / "htpasswd")


def test_bcrypt_reads_72_bytes_and_we_no_more() -> None:
    """A longer password is wrong; it is not cut."""
    encoded = bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()
    checking = passwords()
    assert outcome(lambda: checking.check("x" * 72, lambda: encoded)) is True
    assert outcome(lambda: checking.check("x" * 73, lambda: encoded)) is False


@pytest.mark.parametrize(("at", "good"), [(99, False), (100, True), (199, True), (200, False)])
def test_a_token_has_its_time(at: float, *, good: bool) -> None:
    """From its first second up to, and without, its last."""
    clock = Clock()
    clock.advance(at)
    found = outcome(lambda: bearer(clock, token()).identify(presented(signed())))
    assert isinstance(found, Identity) is good


def test_revoking_holds_at_once() -> None:
    """Also for a text that was accepted a moment ago."""
    clock = Clock()
    clock.advance(150)
    provider = bearer(clock, token())
    assert outcome(lambda: provider.identify(presented(signed()))) == Identity(
        user="ann", provider="token", token="t1"
    )
    present = provider._store.get("tokens", "t1")
    keep(provider._store, tokens=[token(revoked=True, revision=present.revision)])
    assert isinstance(outcome(lambda: provider.identify(presented(signed()))), NotAuthenticated)


def test_a_token_without_its_document_is_void() -> None:
    """What nobody remembers having issued is not accepted, however well it is signed."""
    clock = Clock()
    clock.advance(150)
    found = outcome(lambda: bearer(clock).identify(presented(signed())))
    assert isinstance(found, NotAuthenticated)


def test_another_audience_is_refused() -> None:
    """A token for another door does not open this one."""
    clock = Clock()
    clock.advance(150)
    found = outcome(lambda: bearer(clock, token()).identify(presented(signed(aud="else"))))
    assert isinstance(found, NotAuthenticated)


def test_verified_texts_are_bounded() -> None:
    """Many tokens make us verify again, not grow."""
    clock = Clock()
    clock.advance(150)
    provider = bearer(clock, token())
    provider._verified = {str(number): "x" for number in range(REMEMBERED)}
    outcome(lambda: provider.identify(presented(signed())))
    assert len(provider._verified) == 1


def test_a_token_that_is_good_once_opens_nothing_itself() -> None:
    """It can be exchanged, and used for nothing else; its text is kept nowhere."""
    clock = Clock()
    clock.advance(150)
    text = ONCE + "5" * 43
    once = token("once", once=True, digest=digest_of(text))
    provider = bearer(clock, once)
    refused = outcome(lambda: provider.identify(presented(f"Bearer {text}")))
    assert isinstance(refused, NotAuthenticated)
    found = outcome(lambda: provider.identify(presented(f"Bearer {text}", exchange=True)))
    assert found.token == "once"
    assert isinstance(
        outcome(lambda: provider.identify(presented(f"Bearer {text}x", exchange=True))),
        NotAuthenticated,
    )
    # Its id, signed, is no way to use it again and again.
    assert isinstance(
        outcome(lambda: provider.identify(presented(signed("once"), exchange=True))),
        NotAuthenticated,
    )


def test_the_narrowest_network_names_the_user() -> None:
    """Whatever order the settings have."""
    places = {"192.0.2.0/24": "all", "192.0.2.7": "one", "2001:db8::/32": "six"}
    provider = Whitelist(places, lambda _name: fail(KeyError()), Clock())
    for peer, name in (("192.0.2.7", "one"), ("192.0.2.8", "all"), ("2001:db8::1", "six")):
        found = outcome(lambda: provider.identify(presented(peer=peer)))  # noqa: B023
        assert found.user == name
    assert outcome(lambda: provider.identify(presented(peer="198.51.100.1"))) is None


def test_names_are_looked_up_forwards_and_kept_a_while() -> None:
    """One question a minute, however many callers there are; a name that is gone is nobody's."""
    clock, asked = Clock(), []
    answers: list[Any] = [succeed(["192.0.2.7"]), fail(KeyError())]

    def resolve(name: str) -> Any:
        asked.append(name)
        return answers[len(asked) - 1]

    provider = Whitelist({"ops.example": "ops"}, resolve, clock)
    for _each in range(3):
        assert outcome(lambda: provider.identify(presented())).user == "ops"
    assert outcome(lambda: provider.identify(presented(peer="192.0.2.8"))) is None
    assert asked == ["ops.example"]
    clock.advance(61)
    assert outcome(lambda: provider.identify(presented())) is None
    assert len(asked) == 2


def test_a_name_server_that_is_silent_is_not_waited_for() -> None:
    """Three seconds, and the name is nobody's."""
    clock = Clock()
    provider = Whitelist({"ops.example": "ops"}, lambda _name: Deferred(), clock)
    found: list[Any] = []
    waiting = provider.identify(presented())
    assert isinstance(waiting, Deferred)
    waiting.addBoth(found.append)
    assert not found
    clock.advance(3.1)
    assert found == [None]
