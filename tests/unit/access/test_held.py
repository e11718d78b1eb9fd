"""Rights held on single devices: what they add to claims, and what asking for them costs."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from provd.access import HeldRights, UserPermits
from provd.documents import Claim, DeviceRight, holding
from provd.testing.access import keep, store_of

READ, UPDATE, CREATE, LIST = (
    ("devices", action) for action in ("read", "update", "create", "list")
)
RIGHTS = (READ, UPDATE, CREATE, LIST, ("configs", "read"))


class Counting:
    """A store that counts the documents that are looked at."""

    def __init__(self, *rights: DeviceRight) -> None:
        self.looked = 0
        self._store = store_of(Clock())
        keep(self._store, rights=rights)

    def by(self, collection: str, field: str, value: str) -> tuple[Any, ...]:
        """Found by an index."""
        found = self._store.by(collection, field, value)
        self.looked += len(found)
        return found


def right(device: str, *actions: str, user: str = "ann", **more: Any) -> DeviceRight:
    """One that is held."""
    right_id = f"{user}-{device}-{'-'.join(each.strip('*') for each in actions)}"
    return DeviceRight(
        id=right_id,
        user=user,
        device=device,
        actions=actions,
        holding=holding(user, device),
        **more,
    )


def permits(store: Counting, *claims: Claim, now: float = 100.0) -> UserPermits:
    """What ann may do."""
    return UserPermits(claims, RIGHTS, HeldRights(store, "ann", lambda: now))  # type: ignore[arg-type]  # enough of a store


def test_they_add_to_claims() -> None:
    """On their device, for their actions, and for nobody else."""
    claim = Claim(scope="devices", actions=("read",), specific=("d2",))
    made = permits(Counting(right("d1", "read", "list"), right("d3", "read", user="bob")), claim)
    assert [made.permits(READ, each) for each in ("d1", "d2", "d3")] == [True, True, False]
    assert made.only(READ) == frozenset({"d1", "d2"})
    assert made.only(LIST) == frozenset({"d1"})
    assert not made.permits(UPDATE, "d1")
    assert not made.permits(("configs", "read"), "d1")
    assert made.rights() == {READ, LIST}
    assert made.whole == frozenset()


def test_they_are_for_every_field() -> None:
    """A claim on some fields is widened by a right to update, on its device."""
    claim = Claim(scope="devices", actions=("update",), fields=("description",))
    made = permits(Counting(right("d1", "update")), claim)
    assert made.permits(UPDATE, "d1", ("mac",))
    assert made.permits_everything(UPDATE, "d1")
    assert not made.permits(UPDATE, "d2", ("mac",))
    assert made.only(UPDATE) is None


def test_what_is_about_no_single_device_is_not_among_everything() -> None:
    """Nor is what the API has not."""
    made = permits(Counting(right("d1", "*")))
    assert made.permits(UPDATE, "d1")
    assert not made.permits(CREATE, "d1")
    assert not made.permits(CREATE)
    assert not made.permits(("devices", "fly"), "d1")


@pytest.mark.parametrize(("now", "lasts"), [(99.9, True), (100.0, False), (100.1, False)])
def test_an_end(now: float, lasts: bool) -> None:  # noqa: FBT001 - a value of a table
    """At its very second it is over, whether anybody has removed it or not."""
    made = permits(Counting(right("d1", "read", until=100.0)), now=now)
    assert made.permits(READ, "d1") is lasts
    assert made.permits(READ) is lasts
    assert made.only(READ) == (frozenset({"d1"}) if lasts else frozenset())


def test_the_price_of_a_call() -> None:
    """A call that names a device looks at the caller's rights on that device, however many others there are."""
    many = [right(f"d{number}", "read") for number in range(2000)]
    others = [right("d1", "read", user=f"u{number}") for number in range(2000)]
    for rights in ([right("d1", "read")], [*many, *others]):
        store = Counting(*rights)
        made = permits(store)
        assert made.permits(READ, "d1")
        assert not made.permits(UPDATE, "d1")
        assert not made.permits(READ, "nil")
        assert store.looked == 2
