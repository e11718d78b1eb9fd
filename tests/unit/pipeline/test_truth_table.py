"""The published truth table of identification: one test per row, and the collisions around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Struct

from provd.documents import Device
from provd.pipeline import CreationSettings
from provd.testing.inquiries import MAC, PEER, Core, core, dhcp, http, tftp
from provd.testing.plugins import acme
from provd.values import Decision, Inquiry

OTHER_MAC = "00:00:5e:00:53:02"
UUID = "4c4c4544-0042-3510-8056-b4c04f4d3732"
OTHER_UUID = "4c4c4544-0042-3510-8056-b4c04f4d3733"


def phone(device_id: str = "a", **fields: str) -> Device:
    """A device of the Acme plugin."""
    return Device(id=device_id, plugin="acme-1.0", **fields)


def decided(server: Core, inquiry: Inquiry) -> Decision:
    """The decision on one inquiry, committed."""
    server.inquiries.ask(inquiry)
    [decision] = server.decisions.latest(1)
    return decision


class Row(Struct, frozen=True):
    """A row: who is known, who asks, and who that is."""

    name: str
    known: tuple[Device, ...]
    asked: Inquiry
    found: str | None
    by: str = ""
    tftp_only: bool = False


AGENT = f"Acme A20 {MAC} 1.0"
NAMELESS = "Acme A20 - 1.0"

ROWS = [
    Row("mac", (phone(mac=MAC),), http(user_agent=AGENT), "a", "mac"),
    Row(
        "mac wins over ip",
        (phone(mac=MAC), phone("b", ip=PEER)),
        http(user_agent=AGENT),
        "a",
        "mac",
    ),
    Row("sn", (phone(sn="S1"),), http(user_agent=NAMELESS + " sn=S1"), "a", "sn"),
    Row("uuid", (phone(uuid=UUID),), http(user_agent=NAMELESS + f" uuid={UUID}"), "a", "uuid"),
    Row(
        "mac wins over sn of another device that has no mac",
        (phone(mac=MAC), phone("b", sn="S1")),
        http(user_agent=AGENT + " sn=S1"),
        "a",
        "mac",
    ),
    Row(
        "mac of one, sn of another with its own mac: mac",
        (phone(mac=MAC), phone("b", mac=OTHER_MAC, sn="S1")),
        http(user_agent=AGENT + " sn=S1"),
        "a",
        "mac",
    ),
    Row(
        "sn of a device with another mac is not it: a new device",
        (phone("b", mac=OTHER_MAC, sn="S1"),),
        http(user_agent=AGENT + " sn=S1"),
        "new",
        "added",
    ),
    Row(
        "shared dock: mac of one, uuid of another: uuid",
        (phone(mac=MAC, uuid=UUID), phone("b", uuid=OTHER_UUID)),
        http(user_agent=AGENT + f" uuid={OTHER_UUID}"),
        "b",
        "uuid",
    ),
    Row(
        "shared dock: known mac, unknown uuid: a new device without the mac",
        (phone(mac=MAC, uuid=UUID),),
        http(user_agent=AGENT + f" uuid={OTHER_UUID}"),
        "new",
        "added",
    ),
    Row(
        "two devices with one sn: unknown, and nobody is added under it",
        (phone(sn="S1"), phone("b", sn="S1")),
        http(user_agent=NAMELESS + " sn=S1"),
        None,
    ),
    Row("ip alone over HTTP: unknown", (phone(ip=PEER),), http("/6730i.st"), None),
    Row(
        "ip alone over HTTP, TFTP-only vendor: unknown",
        (phone(ip=PEER),),
        http("/x"),
        None,
        tftp_only=True,
    ),
    Row(
        "ip alone over TFTP, TFTP-only vendor",
        (phone(ip=PEER),),
        tftp("RINGLIST.XML"),
        "a",
        "ip",
        tftp_only=True,
    ),
    Row(
        "ip alone over TFTP, another vendor: unknown", (phone(ip=PEER),), tftp("RINGLIST.XML"), None
    ),
    Row(
        "ip alone, the mac said is another: a new device",
        (phone(ip=PEER, mac=OTHER_MAC),),
        tftp("ACME00005E005301.cfg"),
        "new",
        "added",
        tftp_only=True,
    ),
    Row(
        "ip of two devices: unknown",
        (phone(ip=PEER), phone("b", ip=PEER)),
        tftp("RINGLIST.XML"),
        None,
        tftp_only=True,
    ),
    Row(
        "ip of a device that has moved away, by the neighbour table: unknown",
        (phone(ip=PEER, mac=OTHER_MAC),),
        tftp("RINGLIST.XML", neighbour=MAC),
        None,
        tftp_only=True,
    ),
    Row(
        "neighbour over TFTP, TFTP-only vendor, whatever the ip",
        (phone(ip="192.0.2.99", mac=MAC),),
        tftp("RINGLIST.XML", neighbour=MAC),
        "a",
        "neighbour",
        tftp_only=True,
    ),
    Row(
        "neighbour alone over HTTP: unknown (a browser on the phone's own address)",
        (phone(mac=MAC),),
        http("/6730i.st", neighbour=MAC),
        None,
    ),
    Row("nothing but an address, nobody known: unknown", (), http("/"), None),
    Row("a recognised vendor but no identity: unknown", (), http(user_agent=NAMELESS), None),
    Row(
        "an unknown mac from a recognised request: a new device",
        (),
        http(user_agent=AGENT),
        "new",
        "added",
    ),
    Row("an unknown mac from DHCP: a new device", (), dhcp(MAC), "new", "added"),
    Row(
        "no identity but a neighbour, TFTP-only vendor: a new device with the neighbour's mac",
        (),
        tftp("ACME.loads", neighbour=MAC),
        "new",
        "added",
        tftp_only=True,
    ),
    Row(
        "no identity but a neighbour, other vendors: unknown",
        (),
        tftp("ACME.loads", neighbour=MAC),
        None,
    ),
    Row(
        "an all-F uuid names nobody: unknown",
        (phone(uuid="ffffffff-ffff-ffff-ffff-ffffffffffff"),),
        http(user_agent=NAMELESS + " uuid=ffffffff-ffff-ffff-ffff-ffffffffffff"),
        None,
    ),
    Row(
        "a placeholder serial names nobody: unknown",
        (phone(sn="0123456789"),),
        http(user_agent=NAMELESS + " sn=0123456789"),
        None,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(row: Row) -> None:
    """Who is known and what is said decide who it is, by which key."""
    plugin = acme(by_address=frozenset({"tftp"}) if row.tftp_only else frozenset())
    server = core(plugin, documents=row.known)
    decision = decided(server, row.asked)
    found = decision.device.id if decision.device is not None else None
    if row.found == "new":
        assert found not in {None, *(device.id for device in row.known)}
    else:
        assert found == row.found
    assert decision.matched_by == row.by
    if decision.device is None:
        assert decision.notes, "whoever stays unknown is told why"


def test_every_row_is_published() -> None:
    """The table in the documentation lists exactly these rows."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "identification.rst"
    mark = "   * - "
    listed = [
        line.removeprefix(mark) for line in page.read_text().splitlines() if line.startswith(mark)
    ]
    assert listed == ["What is known and said", *(row.name for row in ROWS)]


def test_a_dock_keeps_its_mac_with_one_device() -> None:
    """The second machine on a dock becomes a device of its own, without the dock's address."""
    server = core(acme(), documents=[phone(mac=MAC, uuid=UUID)])
    decision = decided(server, http(user_agent=AGENT + f" uuid={OTHER_UUID}"))
    assert decision.device.mac is None
    assert decision.device.uuid == OTHER_UUID
    assert server.store.get("devices", "a").uuid == UUID


def test_contested_facts_are_not_taken_over() -> None:
    """A serial that belongs to another device is not written to the one that was found."""
    server = core(acme(), documents=[phone(mac=MAC), phone("b", sn="S1")])
    decision = decided(server, http(user_agent=AGENT + " sn=S1"))
    assert decision.device.id == "a"
    assert decision.device.sn is None
    assert any("it is not taken over" in str(note) for note in decision.notes)


def test_one_address_one_device() -> None:
    """A device that shows up at another's address takes it over."""
    server = core(acme(), documents=[phone(mac=MAC), phone("b", mac=OTHER_MAC, ip=PEER)])
    decided(server, http(user_agent=AGENT))
    assert [device.ip for device in server.devices()] == [PEER, None]


def test_behind_nat_addresses_are_shared() -> None:
    """With `nat`, several devices keep one address."""
    server = core(acme(), documents=[phone(mac=MAC), phone("b", mac=OTHER_MAC, ip=PEER)], nat=True)
    decided(server, http(user_agent=AGENT))
    assert [device.ip for device in server.devices()] == [PEER, PEER]


def test_a_declared_network_shares_addresses_too() -> None:
    """Phones that take one address from each other would be written and rendered anew at every request."""
    server = core(
        acme(),
        documents=[phone(mac=MAC), phone("b", mac=OTHER_MAC, ip=PEER)],
        limits=CreationSettings(nat_networks=(f"{PEER}/32",)),
    )
    server.inquiries.ask(http(user_agent=f"Acme A20 {MAC} 1.0"))
    assert [device.ip for device in server.devices()] == [PEER, PEER]


@pytest.mark.parametrize("mac", ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:53:01"])
def test_dhcp_makes_no_device_of_a_placeholder(mac: str) -> None:
    """Nothing has these addresses, whatever a packet says."""
    server = core(acme())
    decision = decided(server, dhcp(mac))
    assert not server.devices()
    assert "names no single device" in str(decision.notes)
