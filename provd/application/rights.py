"""Granting rights on single devices, and taking them back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from provd.access import Forbidden, Gate, Principal
from provd.application.changing import Proposal
from provd.application.collection import Documents
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IDraft, IReadable
from provd.documents import (
    EVERY,
    NOT_ON_ONE,
    RIGHTS,
    Device,
    DeviceRight,
    Kind,
    RightWish,
    User,
    holding,
    parse_revocation,
    parse_right_wish,
)
from provd.values import Invalid, NoSuchDocument, Problem

COLLECTION = "rights"

SCOPE = "devices"

MOST_ON_ONE = 100
"""Rights of one user on one device at most."""


class Rights(Documents[DeviceRight]):
    """Rights on devices; nobody grants, or takes back, one that allows more than they may themselves."""

    kind: ClassVar[Kind] = RIGHTS

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        gate: Gate,
        users: IReadable,
        new_id: Callable[[], str],
        now: Callable[[], float],
    ) -> None:
        """`store` is what is there for who asks; `users` has all users, whoever asks."""
        super().__init__(store, slices)
        self._gate = gate
        self._users = users
        self._new_id = new_id
        self._now = now

    def over(self, store: IDocumentStore) -> Rights:
        """The same, for those to whom only what is in `store` is there."""
        return Rights(store, self._slices, self._gate, self._users, self._new_id, self._now)

    def granting(self, given: Mapping[str, Any], by: Principal) -> list[Proposal]:
        """A right on each device that is named, to be made together.

        Proposing one raises `Invalid` where the user or the device has gone meanwhile.

        @raise Invalid: with every problem there is.
        @raise Forbidden: it would allow more than the caller may.
        """
        wish = parse_right_wish(given, self._now())
        self._require_known(wish)
        # First of all: who may not have a device is told nothing of it, not even that it is not there.
        self._require_covered(by, wish.actions, wish.devices, "grant")
        self._require_sound(self._store, wish, range(len(wish.devices)), by)
        self._require_no_longer(by, wish)
        return [self._granting(wish, at, by) for at in range(len(wish.devices))]

    def _granting(self, wish: RightWish, at: int, by: Principal) -> Proposal:
        right_id, device_id = self._new_id(), wish.devices[at]

        def propose(draft: IDraft) -> None:
            draft.read(SCOPE, device_id)
            draft.read("users", wish.user)
            self._require_sound(draft, wish, (at,), by)
            device: Device = draft.get(SCOPE, device_id)
            draft.put(
                COLLECTION,
                DeviceRight(
                    id=right_id,
                    tenant=device.tenant,
                    user=wish.user,
                    device=device_id,
                    actions=wish.actions,
                    until=wish.until,
                    granted=self._now(),
                    granted_by="" if by.anonymous else by.user,
                    description=wish.description,
                    holding=holding(wish.user, device_id),
                ),
            )

        return Proposal(collection=COLLECTION, document_id=right_id, op="create", propose=propose)

    def revoking(self, given: Mapping[str, Any], by: Principal) -> list[Proposal]:
        """Taking back all of a user's, all on some devices, or all of a user's on some devices.

        @raise Invalid: with every problem there is.
        """
        wanted = parse_revocation(given)
        found: list[DeviceRight]
        if wanted.devices:
            on_them = (self._store.by(COLLECTION, "device", each) for each in wanted.devices)
            found = [right for rights in on_them for right in rights if self._is_seen(right, by)]
            if wanted.user:
                found = [right for right in found if right.user == wanted.user]
        else:
            found = [*self._store.by(COLLECTION, "user", wanted.user)]
        return [self.deleting(right.id, by) for right in sorted(found, key=lambda each: each.id)]

    def deleting(self, right_id: str, by: Principal) -> Proposal:
        """Taking back one. Proposing it raises `NoSuchDocument` and `Forbidden`."""

        def propose(draft: IDraft) -> None:
            right: DeviceRight | None = draft.read(COLLECTION, right_id)
            if right is None:
                raise NoSuchDocument(COLLECTION, right_id)
            self._require_covered(by, right.actions, (right.device,), "revoke")
            draft.delete(COLLECTION, right_id)

        return Proposal(collection=COLLECTION, document_id=right_id, op="delete", propose=propose)

    def _is_seen(self, right: DeviceRight, by: Principal) -> bool:
        """Whether the caller may know of a right: it is on a device that is there for them, or theirs to take."""
        claim = self._gate.claim_on((right.device,), right.actions)
        return by.permits((SCOPE, "read"), right.device) or by.covers((claim,))

    def _require_known(self, wish: RightWish) -> None:
        """@raise Invalid: an action is none that the API has for one device."""
        known = {action for scope, action in self._gate.rights if scope == SCOPE} - NOT_ON_ONE
        problems = [
            Problem(f"actions.{at}", f"is {action!r}, which there is not", ", ".join(sorted(known)))
            for at, action in enumerate(wish.actions)
            if action != EVERY and action not in known
        ]
        if problems:
            raise Invalid("right", problems)

    def _require_sound(
        self, view: IReadable, wish: RightWish, places: Sequence[int], by: Principal
    ) -> None:
        """@raise Invalid: there is no such user or device for the caller, or not for the user."""
        problems: list[Problem] = []
        user: User | None = self._users.get("users", wish.user)
        if user is None or not _is_among(user, by):
            problems.append(Problem("user", f"is {wish.user!r}, who is not there", "a user"))
            user = None
        problems += [
            Problem(f"devices.{at}", why, "a device that the user can have")
            for at in places
            if (why := self._unsound(view, wish, wish.devices[at], user))
        ]
        if problems:
            raise Invalid("right", problems)

    @staticmethod
    def _unsound(view: IReadable, wish: RightWish, device_id: str, user: User | None) -> str:
        device: Device | None = view.get(SCOPE, device_id)
        if device is None:
            return f"is {device_id!r}, which there is not"
        if user is not None and user.tenants and device.tenant not in user.tenants:
            return f"is {device_id!r}, which is of none of the user's tenants"
        if len(view.by(COLLECTION, "holding", holding(wish.user, device_id))) >= MOST_ON_ONE:
            return f"is {device_id!r}, on which the user has {MOST_ON_ONE} rights already"
        return ""

    def _require_no_longer(self, by: Principal, wish: RightWish) -> None:
        """@raise Invalid: it would outlast what the caller may do by a right that ends."""
        latest = math.inf
        if not by.anonymous:
            latest = self._gate.lends_until(by.user, wish.devices, wish.actions)
        if (math.inf if wish.until is None else wish.until) > latest:
            told = "is missing" if wish.until is None else f"is {wish.until:.0f}"
            expected = f"{latest:.0f} at most, when your own right is over"
            raise Invalid("right", (Problem("until", told, expected),))

    def _require_covered(
        self, by: Principal, actions: Sequence[str], devices: Sequence[str], action: str
    ) -> None:
        """@raise Forbidden: rights to that on these devices are more than the caller has."""
        if not by.covers((self._gate.claim_on(devices, actions),)):
            detail = "it allows more than you may do yourself"
            raise Forbidden(by.user, COLLECTION, action, detail)


def _is_among(user: User, by: Principal) -> bool:
    """Whether a user is there for the caller: one of a tenant sees those who are of theirs alone."""
    return by.tenants is None or (bool(user.tenants) and by.tenants.issuperset(user.tenants))
