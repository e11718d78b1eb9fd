"""Who gets which address: what DHCP's policy promises to who serves packets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from zope.interface import Interface

from provd.contracts.store import IReadable
from provd.values import Judgement, Question


class ILeases(Interface):
    """DHCP's policy over the subnets, reservations and leases of a store, which it follows.

    Who serves a packet does this, in one turn of the reactor but for the probe::

        leases.tick(now)
        judgement = leases.judge(question, draft)
        leases.hold(judgement, now)
        while judgement.probe:                          # twice or so, then silence
            if await somebody_answers(judgement.address):
                conflict = leases.conflicted(judgement.address, now, draft)
                ... put what it says, commit ...
            else:
                leases.probed(judgement)
            judgement = leases.judge(question, another_draft)
            leases.hold(judgement, now)
        ... put `lease` and `tenures`, delete `forget`; commit; wait until durable; answer ...

    A what-if calls `judge` and nothing else, on the same state, and gets the same.  A draft that
    meets a newer revision is judged again.  Between `judge` and `commit` nothing may be awaited:
    a judgement is about the state it was made in.

    Costs do not depend on how many leases, reservations and subnets there are.  What is kept in memory
    besides the documents is at most 900 bytes for each /24 in which anything is taken, and offers, which
    are bounded.  After a restart nothing is missing but the offers, and a client that
    requests an address which is free is given it.
    """

    def tell(queriers: Iterable[str]) -> None:
        """Answer lease queries of the relays with these addresses, too, from now on.

        Those through which leases were given are answered anyway.
        """

    def subnet_of(vias: Iterable[int]) -> Any:
        """The `documents.Subnet` that the first of these addresses to be in one is in; None.

        Asked once for each packet, in O(log n): which mode serves it, before anything is judged.
        """

    def judge(question: Question, view: IReadable) -> Judgement:
        """What a packet is answered with. Pure: asked as often as one likes.

        Any packet may come, also one no client sends: there is a judgement on each, and no error.
        Leases and tenures are those of `view`; an edit of a subnet or a reservation is in force at
        the next call after its commit.
        """

    def hold(judgement: Judgement, now: float) -> None:
        """The judgement is going to be acted on. Called for each packet that is served, at once.

        `now` is the question's: so it is known again after the probe.

        An address that is offered, or waits for a probe, is this client's for a minute; the
        next search begins behind it; an offer that the client did not choose is void. Idempotent.
        """

    def probed(judgement: Judgement) -> None:
        """Nobody uses the address that was to be probed: judged again, the packet is answered."""

    def conflicted(address: int, now: float, view: IReadable) -> Judgement:
        """Somebody answered the probe: what to put so that the address rests (quarantine).

        The offer is void at once; another address is found when the packet is judged again.
        """

    def tick(now: float, at_most: int = 16) -> bool:
        """Notice leases and offers whose time is over, up to `at_most` of each; whether all were noticed.

        Called before each packet, and every second with a larger bound by who keeps time; never
        by a what-if.  What a client gets does not depend on it, but for what is taken over from others.
        """

    def outdated(before: float, at_most: int) -> Sequence[Any]:
        """Leases that were over before that time, the oldest first: to be deleted, in slices.

        Until then a client that comes back gets the address it had.  An address that rested belongs
        to nobody: it is told as soon as its quarantine is over.
        """

    def end_of(lease: Any, now: float, view: IReadable) -> Any:
        """The `documents.Tenure` to put when a lease is deleted: it ends now, or ended before; None.

        For every deletion, whether the lease is outdated or an operator wants it gone.
        """

    def shortages() -> Sequence[Any]:
        """The `provd.leases.Shortage`s noted since this was asked last: pools fuller than `low_water`.

        Each is told once, and once more when there is clearly room again.  Asked after commits, or every second.
        """

    def utilisation(subnet: str = "") -> Sequence[Any]:
        """How full each pool is (`provd.leases.Utilisation`), or each of one subnet: costs the number of pools."""

    def close() -> None:
        """Follow the store no more. Idempotent."""
