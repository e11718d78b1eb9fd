"""Situations in which DHCP's policy is asked: what the rows of docs/reference/dhcp-policy.rst are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from provd.documents.dhcp import Subnet
from provd.testing.leases import Desk, lan
from provd.values import Exchange, Judgement, Verb

THERE = "198.51.100.1"
"""A relay on another link."""
RAPID = {80: b""}
NOBODY = bytes(6)

ONE = lan(pool=(10, 10))
HOME = lan(pool=(10, 10), shared_network="home")
BESIDES = lan("besides", 3, pool=(10, 10), shared_network="home")

Play = Callable[[Desk], Judgement]


class Row(Struct, frozen=True):
    """One situation: who there is, what happens, and how the last packet is judged."""

    exchange: Exchange
    situation: str
    verb: Verb
    reason: str
    play: Play
    documents: tuple[Any, ...] = (lan(),)

    def __str__(self) -> str:
        return f"{self.exchange}: {self.situation}"


def there(**more: Any) -> Any:
    """The subnet of another link."""
    return Subnet(id="there", network="198.51.100.0/24", **more)


def played(*before: Callable[[Desk], object], last: Play) -> Play:
    """Some packets, and then the one that is judged."""

    def play(desk: Desk) -> Judgement:
        for step in before:
            step(desk)
        return last(desk)

    return play


def serves(message: Any) -> Play:
    """One packet, served."""
    return lambda desk: desk.serve(message)


def obtains(client: int, **said: Any) -> Callable[[Desk], object]:
    """A client gets an address."""
    return lambda desk: desk.obtain(client, **said)


def passes(seconds: float) -> Callable[[Desk], object]:
    """Time passes, and is kept."""

    def play(desk: Desk) -> None:
        desk.now += seconds
        desk.leases.tick(desk.now, 100)

    return play


def keeps(*documents: Any) -> Callable[[Desk], object]:
    """An operator edits."""
    return lambda desk: desk.keep(*documents)


def drops(collection: str, document_id: str) -> Callable[[Desk], object]:
    """An operator deletes."""
    return lambda desk: desk.drop(collection, document_id)


def judges(message: Any) -> Play:
    """One packet, as the first probe is about to be sent."""
    return lambda desk: desk.judge(message)


def holds(message: Any) -> Callable[[Desk], object]:
    """A packet whose address is being probed."""
    return lambda desk: desk.leases.hold(desk.judge(message), desk.now)


def restarts(desk: Desk) -> None:
    """Memory is lost."""
    desk.restart()
