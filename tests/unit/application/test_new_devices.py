"""Which devices nobody has taken yet."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from provd.application.devices import Devices
from provd.application.readiness import Readiness
from provd.application.slices import Slices
from provd.documents import Device, Query
from provd.testing.inquiries import Core, core


@pytest.fixture
def server() -> Core:
    """A core with a device of provd's own tenant, and one of somebody else's."""
    return core(documents=[Device(id="fresh", tenant="master"), Device(id="taken", tenant="other")])


def devices(server: Core) -> Devices:
    """What operators may do with them."""
    return Devices(
        server.store,
        Slices(server.clock),
        lambda: "new",
        Readiness(server.plugins, dict),
        own_tenant="master",
    )


@pytest.mark.parametrize(("device_id", "new"), [("fresh", True), ("taken", False)])
def test_a_device_tells_whether_it_is_new(server: Core, device_id: str, *, new: bool) -> None:
    """It is new as long as it is with the tenant of provd itself."""
    device = server.store.get("devices", device_id)
    assert devices(server).shown(device)["is_new"] is new


def test_new_devices_can_be_searched_for(server: Core) -> None:
    """As everything that is shown."""
    found: list[str] = []

    async def search() -> None:
        listing = await devices(server).list(Query(selector={"is_new": True}))
        found.extend(item["id"] for item in listing.items)

    Deferred.fromCoroutine(search())
    server.clock.pump([0.0] * 5)
    assert found == ["fresh"]
