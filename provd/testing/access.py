"""Access in memory: users, keys and providers for tests, with hashing that costs nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterable
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from attrs import define
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from provd.access import (
    AccessSettings,
    Attempts,
    AuditedStore,
    AuditTrail,
    BasicIdentity,
    BearerTokens,
    Gate,
    Passwords,
    Right,
    SigningKeys,
)
from provd.access.signing import _Key
from provd.application.administration import Administration, make_administration
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IIdentityProvider, IPlugins
from provd.documents import (
    AUDIT,
    CONFIGS,
    DEVICES,
    PREFERENCES,
    RIGHTS,
    ROLES,
    TOKENS,
    USERS,
    Document,
    User,
)
from provd.store import MemoryStore
from provd.testing.plugins import MemoryPlugins
from provd.values import Identity, Presented, ProvdError

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"  # noqa: S105 - of users that exist in tests only
PEER = "192.0.2.7"
DEFAULTS = AccessSettings()
NO_PLUGINS = MemoryPlugins()


def passwords() -> Passwords:
    """Hashing on the spot."""
    return Passwords(maybeDeferred, CHEAP)


def keys() -> SigningKeys:
    """One key, in no file."""
    return SigningKeys({"k1": _Key(0.0, b"\1" * 64)}, "k1")


def user(user_id: str, *roles: str, password: str = PASSWORD, disabled: bool = False) -> User:
    """A user; an empty password is none."""
    return User(
        id=user_id,
        roles=roles,
        disabled=disabled,
        password_hash=CHEAP.hash(password) if password else None,
    )


def keep(store: IDocumentStore, **documents: Any) -> None:
    """Commit documents: `users=[…], roles=[…]`."""
    draft = store.draft("test")
    for collection, each in documents.items():
        for document in each:
            draft.put(collection, document)
    failed: list[Any] = []
    store.commit(draft).addErrback(failed.append)
    assert not failed, failed[0]


def store_of(clock: Clock, **documents: list[Document]) -> MemoryStore:
    """A store with these users, roles and tokens."""
    store = MemoryStore((USERS, ROLES, TOKENS, RIGHTS, PREFERENCES, AUDIT, DEVICES, CONFIGS), clock)
    keep(store, **documents)
    return store


def basic(name: str, password: str = PASSWORD) -> str:
    """An Authorization header."""
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode("ascii")


def presented(authorization: str = "", peer: str = PEER, **more: Any) -> Presented:
    """What a caller shows."""
    return Presented(authorization=authorization, peer=peer, **more)


def outcome(call: Callable[[], Any]) -> Any:
    """What a call, or the Deferred it answers, came to: a value or one of our errors."""
    try:
        found = call()
    except ProvdError as error:
        return error
    if not isinstance(found, Deferred):
        return found
    results: list[Any] = []
    found.addBoth(results.append)
    assert results, "it is still waiting"
    return getattr(results[0], "value", results[0])


def settle(work: Coroutine[Any, Any, Any]) -> Any:
    """What a use case that waits for nothing came to: a value or one of our errors."""
    return outcome(lambda: Deferred.fromCoroutine(work))


def administration(
    store: IDocumentStore,
    clock: Clock,
    rights: Iterable[Right],
    settings: AccessSettings = DEFAULTS,
    plugins: IPlugins = NO_PLUGINS,
) -> Administration:
    """Access over a store: passwords that cost nothing, a trail, ids `t-1`, `t-2`, …"""
    hashing = passwords()
    attempts = Attempts(clock.seconds)
    numbers = count(1)
    gate = Gate(
        store,
        [BearerTokens(store, keys(), clock.seconds), BasicIdentity(store, hashing, attempts)],
        rights,
        clock.seconds,
        required=settings.required,
    )
    return make_administration(
        store=AuditedStore(store, AuditTrail(store, clock.seconds, settings.audit_kept)),
        plugins=plugins,
        gate=gate,
        keys=keys(),
        passwords=hashing,
        slices=Slices(clock),
        clock=clock,
        new_id=lambda: f"t-{next(numbers)}",
        settings=settings,
    )


@define
class ProviderFixture:
    """A provider under test, with what proves somebody to it and what proves nobody."""

    provider: Any
    proof: Presented
    user: str
    wrong: Presented
    other: Presented
    """A proof of another kind."""


def make_identity_provider_tests(  # noqa: C901 - a suite is long; each test is short
    make_fixture: Callable[[SynchronousTestCase], ProviderFixture],
) -> type[SynchronousTestCase]:
    """What every `IIdentityProvider` owes its callers."""

    class IdentityProviderTests(SynchronousTestCase):
        def setUp(self) -> None:
            self.fixture = make_fixture(self)

        def identify(self, shown: Presented) -> Any:
            return outcome(lambda: self.fixture.provider.identify(shown))

        def test_provides_the_interface(self) -> None:
            """It declares and offers the whole contract, and has a name."""
            self.assertTrue(verifyObject(IIdentityProvider, self.fixture.provider))
            self.assertTrue(self.fixture.provider.name)

        def test_proof(self) -> None:
            """It names the user, and itself."""
            found = self.identify(self.fixture.proof)
            self.assertIsInstance(found, Identity)
            self.assertEqual(
                (self.fixture.user, self.fixture.provider.name), (found.user, found.provider)
            )

        def test_wrong_proof(self) -> None:
            """It is refused or nobody's, never somebody else's."""
            found = self.identify(self.fixture.wrong)
            self.assertNotIsInstance(found, Identity)

        def test_another_kind(self) -> None:
            """What is not its business is left to others."""
            self.assertIsNone(self.identify(self.fixture.other))

        def test_garbage(self) -> None:
            """Whatever a header holds, it proves nobody and breaks nothing."""
            for text in ("Basic", "Bearer", "Basic =", "Bearer \x00", "basic \udcff", "x" * 9000):
                found = self.identify(presented(text, peer="nowhere"))
                self.assertTrue(found is None or isinstance(found, ProvdError), text)

    return IdentityProviderTests
