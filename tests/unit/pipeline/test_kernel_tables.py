"""What the kernel tells of neighbours and addresses, as messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provd.pipeline.kernel_tables import InterfaceTable, NeighbourTable
from provd.testing.inquiries import MAC, PEER, core, http

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


def test_our_addresses_have_interfaces() -> None:
    """IPv4 and IPv6, until they are taken away."""
    table = InterfaceTable()
    new = {
        "event": "RTM_NEWADDR",
        "index": 2,
        "attrs": [("IFA_ADDRESS", "192.0.2.1"), ("IFA_LABEL", "eth0")],
    }
    table.told(new, {2: "eth0"})
    table.told(
        {"event": "RTM_NEWADDR", "index": 3, "attrs": [("IFA_ADDRESS", "2001:DB8::1")]}, {3: "eth1"}
    )
    assert (table.interface_of("192.0.2.1"), table.interface_of("2001:db8::1")) == ("eth0", "eth1")
    table.told({**new, "event": "RTM_DELADDR"}, {2: "eth0"})
    assert table.addresses() == {"2001:db8::1": "eth1"}


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
