"""The read session against a reference client over a network that loses, doubles and reorders."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from provd.testing.tftp import ReferenceClient, read_request
from provd.wire.tftp import Ending, MemoryChunks, Patience, ReadSession, negotiate, parse
from provd.wire.tftp.negotiation import Bounds
from provd.wire.tftp.packets import ReadRequest

PATIENCE = Patience()
CLIENT_WAITS = 1.3
DELAYS = (0.001, 0.0015, 0.004, 0.4)
"""Of a packet on its way; the last makes it later than a retransmission."""
LOST, DOUBLED = 4, 5


class Network:
    """Carries packets both ways; `fates` says what becomes of each, in turn, and then all is well."""

    def __init__(self, size: int, options: dict[str, object], fates: Sequence[int]) -> None:
        self.body = bytes((at * 31 + at // 253) % 256 for at in range(size))
        self.request = read_request(options=options)
        parsed = parse(self.request)
        assert isinstance(parsed, ReadRequest)
        terms = negotiate(parsed.options, size, Bounds())
        self.server = ReadSession(MemoryChunks(self.body, size), terms, PATIENCE)
        self.client = ReferenceClient()
        self._fates = list(reversed(fates))
        self._on_the_way: list[tuple[float, int, str, bytes]] = []
        self._count = 0
        self.now = 0.0
        self.sent = 0
        self._client_heard = 0.0

    def carry(self, to: str, packets: Sequence[bytes]) -> None:
        """Put packets on their way."""
        for packet in packets:
            self.sent += to == "client"
            fate = self._fates.pop() if self._fates else 0
            if fate != LOST:
                delays = (0.001, 0.001) if fate == DOUBLED else (DELAYS[fate],)
                for delay in delays:
                    self._count += 1
                    arrival = (self.now + delay, self._count, to, packet)
                    heapq.heappush(self._on_the_way, arrival)

    def run(self, until: float = 400.0) -> None:
        """Let time pass until the session has ended and nothing is on its way."""
        self.carry("client", self.server.begin(self.now))
        while self.now < until and (self.server.ending is None or self._on_the_way):
            arrival = self._on_the_way[0][0] if self._on_the_way else until
            deadline = self.server.deadline if self.server.ending is None else until
            waits = until if self.client.complete else self._client_heard + CLIENT_WAITS
            self.now = max(self.now, min(arrival, deadline, waits))
            if arrival <= self.now:
                self._deliver()
            elif deadline <= self.now:
                self.carry("client", self.server.elapsed(self.now))
            else:
                self._client_heard = self.now
                self._client_says(self.client.elapsed(self.request))

    def _deliver(self) -> None:
        _, _, to, packet = heapq.heappop(self._on_the_way)
        if to == "server":
            repeated = packet == self.request
            answer = (
                self.server.repeated(self.now) if repeated else self.server.heard(packet, self.now)
            )
            self.carry("client", answer)
        else:
            self._client_heard = self.now
            self._client_says(self.client.heard(packet))
            assert self.body.startswith(self.client.received)

    def _client_says(self, packets: Sequence[bytes]) -> None:
        self.carry("server", packets)


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "blksize": st.sampled_from([8, 100, 512, 1468]),
        "windowsize": st.sampled_from([1, 2, 4, 16, 64]),
        "tsize": st.just(0),
        "timeout": st.sampled_from([1, 2]),
    },
)


@given(st.integers(0, 6000), OPTIONS, st.lists(st.integers(0, DOUBLED), max_size=120))
def test_the_client_gets_the_file_or_the_session_ends(
    size: int, options: dict[str, object], fates: list[int]
) -> None:
    """Whatever the network does: never a wrong byte, delivered means complete, and it always ends."""
    network = Network(size, options, fates)
    network.run()
    assert network.server.ending is not None
    if network.server.ending is Ending.DELIVERED:
        assert network.client.complete
        assert network.client.received == network.body


@given(st.integers(0, 6000), OPTIONS, st.sets(st.integers(0, 60), max_size=2))
def test_a_little_loss_never_fails_a_transfer(
    size: int, options: dict[str, object], lost: set[int]
) -> None:
    """Any two packets may be lost, the first ones too: the client gets the file."""
    network = Network(size, options, [LOST if at in lost else 0 for at in range(61)])
    network.run()
    assert network.client.received == network.body


@given(st.integers(0, 6000), OPTIONS, st.lists(st.sampled_from([0, DOUBLED]), max_size=400))
def test_doubled_packets_cause_no_more_packets(
    size: int, options: dict[str, object], fates: list[int]
) -> None:
    """The Sorcerer's Apprentice stays asleep: each packet is sent once, whatever comes twice."""
    network = Network(size, options, fates)
    network.run()
    assert network.server.ending is Ending.DELIVERED
    assert network.server.resent == 0
    blocks = size // int(str(options.get("blksize", 512))) + 1
    assert network.sent == blocks + bool(options)


@given(st.integers(0, 60000), st.sampled_from([1, 4, 64]))
def test_a_good_network_needs_the_fewest_packets(size: int, window: int) -> None:
    """Without loss, the OACK and each block once."""
    network = Network(size, {"windowsize": window, "blksize": 1468}, [])
    network.run()
    assert network.client.received == network.body
    assert network.sent == size // 1468 + 2
