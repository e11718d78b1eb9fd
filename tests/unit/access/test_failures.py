"""Log-ins that failed are in the audit trail, and nobody who guesses can fill it."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from provd.access import AuditedStore, AuditTrail, FailedLogins
from provd.access.failures import MOST, WINDOW
from provd.documents import AuditLine
from provd.testing.access import basic, presented, store_of, user


class Watched:
    """A store with ann in it, its trail, and who writes what failed."""

    def __init__(self, kept: int = 1000) -> None:
        self.clock = Clock()
        self.plain = store_of(self.clock, users=[user("ann", password="")])
        self.trail = AuditTrail(self.plain, self.clock.seconds, kept)
        self.store = AuditedStore(self.plain, self.trail)
        self.failed = FailedLogins(self.store, self.trail, self.clock)

    def lines(self) -> list[AuditLine]:
        """The trail in order of time."""
        found: Any = self.plain.collection("audit")
        return sorted(found, key=lambda line: line.id)

    def told(self) -> list[tuple[str, str, bytes]]:
        """Name, address and what is told of each line."""
        return [(each.document_id, each.where, bytes(each.after)) for each in self.lines()]


def test_the_first_at_once_and_the_others_in_one_line() -> None:
    """With the name, where it is a user's, and the address; and again in the next window."""
    watched = Watched()
    for _guess in range(5):
        watched.failed.told(presented(basic("ann", "guess")))
    assert watched.told() == [("ann", "192.0.2.7", b'{"way":"basic","failures":1}')]
    assert watched.lines()[0].action == "log-in-failed"
    assert watched.lines()[0].collection == "users"
    watched.clock.advance(WINDOW)
    assert watched.told()[1:] == [("ann", "192.0.2.7", b'{"way":"basic","failures":4}')]
    watched.failed.told(presented(basic("ann", "guess")))
    watched.clock.advance(WINDOW)
    assert len(watched.lines()) == 3
    assert watched.clock.getDelayedCalls() == []


@pytest.mark.parametrize(
    ("shown", "way"),
    [
        (presented(basic("nobody", "x")), "basic"),
        (presented("Basic ====="), "basic"),
        (presented("Bearer secret-text"), "bearer"),
        (presented("Digest x"), "other"),
        (presented(certificates=(b"x",)), "certificate"),
    ],
)
def test_what_is_not_known_is_not_repeated(shown: Any, way: str) -> None:
    """A name that no user has may be a password; a text that is no token may be one elsewhere."""
    watched = Watched()
    watched.failed.told(shown)
    assert watched.told() == [("?", "192.0.2.7", b'{"way":"%s","failures":1}' % way.encode())]


def test_nothing_shown_is_no_attempt() -> None:
    """Who has not been asked yet has not failed."""
    watched = Watched()
    watched.failed.told(presented())
    assert watched.lines() == []


def test_one_host_has_many_addresses() -> None:
    """Of IPv6 a network is one place; what has no address is one, too."""
    watched = Watched()
    for at in range(9):
        watched.failed.told(presented("Bearer x", peer=f"2001:db8::{at}"))
        watched.failed.told(presented("Bearer x", peer=""))
    assert [where for _name, where, _told in watched.told()] == ["2001:db8::/64", ""]


def test_many_hosts_are_counted_together() -> None:
    """Beyond the bound, in one line at once and in one at the end."""
    watched = Watched(kept=10_000)
    for at in range(3 * MOST):
        watched.failed.told(presented("Bearer x", peer=f"198.51.100.{at}"))
    assert len(watched.lines()) == MOST + 1
    watched.clock.advance(WINDOW)
    assert len(watched.lines()) == MOST + 2
    told = {bytes(each.after) for each in watched.lines() if not each.where}
    assert b'{"way":"","failures":%d}' % (2 * MOST - 1) in told


def test_other_lines_stay() -> None:
    """What strangers cause takes a tenth of the trail, however long they go on; the rest is kept."""
    watched = Watched(kept=100)
    draft = watched.plain.draft("api-1 by ann")
    watched.trail.record_act(draft, "reload", {})
    watched.plain.commit(draft)
    for at in range(200):
        watched.failed.told(presented("Bearer x", peer=f"198.51.100.{at}"))
        watched.clock.advance(WINDOW)
    actions = [each.action for each in watched.lines()]
    assert actions.count("log-in-failed") == 10
    assert actions[0] == "reload"
    again = AuditTrail(watched.plain, watched.clock.seconds, 100)
    assert len(again._failed) == 10


def test_a_disk_that_is_full() -> None:
    """It is a matter for the log, not for who logs in."""
    watched = Watched()
    watched.plain._why_not = "the disk is full"
    watched.failed.told(presented("Bearer x"))
    watched.plain._why_not = ""
    assert watched.lines() == []
