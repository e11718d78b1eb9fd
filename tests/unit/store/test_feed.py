"""The feed by itself: who is told of what, and when."""

from __future__ import annotations

from provd.store._feed import Feed
from provd.values import Change, Position


def test_durable_subscribers_hear_at_once_what_was_kept_together() -> None:
    """In its order; whoever follows what is applied hears each commit by itself."""
    feed = Feed("here", 1, 0)
    heard: dict[bool, list[list[int]]] = {False: [], True: []}
    for durable, told in heard.items():
        feed.subscribe(
            "test",
            ["boxes"],
            lambda changes, told=told: told.append([each.n for each in changes]),
            durable=durable,
        )
    for n in (1, 2, 3):
        feed.apply(Position("here", 1, n), (Change(n, "boxes", "a", None, None, "test"),))
    feed.keep(2)
    feed.tell_kept()
    assert heard == {False: [[1], [2], [3]], True: [[1, 2]]}
