"""Whose devices are synchronized: those that the caller may act on, and no others."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from provd.documents import Device, parse_device
from provd.testing.access import basic, keep, user
from provd.testing.api import Bench, bench
from provd.testing.plugins import acme
from provd.testing.synchronizers import MemorySynchronizer
from provd.values import Notify

URL = "/api/v1/devices"
ROOT = {"authorization": basic("root")}
ANN = {"authorization": basic("ann")}
TOM = {"authorization": basic("tom")}


def served() -> tuple[Bench, MemorySynchronizer]:
    """Devices of two tenants; tom may do everything in a; ann has rights on single devices only."""
    sip = MemorySynchronizer()
    plugin = acme()
    plugin.understands = (Notify(),)
    made = bench(plugin, required=True, synchronizers={"sip": sip})
    keep(
        made.core.store,
        users=[
            user("root", "superuser"),
            user("ann"),
            replace(user("tom", "superuser"), tenants=("a",)),
        ],
        devices=[
            parse_device(
                {"id": name, "plugin": plugin.id, "tenant": tenant, "ip": f"192.0.2.{number}"}
            )
            for number, (name, tenant) in enumerate(
                (("phone", ""), ("desk", ""), ("a1", "a"), ("b1", "b")), 1
            )
        ],
    )
    return made, sip


def told(made: Bench, sip: MemorySynchronizer) -> list[str]:
    """Who was told, after a while."""
    made.core.clock.pump([0.1] * 20)
    return sorted(errand.device_id for errand in sip.told)


def grant(made: Bench, *devices: str, actions: tuple[str, ...] = ("read", "act")) -> None:
    """Rights for ann."""
    wish = {"user": "ann", "devices": list(devices), "actions": list(actions)}
    assert made.ask("POST", "/api/v1/rights", wish, **ROOT).status == 201


def test_everybody() -> None:
    """Whoever may act on all devices has all of them synchronized."""
    made, sip = served()
    answer = made.ask("POST", f"{URL}:synchronize", {}, **ROOT)
    assert (answer.status, answer.json["result"]["devices"]) == (202, 4)
    assert told(made, sip) == ["a1", "b1", "desk", "phone"]


def test_a_tenants_people() -> None:
    """What is not theirs is not there."""
    made, sip = served()
    answer = made.ask("POST", f"{URL}:synchronize", {}, **TOM)
    assert answer.json["result"]["devices"] == 1
    assert made.ask("POST", f"{URL}/b1/actions/synchronize", {}, **TOM).status == 404
    assert told(made, sip) == ["a1"]


def test_rights_on_some_devices() -> None:
    """A filter chooses among those that the caller may act on; a right to read is none to act."""
    made, sip = served()
    assert made.ask("POST", f"{URL}:synchronize", {}, **ANN).status == 403
    grant(made, "phone", "a1")
    grant(made, "desk", actions=("read",))
    answer = made.ask("POST", f"{URL}:synchronize?id=In(phone,desk,b1)", {}, **ANN)
    assert answer.json["result"]["devices"] == 1
    assert told(made, sip) == ["phone"]
    assert made.ask("POST", f"{URL}/desk/actions/synchronize", {}, **ANN).status == 403


def test_a_right_that_is_taken_back() -> None:
    """What its user planned is cancelled, for all of its devices."""
    made, sip = served()
    grant(made, "phone", "a1")
    later = made.core.clock.seconds() + 60
    begun = made.ask("POST", f"{URL}:synchronize", {"at": later}, **ANN).json["result"]
    made.ask("POST", "/api/v1/rights/revoke", {"user": "ann", "devices": ["a1"]}, **ROOT)
    made.core.clock.pump([1.0] * 70)
    assert told(made, sip) == []
    operation = made.ask("GET", f"/api/v1/operations/{begun['operation']}", **ROOT).json
    assert operation["state"] == "cancelled"


def test_a_plan_after_a_restart_is_still_somebodys() -> None:
    """A right that was taken back while nobody ran is missing when its time comes."""
    made, _sip = served()
    grant(made, "phone")
    later = made.core.clock.seconds() + 60
    made.ask("POST", f"{URL}:synchronize", {"at": later}, **ANN)
    again: Any = MemorySynchronizer()
    plugin = acme()
    plugin.understands = (Notify(),)
    restarted = bench(
        plugin,
        required=True,
        store=made.core.store,
        autoprov=False,
        synchronizers={"sip": again},
    )
    [work] = restarted.operators.operations.of_users()
    assert (work.who, work.devices, work.action) == ("ann", ("phone",), "act")
    assert isinstance(restarted.core.store.get("devices", "phone"), Device)
