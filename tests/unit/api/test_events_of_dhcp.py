"""That a subnet runs short of addresses, as whoever listens is told."""

from __future__ import annotations

from provd.documents import ShortPool, SubnetShortage
from provd.testing.access import keep
from provd.testing.api import bench
from provd.testing.dhcp import a_subnet
from provd.testing.listening import Ear

POOL = ShortPool(first="192.0.2.10", last="192.0.2.99", taken=82, size=90)


def test_short_and_relieved() -> None:
    """Each under the id of the subnet; the first tells which pools, the second has nothing to show."""
    made = bench()
    keep(made.core.store, subnets=[a_subnet()])
    ear = Ear(made)
    ear.subscribe(kind="subnets", key="lan")
    ear.all()
    keep(made.core.store, shortages=[SubnetShortage(id="lan", pools=(POOL,), since=7.0)])
    [told] = ear.all()
    assert (told["kind"], told["action"], told["key"]) == ("subnets", "short", "lan")
    assert told["document"]["since"] == 7.0
    assert told["document"]["pools"] == [
        {"first": "192.0.2.10", "last": "192.0.2.99", "taken": 82, "size": 90}
    ]
    draft = made.core.store.draft("test")
    draft.delete("shortages", "lan")
    made.core.store.commit(draft)
    [told] = ear.all()
    assert (told["action"], told["key"], told.get("document")) == ("relieved", "lan", None)


def test_of_a_subnet_that_is_gone() -> None:
    """Nobody is told that there is room in it."""
    made = bench()
    ear = Ear(made)
    ear.subscribe(kind="subnets")
    ear.all()
    keep(made.core.store, shortages=[SubnetShortage(id="gone")])
    assert ear.all() == []
