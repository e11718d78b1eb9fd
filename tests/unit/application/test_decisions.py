"""The ring of decisions: bounded in number, and in what a flood can put into each."""

from __future__ import annotations

from provd.application.decisions import LONG, Decisions
from provd.testing.inquiries import http
from provd.values import Decision


def test_the_oldest_goes_first() -> None:
    """The newest are told first, and one is found by its inquiry's id while it is there."""
    ring = Decisions(2)
    for number in range(3):
        ring.add(Decision(http(number=number)))
    assert [decision.inquiry.id for decision in ring.latest(5)] == ["test-2", "test-1"]
    assert ring.get("test-0") is None
    assert ring.get("test-1") is not None


def test_long_headers_and_paths_are_not_kept() -> None:
    """Ordinary ones are, as they came."""
    ring = Decisions(3)
    ordinary = http("/a.cfg", "Acme A20 00:00:5e:00:53:01 1.0")
    ring.add(Decision(ordinary))
    ring.add(Decision(http("/" + "a" * 8000, "b" * 8000, number=2)))
    kept = {decision.inquiry.id: decision.inquiry for decision in ring.latest(3)}
    assert kept[ordinary.id] is ordinary
    assert (len(kept["test-2"].path), kept["test-2"].headers) == (LONG, {})
