"""What one source may have, and what it is sent before it has proven to be there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.servers.tftp import TFTPSettings
from provd.servers.tftp.limits import Quotas, source_of
from provd.testing.tftp import read_request
from provd.testing.tftp_network import TFTPRig
from provd.wire.tftp import Acknowledgement, serialize

BODY = bytes(5000)
REQUEST = read_request("a.cfg")


def clients(count: int, host: str = "192.0.2.7") -> list[tuple[str, int]]:
    """That many clients behind one address."""
    return [(host, 10000 + number) for number in range(count)]


def test_one_source_has_so_many_transfers_at_a_time() -> None:
    """One more is met with silence, so that it asks again; another source is served."""
    rig = TFTPRig({"a.cfg": BODY}, TFTPSettings(max_sessions_per_source=3))
    served = [bool(rig.says(REQUEST, peer=client)) for client in clients(4)]
    assert served == [True, True, True, False]
    assert rig.says(REQUEST, peer=("192.0.2.8", 1))
    assert rig.server.counters().refused == {"source full": 1}


def test_a_place_is_free_again_when_a_transfer_ends() -> None:
    """However it ends: here by an ERROR of the client."""
    rig = TFTPRig({"a.cfg": BODY}, TFTPSettings(max_sessions_per_source=1))
    for client in clients(5):
        [(port, _)] = rig.says(REQUEST, peer=client)
        rig.says(b"\0\5\0\0\0", port, client)
    assert rig.server.counters().failed == {"aborted": 5}


def test_200_clients_of_one_address_are_served_by_default() -> None:
    """A rack that starts at once behind one relay or NAT."""
    rig = TFTPRig({"a.cfg": BODY})
    assert all(rig.says(REQUEST, peer=client) for client in clients(200))


def test_a_full_house_evicts_who_has_not_proven_to_be_there() -> None:
    """A flood of forged requests fills every place; a real client still gets in, and stays."""
    rig = TFTPRig({"a.cfg": BODY}, TFTPSettings(max_sessions=3))
    real = ("192.0.2.7", 1)
    [(port, _)] = rig.says(REQUEST, peer=real)
    rig.says(serialize(Acknowledgement(1)), port, real)
    forged = [(f"198.51.100.{number}", 2) for number in range(5)]
    assert [bool(rig.says(REQUEST, peer=peer)) for peer in forged] == [
        True,
        True,
        False,
        False,
        False,
    ]
    rig.passes(0.6)
    assert rig.says(REQUEST, peer=("192.0.2.9", 3))
    counters = rig.server.counters()
    assert counters.failed == {"evicted": 1}
    assert counters.refused == {"server full": 3}
    assert counters.running == 3
    assert rig.says(serialize(Acknowledgement(2)), port, real)


@pytest.mark.parametrize("windowsize", [1, 64])
def test_what_is_never_acknowledged_is_bounded(windowsize: int) -> None:
    """A victim whose address is forged gets the allowance and its slow refill, whatever is asked for."""
    settings = TFTPSettings(max_unproven_bytes=5000, unproven_bytes_per_second=1000)
    rig = TFTPRig({"a.cfg": BODY}, settings)
    for number in range(20):
        for client in clients(200):
            rig.says(read_request("a.cfg", options={"x": number}), peer=client)
        rig.says(
            read_request("a.cfg", options={"blksize": 65464, "windowsize": windowsize}),
            peer=("192.0.2.7", 9),
        )
        rig.passes(1)
    assert sum(len(datagram) for _, datagram, _ in rig.network.sent) <= 5000 + 20 * 1000


def test_the_allowance_is_given_back_to_who_acknowledges() -> None:
    """A real site of phones is never slowed down by it."""
    settings = TFTPSettings(max_unproven_bytes=1100, unproven_bytes_per_second=1)
    rig = TFTPRig({"a.cfg": BODY}, settings)
    assert all(rig.fetch(REQUEST, peer=client).complete for client in clients(50))


def test_an_ipv6_source_is_its_64_bit_network() -> None:
    """One host owns a whole /64 and could be as many sources as it likes."""
    assert source_of("2001:db8::1") == source_of("2001:db8:0:0:ffff::2")
    assert source_of("2001:db8::1") != source_of("2001:db8:0:1::1")
    assert source_of("fe80::1%eth0") == source_of("fe80::2%eth0")
    assert source_of("192.0.2.1") != source_of("192.0.2.2")


def test_the_table_of_sources_is_bounded() -> None:
    """Invented addresses push each other out, never those that have a transfer."""
    quotas = Quotas(TFTPSettings())
    kept = quotas.enter("192.0.2.1", 0.0)
    assert kept is not None
    for number in range(30000):
        source = quotas.enter(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)
        assert source is not None
        quotas.spend(source, 516, 0.0)
        quotas.leave(source)
    assert len(quotas) <= 8192
    again = quotas.enter("192.0.2.1", 0.0)
    assert again is kept


@given(
    st.lists(
        st.tuples(st.sampled_from(["spend", "back"]), st.integers(1, 3000), st.floats(0, 2)),
        max_size=60,
    )
)
def test_no_more_is_spent_than_the_bucket_holds(steps: list[tuple[str, int, float]]) -> None:
    """Over any time, what was spent and not given back is at most the allowance and its refill."""
    quotas = Quotas(TFTPSettings(max_unproven_bytes=4000, unproven_bytes_per_second=500))
    source = quotas.enter("192.0.2.1", 0.0)
    assert source is not None
    now, spent = 0.0, 0
    for what, size, pause in steps:
        now += pause
        if what == "spend":
            spent += size if quotas.spend(source, size, now) else 0
        else:
            given = min(size, spent)
            quotas.give_back(source, given)
            spent -= given
        assert spent <= 4000 + 500 * now + 1
