"""The spine: every write is a Change, and everything that must react, reacts to the feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from zope.interface import Interface

from provd.values import Change, Position


class ISubscription(Interface):
    """One subscriber's place in the feed."""

    def cancel() -> None:
        """Hear no more. Idempotent."""


class IFeed(Interface):
    """Changes in order of position, with two cursors.

    `applied` subscribers (indexes, caches) are called synchronously within the commit, before
    its Deferred fires: they must be quick and must not raise (a raise is logged as a defect,
    and does not harm the commit).  `durable` subscribers (events, replication, workflows) are
    called once the change survives a crash.
    """

    def subscribe(
        name: str,
        collections: Sequence[str],
        told: Callable[[Sequence[Change]], None],
        *,
        durable: bool = False,
        fields: Sequence[str] = (),
    ) -> ISubscription:
        """Have `told` called with each commit's changes to these collections.

        Durable ones are told of all commits at once that were kept together, in their order.

        With `fields`, only changes in which one of those fields differs are told.
        """

    def applied() -> Position:
        """Where the newest applied change stands."""

    def durable() -> Position:
        """Where the newest durable change stands."""

    def reached(name: str, position: Position) -> Deferred[None]:
        """Fires once the subscriber of that name has been told everything up to `position`.

        Fails with `KeyError` for a name that nobody subscribed.
        """
