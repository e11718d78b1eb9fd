"""What the kernel tells of neighbours and addresses, as messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provd.pipeline.kernel_tables import InterfaceTable, NeighbourTable
from provd.testing.inquiries import MAC, PEER, core, http
from provd.values import Link

REACHABLE, STALE, FAILED, INCOMPLETE = 0x02, 0x04, 0x20, 0x01


def neighbour(
    address: str = PEER, mac: str = MAC, state: int = REACHABLE, event: str = "RTM_NEWNEIGH"
) -> dict[str, object]:
    """A neighbour message."""
    return {"event": event, "state": state, "attrs": [("NDA_DST", address), ("NDA_LLADDR", mac)]}


def test_a_neighbour_is_learnt_and_forgotten() -> None:
    """Until the kernel drops it or cannot reach it any more."""
    table = NeighbourTable()
    table.told(neighbour(state=STALE))
    assert table.mac_of(PEER) == MAC
    table.told(neighbour(state=FAILED))
    assert table.mac_of(PEER) == ""
    table.told(neighbour())
    table.told(neighbour(event="RTM_DELNEIGH"))
    assert table.mac_of(PEER) == ""


def test_what_is_no_neighbour_is_not_learnt() -> None:
    """Loopback's zero address, entries without an address, unfinished ones."""
    table = NeighbourTable()
    for message in (
        neighbour(mac="00:00:00:00:00:00"),
        neighbour(mac="nonsense"),
        neighbour(state=INCOMPLETE),
        {"event": "RTM_NEWNEIGH", "state": REACHABLE, "attrs": [("NDA_LLADDR", MAC)]},
    ):
        table.told(message)
    assert len(table) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([REACHABLE, FAILED])), max_size=40))
def test_the_table_is_bounded_and_the_last_word_counts(told: list[tuple[int, int]]) -> None:
    """Never more than its limit; an address that is there has its newest state."""
    table = NeighbourTable(limit=4)
    last: dict[str, int] = {}
    for number, state in told:
        address = f"192.0.2.{number}"
        table.told(neighbour(address, state=state))
        last[address] = state
        assert len(table) <= 4
    for address, state in last.items():
        if state == FAILED:
            assert table.mac_of(address) == ""


def link(index: int, name: str, **more: object) -> dict[str, object]:
    """An interface, as rtnetlink tells of it: up and running."""
    attributes = [("IFLA_IFNAME", name), ("IFLA_ADDRESS", f"00:00:5e:00:53:{index:02x}")]
    return {"event": "RTM_NEWLINK", "index": index, "flags": 0x1043, "attrs": attributes, **more}


def address(index: int, spelled: str, length: int, event: str = "RTM_NEWADDR") -> dict[str, object]:
    """An address of an interface, as rtnetlink tells of it."""
    attributes = [("IFA_ADDRESS", spelled), ("IFA_LABEL", f"eth{index}")]
    return {"event": event, "index": index, "prefixlen": length, "attrs": attributes}


def test_our_addresses_have_interfaces() -> None:
    """IPv4 and IPv6, until they are taken away."""
    table = InterfaceTable()
    for message in (
        link(2, "eth0"),
        link(3, "eth1"),
        address(2, "192.0.2.1", 24),
        address(3, "2001:DB8::1", 64),
    ):
        table.told(message)
    assert (table.interface_of("192.0.2.1"), table.interface_of("2001:db8::1")) == ("eth0", "eth1")
    table.told(address(2, "192.0.2.1", 24, "RTM_DELADDR"))
    assert table.addresses() == {"2001:db8::1": "eth1"}


def test_interfaces_are_followed() -> None:
    """Addresses with their networks, whether the cable carries, a new name; until it is unplugged."""
    table = InterfaceTable()
    table.told(address(2, "192.0.2.1", 24))
    table.told(link(2, "eth0"))
    table.told(address(2, "198.51.100.1", 28))
    assert table.link(2) == Link(
        index=2,
        name="eth0",
        mac="00:00:5e:00:53:02",
        addresses=("192.0.2.1/24", "198.51.100.1/28"),
    )
    table.told(link(2, "lan", flags=0x1003))
    (lan,) = table.links()
    assert (lan.name, lan.up, lan.addresses[0]) == ("lan", False, "192.0.2.1/24")
    assert table.interface_of("198.51.100.1") == "lan"
    table.told({"event": "RTM_DELLINK", "index": 2, "attrs": []})
    assert (table.links(), table.link(2), table.addresses()) == ((), None, {})


def test_loopback_has_no_hardware_address() -> None:
    """The kernel says nought, and that is nobody's."""
    table = InterfaceTable()
    nought = [("IFLA_IFNAME", "lo"), ("IFLA_ADDRESS", "00:00:00:00:00:00")]
    table.told(link(1, "lo", flags=0x49, attrs=nought))
    assert table.link(1) == Link(index=1, name="lo", broadcast=False)


def test_the_neighbour_is_evidence_of_its_own() -> None:
    """It is gathered for every inquiry and shown beside what was said."""

    class Table:
        def mac_of(self, address: str, interface: str = "") -> str:
            del interface
            return MAC if address == PEER else ""

        def close(self) -> None:
            pass

    server = core(neighbours=Table())
    server.inquiries.ask(http("/"))
    [decision] = server.decisions.latest(1)
    assert decision.info["neighbour"] == MAC
    assert "mac" not in decision.info
