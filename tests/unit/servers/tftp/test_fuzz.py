"""The TFTP server against whatever may arrive: it raises nothing, keeps nothing, and amplifies nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import LogLevel, capturedLogs

from provd.servers.tftp import TFTPSettings
from provd.testing.tftp import read_request
from provd.testing.tftp_network import TFTPRig
from provd.values import Refusal, RefusalKind

BODY = bytes(range(256)) * 40
PEERS = [("192.0.2.7", 2070), ("192.0.2.7", 2071), ("192.0.2.8", 2070), ("192.0.2.9", 0)]
REQUESTS = [
    read_request(name, mode, options)
    for name in ("a.cfg", "b.cfg", "missing")
    for mode in ("octet", "netascii", "mail")
    for options in ({}, {"blksize": 1468, "windowsize": 64, "tsize": 0}, {"timeout": 1})
]
DATAGRAMS = st.one_of(
    st.sampled_from(REQUESTS),
    st.integers(0, 30).map(lambda block: b"\0\4" + block.to_bytes(2, "big")),
    st.sampled_from([b"\0\5\0\0\0", b"\0\2a\0octet\0", b"\0\3\0\1x", b"\0\6blksize\x008\0"]),
    st.binary(max_size=60),
    st.tuples(st.integers(1, 6), st.binary(max_size=80)).map(
        lambda two: bytes([0, two[0]]) + two[1]
    ),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(PEERS), st.integers(0, 3), DATAGRAMS, st.sampled_from([0, 0, 0.3, 3])
    ),
    max_size=40,
)


@given(single=st.booleans(), steps=STEPS)
def test_anything_in_any_order(
    *, single: bool, steps: list[tuple[tuple[str, int], int, bytes, float]]
) -> None:
    """No defect is logged, no transfer outlives its patience, and nothing is left with the reactor."""
    rig = TFTPRig(
        {"a.cfg": BODY, "b.cfg": b"", "failed": Refusal(RefusalKind.FAILED, "")},
        TFTPSettings(single_port=single, max_sessions_per_source=3, max_sessions=5),
    )
    with capturedLogs() as events:
        for peer, which, datagram, pause in steps:
            ports = [rig.PORT, *dict.fromkeys(port for port, _, _ in rig.network.sent)]
            rig.says(datagram, ports[which % len(ports)], peer)
            if pause:
                rig.passes(pause)
        rig.passes(80)
    assert [event for event in events if event["log_level"] > LogLevel.info] == []
    assert rig.server.counters().running == 0
    assert rig.clock.getDelayedCalls() == []


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(REQUESTS)), max_size=150))
def test_forged_requests_are_not_amplified(forged: list[tuple[int, bytes]]) -> None:
    """Nobody acknowledges: beside ERRORs no longer than what was asked, the allowance is all that is sent."""
    settings = TFTPSettings(max_unproven_bytes=3000, unproven_bytes_per_second=100)
    rig = TFTPRig({"a.cfg": BODY, "b.cfg": BODY}, settings)
    for port, request in forged:
        rig.says(request, peer=("192.0.2.7", 1 + port))
    rig.passes(60)
    sent = [datagram for _, datagram, _ in rig.network.sent if datagram[:2] != b"\0\5"]
    assert sum(map(len, sent)) <= 3000 + 60 * 100
