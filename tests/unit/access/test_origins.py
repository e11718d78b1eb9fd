"""From where each way of proving oneself may be used."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from zope.interface import implementer
from zope.interface.verify import verifyObject

from provd.access import Gate, NotAuthenticated, OnlyFrom, TooManyAttempts
from provd.contracts import IIdentityProvider
from provd.testing.access import outcome, store_of, user
from provd.values import Identity, Presented


@implementer(IIdentityProvider)
class Says:
    """A provider that says who calls, and counts how often it was asked."""

    def __init__(self, name: str, answer: Any) -> None:
        self.name = name
        self.answer = answer
        self.asked = 0

    def identify(self, presented: Presented) -> Identity | Deferred[Identity | None] | None:
        """Whom it was told to."""
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]  # as the test wants it


ANN = Identity(user="ann", provider="password")


def test_it_is_a_provider() -> None:
    """Under the name of the one that it bounds."""
    bounded = OnlyFrom(Says("password", ANN), ["192.0.2.0/24"])
    assert verifyObject(IIdentityProvider, bounded)
    assert bounded.name == "password"


@pytest.mark.parametrize(
    ("peer", "inside"),
    [
        ("192.0.2.1", True),
        ("192.0.2.255", True),
        ("192.0.3.1", False),
        ("2001:db8::7", True),
        ("2001:db9::7", False),
        ("198.51.100.7", True),
        ("198.51.100.8", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_from_its_networks_only(peer: str, *, inside: bool) -> None:
    """Elsewhere, this host included, it is as if there were none: it is not even asked."""
    provider = Says("password", ANN)
    bounded = OnlyFrom(provider, ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"])
    for _time in range(2):
        assert bounded.identify(Presented(peer=peer)) == (ANN if inside else None)
    assert provider.asked == (2 if inside else 0)


def test_what_it_answers_later_is_passed_on() -> None:
    """A password is checked in a thread."""
    bounded = OnlyFrom(Says("password", succeed(ANN)), ["192.0.2.0/24"])
    found: Any = bounded.identify(Presented(peer="192.0.2.1"))
    assert found.result == ANN


def test_the_gate_goes_on_to_the_next() -> None:
    """Who may not use one way is judged by the others, and told what everybody is told whom nothing proves."""
    locked = Says("password", TooManyAttempts(9))
    certificate = Says("certificate", None)
    gate = Gate(
        store_of(Clock(), users=[user("ann")]),
        [OnlyFrom(locked, ["192.0.2.0/24"]), certificate],
        (),
        float,
    )
    inside, outside = Presented(peer="192.0.2.1"), Presented(peer="203.0.113.1")
    assert isinstance(outcome(lambda: gate.authenticate(inside)), TooManyAttempts)
    refused = outcome(lambda: gate.authenticate(outside))
    assert isinstance(refused, NotAuthenticated)
    assert refused.reason == "nothing was presented that proves who you are"
    assert (locked.asked, certificate.asked) == (1, 1)
    certificate.answer = ANN
    assert outcome(lambda: gate.authenticate(outside)).user == "ann"
