"""What somebody runs on a device ends with the last right to it, and not before, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import booleans, integers, none, sampled_from, sets
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from provd.application.endings import Endings
from provd.application.lapses import SPARE, Lapses
from provd.application.operations import Operations, Work
from provd.application.slices import Slices
from provd.documents import (
    KINDS,
    Claim,
    Device,
    DeviceRight,
    Role,
    State,
    User,
    holding,
)
from provd.store import MemoryStore
from provd.testing.access import administration

RIGHTS = frozenset({("devices", "act"), ("devices", "read")})
USERS, DEVICES, ROLES = ("ann", "bob"), ("d1", "d2"), ("actor", "reader")
TENANTS = ("", "a", "b")

a_user, a_device, a_role = sampled_from(USERS), sampled_from(DEVICES), sampled_from(ROLES)
a_tenant = sampled_from(TENANTS)


class Run:
    """An operation that somebody began, and whether they had the right to it ever since."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.stopped = 0
        self.had_it = True
        work.stopped_by(self._stop)

    def _stop(self) -> None:
        self.stopped += 1


class LastRight(RuleBasedStateMachine):
    """Two users, two devices, two roles, rights that come, go and end; whatever is changed, at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.clock.advance(1000)
        self.store = MemoryStore(KINDS, self.clock)
        made = administration(self.store, self.clock, RIGHTS)
        slices = Slices(self.clock, now=lambda: 0.0)
        self.numbers = count(1)
        self.operations = Operations(made.store, slices, self.name, self.clock.seconds)
        self.endings = Endings(made.store, made.gate, self.operations, self.clock)
        self.lapses = Lapses(made.store, slices, self.clock, self.endings.look_soon)
        self.endings.start()
        self.lapses.start()
        self.runs: list[Run] = []
        self.put("users", User(id="ann", roles=("actor",), tenants=("a",)))
        self.put("users", User(id="bob"))
        for device in DEVICES:
            self.put("devices", Device(id=device, tenant="a"))
        self.put("roles", Role(id="actor", claims=self.claims("act", "*")))
        self.put("roles", Role(id="reader", claims=self.claims("read", "*")))
        self.settle()

    def name(self) -> str:
        """A fresh id."""
        return f"n{next(self.numbers)}"

    @staticmethod
    def claims(action: str, *on: str) -> tuple[Claim, ...]:
        """What a role allows."""
        return (Claim(scope="devices", actions=(action,), specific=on),) if on else ()

    def put(self, collection: str, document: Any) -> None:
        """Keep a document in the place of the present one."""
        draft = self.store.draft("test")
        present = draft.get(collection, document.id)
        revision = present.revision if present is not None else 0
        draft.put(collection, msgspec.structs.replace(document, revision=revision))
        self.store.commit(draft)

    def drop(self, collection: str, document_id: str) -> None:
        """Let one go, if it is there."""
        draft = self.store.draft("test")
        if draft.get(collection, document_id) is not None:
            draft.delete(collection, document_id)
            self.store.commit(draft)

    def settle(self) -> None:
        """Let what was scheduled happen; then see who has lost what."""
        self.clock.pump([0] * 6)
        for run in self.runs:
            run.had_it &= all(self.may(run.work.who, each) for each in run.work.devices)

    def may(self, user_id: str, device_id: str) -> bool:
        """Whether a user may act on a device, read off the documents alone."""
        user, device = self.store.get("users", user_id), self.store.get("devices", device_id)
        if user is None or user.disabled or device is None:
            return False
        if user.tenants and device.tenant not in user.tenants:
            return False
        return any(self._grants(user, device_id))

    def _grants(self, user: User, device_id: str) -> Iterator[bool]:
        for role_id in user.roles:
            role = self.store.get("roles", role_id)
            for claim in role.claims if role is not None else ():
                yield "act" in claim.actions and bool({"*", device_id} & {*claim.specific})
        for right in self.store.collection("rights"):
            assert isinstance(right, DeviceRight)
            if (right.user, right.device) == (user.id, device_id) and "act" in right.actions:
                yield right.until is None or self.clock.seconds() < right.until

    @rule(
        user=a_user,
        device=a_device,
        action=sampled_from(["act", "read"]),
        lasts=none() | integers(1, 50),
    )
    def grant(self, user: str, device: str, action: str, lasts: int | None) -> None:
        """For ever, or for a while; to whoever is there."""
        found = self.store.get("devices", device)
        if found is None or self.store.get("users", user) is None:
            return
        right = DeviceRight(
            id=self.name(),
            tenant=found.tenant,
            user=user,
            device=device,
            actions=(action,),
            until=None if lasts is None else self.clock.seconds() + lasts,
            holding=holding(user, device),
        )
        self.put("rights", right)
        self.settle()

    @rule(at=integers(0, 20))
    def revoke(self, at: int) -> None:
        """One of those there are."""
        found = sorted(right.id for right in self.store.collection("rights"))
        if found:
            self.drop("rights", found[at % len(found)])
            self.settle()

    @rule(role=a_role, on=sampled_from([(), ("d1",), ("d2",), ("*",)]))
    def change_role(self, role: str, on: tuple[str, ...]) -> None:
        """A role allows something else, or nothing."""
        self.put("roles", Role(id=role, claims=self.claims("act", *on)))
        self.settle()

    @rule(role=a_role)
    def drop_role(self, role: str) -> None:
        """A role goes."""
        self.drop("roles", role)
        self.settle()

    @rule(
        user=a_user,
        roles=sets(a_role),
        tenants=sets(sampled_from(TENANTS[1:])),
        disabled=booleans(),
    )
    def change_user(self, user: str, roles: set[str], tenants: set[str], *, disabled: bool) -> None:
        """A user has other roles, other tenants, is disabled or not, or comes back."""
        document = User(
            id=user, roles=tuple(sorted(roles)), tenants=tuple(sorted(tenants)), disabled=disabled
        )
        self.put("users", document)
        self.settle()

    @rule(user=a_user)
    def drop_user(self, user: str) -> None:
        """A user goes."""
        self.drop("users", user)
        self.settle()

    @rule(device=a_device, tenant=a_tenant)
    def move_device(self, device: str, tenant: str) -> None:
        """A device becomes another tenant's, or comes back."""
        self.put("devices", Device(id=device, tenant=tenant))
        self.settle()

    @rule(device=a_device)
    def drop_device(self, device: str) -> None:
        """A device goes."""
        self.drop("devices", device)
        self.settle()

    @rule(seconds=sampled_from([0.5, 1, 7, 30]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock.advance(seconds)
        self.settle()

    @precondition(lambda self: len(self.runs) < 6)
    @rule(user=a_user, devices=sets(a_device, min_size=1))
    def begin(self, user: str, devices: set[str]) -> None:
        """Somebody begins something, with the right to it or (it went a moment ago) without."""
        begun: list[Any] = []
        started = self.operations.start(
            "test", cause=f"api-1 by {user}", devices=sorted(devices), action="act"
        )
        Deferred.fromCoroutine(started).addCallback(begun.append)
        self.runs.append(Run(begun[0]))
        self.settle()

    @invariant()
    def runs_as_long_as_the_right(self) -> None:
        """It runs if, and only if, the right to it was there ever since; and it is stopped once."""
        for run in self.runs:
            operation = self.store.get("operations", run.work.id)
            state = State.WAITING if run.had_it else State.CANCELLED
            assert (operation.state, run.stopped) == (state, int(not run.had_it))
            assert run.had_it or run.work.who in operation.reason

    @invariant()
    def no_right_is_left_behind(self) -> None:
        """None that is over, whose user or device has gone, or whose device is another's."""
        for right in self.store.collection("rights"):
            assert isinstance(right, DeviceRight)
            device = self.store.get("devices", right.device)
            assert right.lasts(self.clock.seconds())
            assert device is not None
            assert device.tenant == right.tenant
            assert self.store.get("users", right.user) is not None
        # Bounded, however many came and went.
        assert len(self.lapses._ends) <= 2 * len(self.store.collection("rights")) + SPARE

    def teardown(self) -> None:
        """Nothing is scheduled for ever."""
        self.endings.stop()
        self.lapses.stop()
        assert not self.clock.getDelayedCalls()


LastRight.TestCase.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
TestLastRight = LastRight.TestCase


def test_a_device_that_moves_away() -> None:
    """Nothing of whoever is of its old tenant runs there any more, whatever their roles."""
    machine = LastRight()
    machine.begin(user="ann", devices={"d1"})
    machine.begin(user="ann", devices={"d2"})
    machine.move_device(device="d1", tenant="b")
    machine.runs_as_long_as_the_right()
    assert [run.stopped for run in machine.runs] == [1, 0]
    machine.teardown()


@pytest.mark.parametrize("end", ["revoke", "wait"])
def test_the_last_of_several(end: str) -> None:
    """Two rights are there: the first that goes ends nothing, the second does."""
    machine = LastRight()
    machine.grant(user="bob", device="d1", action="act", lasts=None)
    machine.grant(user="bob", device="d1", action="act", lasts=None if end == "revoke" else 30)
    machine.grant(user="bob", device="d1", action="read", lasts=None)
    machine.begin(user="bob", devices={"d1"})
    machine.revoke(at=0)
    machine.runs_as_long_as_the_right()
    assert [run.stopped for run in machine.runs] == [0]
    if end == "revoke":
        machine.revoke(at=0)
    else:
        machine.wait(seconds=30)
    machine.runs_as_long_as_the_right()
    assert [run.stopped for run in machine.runs] == [1]
    machine.teardown()


def test_what_lapsed_while_nobody_looked() -> None:
    """At a start, rights that are over or are nobody's any more go, whatever went wrong before."""
    clock = Clock()
    clock.advance(1000)
    store = MemoryStore(KINDS, clock)
    right = DeviceRight(id="r", user="ann", device="d1", actions=("act",))
    each = msgspec.structs.replace
    draft = store.draft("test")
    draft.put("users", User(id="ann"))
    draft.put("devices", Device(id="d1"))
    for document in (
        each(right, id="good"),
        each(right, id="over", until=999.0),
        each(right, id="later", until=1e9),
        each(right, id="no-user", user="eve"),
        each(right, id="no-device", device="d2"),
        each(right, id="moved", tenant="b"),
    ):
        draft.put("rights", document)
    store.commit(draft)
    looked: list[str] = []
    lapses = Lapses(store, Slices(clock), clock, looked.append)
    lapses.start()
    clock.pump([0] * 5)
    assert sorted(right.id for right in store.collection("rights")) == ["good", "later"]
    assert looked
    lapses.stop()


def test_many_ends_at_once_are_removed_in_turns() -> None:
    """Ten thousand rights of one hour end in it: no turn removes more than some of them."""
    clock = Clock()
    store = MemoryStore(KINDS, clock)
    draft = store.draft("test")
    draft.put("users", User(id="ann"))
    draft.put("devices", Device(id="d1"))
    for number in range(1000):
        draft.put(
            "rights",
            DeviceRight(id=f"r{number}", user="ann", device="d1", actions=("act",), until=60.0),
        )
    store.commit(draft)
    most: list[int] = []
    store.feed.subscribe("test", ["rights"], lambda changes: most.append(len(changes)))
    lapses = Lapses(store, Slices(clock), clock, lambda _cause: None)
    lapses.start()
    clock.advance(60)
    clock.pump([0] * 20)
    assert len(store.collection("rights")) == 0
    assert max(most) <= 200
    lapses.stop()
