"""Calls that are made once, however often they are sent (`Idempotency-Key`)."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import msgspec
from attrs import define
from msgspec import Raw, Struct

from provd.contracts import IDocumentStore, IDraft
from provd.documents.receipt import Receipt
from provd.values import ProvdError

COLLECTION = "receipts"

KEPT = 10_000
"""Receipts that are kept at most; the oldest go first."""

LIFE = 86_400
"""Seconds that a receipt is kept."""

AT_ONCE = 8
"""Old receipts that one new one clears away."""


class Once(Struct, frozen=True):
    """A call that is to be made once."""

    receipt_id: str
    digest: str

    def part(self, at: int) -> Once:
        """One of the changes that it makes one by one."""
        return Once(f"{self.receipt_id}.{at}", self.digest)


@define
class KeyReused(ProvdError):
    """A key came again with another call."""

    def __str__(self) -> str:
        return (
            "this Idempotency-Key was used for another call; choose a new key for a new call,"
            " and repeat a call as it was"
        )


class AlreadyMade(Exception):
    """The call was made; `outcome` is what came of it then. Never leaves this room."""

    def __init__(self, outcome: Any) -> None:
        super().__init__()
        self.outcome = outcome


def once(who: str, key: str, call: bytes) -> Once:
    """What identifies a call: nobody meets somebody else's key."""
    receipt_id = hashlib.sha256(f"{who}\n{key}".encode()).hexdigest()
    return Once(receipt_id, hashlib.sha256(call).hexdigest())


class Receipts:
    """All receipts of a store. `now` tells the time since the epoch."""

    def __init__(self, store: IDocumentStore, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self._ages: deque[tuple[float, str]] | None = None

    def keep(self, draft: IDraft, asked: Once, outcome: Any) -> None:
        """Propose a receipt with the changes it is for; to be called before they are proposed.

        @raise AlreadyMade: there is one already.
        @raise KeyReused: there is one for another call.
        """
        self.check(draft.read(COLLECTION, asked.receipt_id), asked)
        for receipt_id in self._old():
            if draft.get(COLLECTION, receipt_id) is not None:
                draft.delete(COLLECTION, receipt_id)
        text = Raw(msgspec.json.encode(outcome))
        receipt = Receipt(id=asked.receipt_id, digest=asked.digest, at=self._now(), outcome=text)
        draft.put(COLLECTION, receipt)

    def kept(self, asked: Once) -> None:
        """The commit with this receipt was made."""
        ages = self._by_age()
        ages.append((self._now(), asked.receipt_id))
        while ages and self._store.get(COLLECTION, ages[0][1]) is None:
            ages.popleft()

    def close(self, draft: IDraft, asked: Once, outcomes: Sequence[Any]) -> None:
        """Propose the receipt of a call that was made in parts, in the place of theirs. Raises as `keep`."""
        self.keep(draft, asked, outcomes)
        for at in range(len(outcomes)):
            part = asked.part(at).receipt_id
            if draft.get(COLLECTION, part) is not None:
                draft.delete(COLLECTION, part)

    def check(self, receipt: Receipt | None, asked: Once) -> None:
        """@raise AlreadyMade, KeyReused: there is a receipt."""
        if receipt is None or receipt.at < self._now() - LIFE:
            return
        if receipt.digest != asked.digest:
            raise KeyReused
        raise AlreadyMade(msgspec.json.decode(receipt.outcome))

    def find(self, asked: Once) -> None:
        """@raise AlreadyMade, KeyReused: the call, or its key, was there before."""
        self.check(self._store.get(COLLECTION, asked.receipt_id), asked)

    def _old(self) -> list[str]:
        """The oldest, where they have expired or are too many."""
        ages, dead = self._by_age(), self._now() - LIFE
        spare = len(ages) - KEPT + 1
        return [
            receipt_id
            for at, (made, receipt_id) in enumerate(islice(ages, AT_ONCE))
            if made < dead or at < spare
        ]

    def _by_age(self) -> deque[tuple[float, str]]:
        if self._ages is None:
            found = [
                (each.at, each.id)
                for each in self._store.collection(COLLECTION)
                if isinstance(each, Receipt)
            ]
            self._ages = deque(sorted(found))
        return self._ages
