"""Access that follows its settings: what is prepared fails beside what holds, what stays keeps what it knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bcrypt
import pytest
from msgspec.structs import replace
from twisted.internet.task import Clock

from provd.access import (
    AccessSettings,
    Attempts,
    AuditedStore,
    AuditTrail,
    Gate,
    NotAuthenticated,
    TooManyAttempts,
    UnusableAuthority,
    UnusableHtpasswd,
)
from provd.application.administration import make_administration
from provd.application.slices import Slices
from provd.contracts import IDocumentStore
from provd.daemon.access import Access, Providers
from provd.testing.access import (
    NO_PLUGINS,
    basic,
    keep,
    keys,
    outcome,
    passwords,
    presented,
    settle,
    store_of,
    user,
)
from provd.values import Invalid

SETTINGS = AccessSettings(required=True)
OPEN = replace(SETTINGS, whitelist={"192.0.2.0/24": "ann"})


class OnTheSpot(Providers):
    """Providers that hash with no threads and at no cost."""

    def __init__(self, store: IDocumentStore, clock: Clock) -> None:
        super().__init__(store, keys(), lambda _work: pytest.fail("no threads"), clock)
        self.passwords = passwords()
        self._attempts = Attempts(clock.seconds)


@pytest.fixture
def access() -> Access:
    """Access over a store with ann, who has a password."""
    clock = Clock()
    store = store_of(clock, users=[user("ann", "superuser")])
    providers = OnTheSpot(store, clock)
    proving = providers.made(SETTINGS)
    gate = Gate(store, proving.in_order(), {("self", "read")}, float, required=True)
    administration = make_administration(
        store=AuditedStore(store, AuditTrail(store, clock.seconds, SETTINGS.audit_kept)),
        plugins=NO_PLUGINS,
        gate=gate,
        keys=keys(),
        passwords=passwords(),
        slices=Slices(clock),
        clock=clock,
        new_id=lambda: "t-1",
        settings=SETTINGS,
    )
    return Access(administration, providers, proving)


def enter(access: Access, authorization: str = "") -> Any:
    """What comes of asking to be let in."""
    return outcome(
        lambda: access.administration.gate.authenticate(presented(authorization=authorization))
    )


def test_another_way_in(access: Access) -> None:
    """Is open from the next request on, and shut again by the next settings."""
    assert isinstance(enter(access), NotAuthenticated)
    access.adopt(access.prepared(OPEN))
    assert enter(access).user == "ann"
    access.adopt(access.prepared(replace(OPEN, providers=("password",))))
    assert isinstance(enter(access), NotAuthenticated)
    assert enter(access, basic("ann")).user == "ann"


def test_only_from_some_networks(access: Access) -> None:
    """A way is shut for others from the next request on, and what it knows of those who failed stays."""
    elsewhere = replace(SETTINGS, only_from={"password": ("198.51.100.0/24",)})
    here = replace(SETTINGS, only_from={"password": ("192.0.2.0/24",)})
    assert enter(access, basic("ann")).user == "ann"
    access.adopt(access.prepared(elsewhere))
    assert isinstance(enter(access, basic("ann")), NotAuthenticated)
    access.adopt(access.prepared(here))
    assert enter(access, basic("ann")).user == "ann"


def test_what_was_prepared_changes_nothing_yet(access: Access) -> None:
    """Not before it is taken up."""
    access.prepared(OPEN)
    assert isinstance(enter(access), NotAuthenticated)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (replace(OPEN, htpasswd="/nowhere"), UnusableHtpasswd),
        (replace(OPEN, client_ca="/nowhere"), UnusableAuthority),
    ],
)
def test_files_that_cannot_be_used(
    access: Access, settings: AccessSettings, error: type[Exception]
) -> None:
    """Are told before anything is changed."""
    with pytest.raises(error):
        access.prepared(settings)
    assert isinstance(enter(access), NotAuthenticated)


def test_failures_are_not_forgotten(access: Access, tmp_path: Path) -> None:
    """A guesser who waits has to wait on, also where the way of looking passwords up has changed."""
    for _attempt in range(6):
        enter(access, basic("ann", "a wrong guess"))
    assert isinstance(enter(access, basic("ann")), TooManyAttempts)
    file = tmp_path / "htpasswd"
    hashed = bcrypt.hashpw(b"of the file", bcrypt.gensalt(4)).decode("ascii")
    file.write_text(f"bob:{hashed}\n", encoding="ascii")
    access.adopt(access.prepared(replace(SETTINGS, htpasswd=str(file))))
    assert isinstance(enter(access, basic("ann")), TooManyAttempts)
    keep(access.administration.store, users=[user("bob", password="")])
    assert enter(access, basic("bob", "of the file")).user == "bob"


def test_providers_whose_settings_stay_stay(access: Access) -> None:
    """They know what they would have to learn again: keys, names, certificates."""
    before = access.administration.gate._providers
    access.adopt(access.prepared(replace(SETTINGS, audit_kept=100)))
    assert access.administration.gate._providers == before
    access.adopt(access.prepared(OPEN))
    differing = [
        old is not new
        for old, new in zip(before, access.administration.gate._providers, strict=True)
    ]
    assert differing.count(True) == 1


def test_tokens_and_the_trail_follow(access: Access) -> None:
    """A token may live as long as the new settings say, and the trail has the new length."""
    administration = access.administration
    principal = enter(access, basic("ann"))
    access.adopt(
        access.prepared(
            replace(SETTINGS, token_seconds=3600, longest_token_seconds=7200, audit_kept=100)
        )
    )
    issued = settle(administration.tokens.issue({}, principal, "c"))
    assert issued["expiry"] - issued["issued"] == 3600
    refused = settle(administration.tokens.issue({"seconds": 7201}, principal, "c"))
    assert isinstance(refused, Invalid)
    assert administration.store.trail._kept == 100
