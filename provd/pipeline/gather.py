"""Gather: what may take a moment, within a bound, before anything is decided."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from provd.contracts import INeighbours
from provd.pipeline.case import Awaiting, Dropped
from provd.values import Inquiry


def with_neighbour(inquiry: Inquiry, neighbours: INeighbours | None) -> Inquiry:
    """The inquiry with the MAC address that the kernel knows for its sender, if it knows one."""
    if neighbours is None or inquiry.neighbour or not inquiry.peer:
        return inquiry
    mac = neighbours.mac_of(inquiry.peer, inquiry.interface)
    return replace(inquiry, neighbour=mac) if mac else inquiry


def settle(
    awaiting: Awaiting, settled: dict[object, Any], clock: IReactorTime, patience: float
) -> Deferred[None]:
    """Wait for a stage's outcome, at most `patience` seconds, and put it into `settled`.

    What did not come in time is `Dropped`, and its Deferred cancelled; a failure is put there as
    the Failure it is.  Always fires with None.
    """
    done: Deferred[None] = Deferred()

    def arrived(value: Any) -> None:
        if not done.called:
            late.cancel()
            settled[awaiting.stage] = value
            done.callback(None)

    def give_up() -> None:
        settled[awaiting.stage] = Dropped(f"it had not answered after {patience:g} s")
        done.callback(None)
        awaiting.outcome.cancel()

    late = clock.callLater(patience, give_up)
    awaiting.outcome.addBoth(arrived)
    return done
