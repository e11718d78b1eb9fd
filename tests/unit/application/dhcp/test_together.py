"""What came together, and what many are told alike: the same as one by one, and as each for itself."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.internet.defer import Deferred

from provd.application.dhcp.options import Selections
from provd.documents.dhcp.options import OptionValue
from provd.testing.dhcp import a_boot_rule, a_reservation, a_subnet
from provd.testing.dhcp_site import MAC, Site, boot_rom, said, site
from provd.values import Answer
from provd.wire.dhcp import MessageType, Packet

OPTIONS = [
    {"code": "router", "value": "192.0.2.1"},
    {"code": 6, "value": "192.0.2.53"},
    {"code": 42, "value": "192.0.2.123"},
]
MACS = [f"00:00:5e:00:53:{number:02x}" for number in range(0x10, 0x16)]


def lan() -> Site:
    """A subnet with options, a reservation and a boot rule."""
    return site(a_subnet(options=OPTIONS, create_devices="all"), a_reservation(), a_boot_rule())


def given_answer(answer: Answer | Deferred[Answer]) -> Any:
    """An answer that is there, or came at once."""
    return answer.result if isinstance(answer, Deferred) else answer


def packets() -> list[Packet]:
    """Of several clients, some of them twice, and of each kind."""
    wanted = {50: bytes([192, 0, 2, 12])}
    return [
        *(said(MessageType.DISCOVER, mac, options={55: b"\6\1"}) for mac in MACS),
        said(MessageType.DISCOVER, MACS[0], options={61: b"\1abc"}),
        boot_rom(mac=MACS[1]),
        said(MessageType.REQUEST, MACS[2], options=wanted),
        said(MessageType.REQUEST, MACS[3], options=wanted),
        said(MessageType.INFORM, MACS[4], ip="192.0.2.77"),
        said(MessageType.RELEASE, MACS[5], ip="192.0.2.12"),
    ]


def test_what_came_together_is_answered_as_one_by_one() -> None:
    """And leaves the same leases and devices, and the same decisions to be explained."""
    apart, together = lan(), lan()
    one_by_one = [
        given_answer(apart.core.inquiries.ask(apart.inquiry(packet))) for packet in packets()
    ]
    inquiries = [together.inquiry(packet) for packet in packets()]
    at_once: dict[int, Answer] = {}
    together.core.inquiries.ask_all(inquiries, at_once.update)
    assert [at_once[place] for place in range(len(inquiries))] == one_by_one
    for name in ("leases", "tenures", "devices"):
        kept, other = (
            {(each.id, each.tenant) for each in lan_.core.store.collection(name)}
            for lan_ in (apart, together)
        )
        assert kept == other
    matched = [
        {each.inquiry.id: (each.matched_by, each.judgement.reason) for each in told}
        for told in (apart.core.decisions.latest(99), together.core.decisions.latest(99))
    ]
    assert matched[0] == matched[1]


SHARED = site(a_subnet(options=OPTIONS))


@given(st.none() | st.binary(max_size=12), st.none() | st.binary(min_size=2, max_size=9))
def test_a_selection_is_what_a_client_would_be_told_alone(
    wanted: bytes | None, identifier: bytes | None
) -> None:
    """Whatever it asks for, and whatever was chosen for others before."""
    options = {
        code: content for code, content in ((55, wanted), (61, identifier)) if content is not None
    }
    alone = site(a_subnet(options=OPTIONS)).discover(MAC, options=options)
    first, second = (SHARED.discover(MAC, options=options) for _ in range(2))
    assert list(first.options.items()) == list(second.options.items())
    assert list(first.options.items()) == list(alone.options.items())


def test_a_selection_is_of_a_subnet_as_it_is() -> None:
    """An edit is in force at the next packet."""
    edited = site(a_subnet(options=OPTIONS))
    assert edited.discover(options={55: b"\6"}).options[6] == bytes([192, 0, 2, 53])
    subnet = edited.core.store.get("subnets", "lan")
    edited.keep(replace(subnet, options=(OptionValue(code=6, value="192.0.2.54"),)))
    assert edited.discover(options={55: b"\6"}).options[6] == bytes([192, 0, 2, 54])


def test_selections_are_bounded() -> None:
    """In number and in length: anybody may invent lists."""
    selections = Selections()
    selections.put(("lan", 1, bytes(Selections.LONGEST + 1), ()), {})
    assert selections.get(("lan", 1, bytes(Selections.LONGEST + 1), ())) is None
    for number in range(Selections.MOST + 1):
        selections.put(("lan", number, None, ()), {})
    assert selections.get(("lan", 0, None, ())) is None
    assert selections.get(("lan", Selections.MOST, None, ())) == {}
