"""Rights that users hold on single devices, beside what their roles allow.

They are not compiled: whether somebody holds one is looked up when a call names the device, under user
and device in one.  So granting and revoking cost no other caller anything, a right that is over
counts no more from that very moment, and the price of a call is the same with ten rights as with a
million.  Only a call that names no device, as a list, goes through the caller's own rights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from provd.access.claims import Grant, Permits, Right
from provd.contracts import IReadable
from provd.documents import EVERY, Claim, DeviceRight, holding

COLLECTION = "rights"

SCOPE: Final = "devices"
"""What they are rights on."""

_ALL: Final = frozenset({EVERY})


class HeldRights:
    """Those of one user."""

    __slots__ = ("_now", "_store", "_user")

    def __init__(self, store: IReadable, user: str, now: Callable[[], float]) -> None:
        self._store = store
        self._user = user
        self._now = now

    def gives(self, action: str, device_id: str) -> bool:
        """Whether the user holds a right to do that with that device."""
        return any(right.lasts(self._now()) for right in self._to(action, device_id))

    def until(self, action: str, device_id: str) -> float:
        """When the last right to that is over; `inf`: by no clock, 0: there is none."""
        ends = (right.until for right in self._to(action, device_id))
        return max((math.inf if end is None else end for end in ends), default=0.0)

    def _to(self, action: str, device_id: str) -> Iterator[DeviceRight]:
        found: tuple[DeviceRight, ...]
        found = self._store.by(COLLECTION, "holding", holding(self._user, device_id))
        return (right for right in found if right.gives(action))

    def devices(self, action: str) -> frozenset[str]:
        """With which devices the user may do that by a right held."""
        found: tuple[DeviceRight, ...] = self._store.by(COLLECTION, "user", self._user)
        now = self._now()
        return frozenset(
            right.device for right in found if right.gives(action) and right.lasts(now)
        )


class UserPermits(Permits):
    """What claims grant, and what rights on devices add to it at this moment."""

    __slots__ = ("_held", "_on_devices")

    def __init__(self, claims: Iterable[Claim], rights: Iterable[Right], held: HeldRights) -> None:
        known = tuple(rights)
        super().__init__(claims, known)
        self._held = held
        self._on_devices = frozenset(right for right in known if right[0] == SCOPE)

    @property
    def lasting(self) -> Permits:
        """What claims grant: a right held may be over tomorrow."""
        found = Permits((), ())
        found._grants, found.whole = self._grants, self.whole
        return found

    def grants(self, right: Right) -> tuple[Grant, ...]:
        granted = super().grants(right)
        if right not in self._on_devices:
            return granted
        devices = self._held.devices(right[1])
        return (*granted, Grant(devices, _ALL)) if devices else granted

    def rights(self) -> frozenset[Right]:
        held = {right for right in self._on_devices if self._held.devices(right[1])}
        return super().rights() | held

    def _on(self, right: Right, document_id: str) -> tuple[Grant, ...]:
        if not document_id:
            return self.grants(right)
        granted = tuple(grant for grant in super().grants(right) if grant.on(document_id))
        if right not in self._on_devices or not self._held.gives(right[1], document_id):
            return granted
        return (*granted, Grant(frozenset((document_id,)), _ALL))
