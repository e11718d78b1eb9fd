"""The read session, packet by packet, with time passed by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from provd.wire.tftp import (
    Acknowledgement,
    ContentLost,
    Data,
    Ending,
    Error,
    MemoryChunks,
    Patience,
    ReadSession,
    Terms,
    negotiate,
    parse,
    serialize,
)
from provd.wire.tftp.negotiation import PLAIN, Bounds

PATIENCE = Patience(first=1.0, least=0.25, most=8.0, tries=6, first_tries=2)


def content(size: int) -> MemoryChunks:
    """That many bytes, of which no two blocks are alike."""
    body = bytes((at * 7 + at // 251) % 256 for at in range(size))
    return MemoryChunks(body, size)


def session(size: int, options: dict[bytes, bytes] | None = None, rollover: int = 0) -> ReadSession:
    """A session over `content(size)`."""
    return ReadSession(content(size), negotiate(options or {}, size, Bounds()), PATIENCE, rollover)


def ack(block: int) -> bytes:
    """An ACK datagram."""
    return serialize(Acknowledgement(block))


def numbers(packets: object) -> list[int]:
    """The block numbers of DATA packets."""
    assert isinstance(packets, list | tuple)
    parsed = [parse(packet) for packet in packets]
    return [packet.block for packet in parsed if isinstance(packet, Data)]


def payload(packets: object) -> bytes:
    """The payloads of DATA packets."""
    assert isinstance(packets, list | tuple)
    parsed = [parse(packet) for packet in packets]
    return b"".join(packet.payload for packet in parsed if isinstance(packet, Data))


@pytest.mark.parametrize(
    ("size", "blocks"),
    [(0, [0]), (1, [1]), (511, [511]), (512, [512, 0]), (513, [512, 1]), (1024, [512, 512, 0])],
)
def test_lock_step(size: int, blocks: list[int]) -> None:
    """Each ACK brings the next block; a short one, empty if need be, is the last (RFC 1350)."""
    talk = session(size)
    sent, got = talk.begin(0.0), b""
    for number, length in enumerate(blocks, 1):
        assert numbers(sent) == [number]
        assert len(payload(sent)) == length
        got += payload(sent)
        sent = talk.heard(ack(number), 0.0)
    assert list(sent) == []
    assert talk.ending is Ending.DELIVERED
    assert got == content(size).body


def test_the_oack_comes_first_and_ack_0_accepts_it() -> None:
    """RFC 2347: with options nothing of the file is sent before ACK 0."""
    talk = session(100, {b"blksize": b"64"})
    assert list(talk.begin(0.0)) == [b"\0\6blksize\x0064\0"]
    assert not talk.verified
    assert list(talk.heard(ack(1), 0.0)) == []
    assert numbers(talk.heard(ack(0), 0.0)) == [1]
    assert talk.verified


def test_an_error_ends_it_at_once() -> None:
    """OVMF refuses the OACK with ERROR 8 once it knows the size: nothing is sent after that."""
    talk = session(100, {b"tsize": b"0"})
    talk.begin(0.0)
    assert list(talk.heard(serialize(Error(8, "User aborted the transfer")), 0.0)) == []
    assert talk.ending is Ending.ABORTED
    assert list(talk.heard(ack(0), 0.0)) == []
    assert list(talk.elapsed(99.0)) == []
    assert list(talk.repeated(99.0)) == []
    assert list(talk.refilled(99.0)) == []


def test_a_duplicate_ack_is_never_answered_with_data() -> None:
    """RFC 1123 section 4.2.3.1: otherwise every block from here on would be sent twice."""
    talk = session(2000)
    talk.begin(0.0)
    assert numbers(talk.heard(ack(1), 0.0)) == [2]
    for _ in range(3):
        assert list(talk.heard(ack(1), 0.0)) == []
    assert numbers(talk.heard(ack(2), 0.0)) == [3]
    assert talk.resent == 0


@pytest.mark.parametrize(
    "datagram", [ack(2), ack(65535), b"", b"\0\4\0", b"\1\4\0\1", b"\0\3\0\1x"]
)
def test_what_makes_no_sense_is_ignored(datagram: bytes) -> None:
    """A block never sent, an old one, half a packet, DATA: nothing happens."""
    talk = session(2000)
    talk.begin(0.0)
    assert list(talk.heard(datagram, 0.0)) == []
    assert talk.ending is None
    assert numbers(talk.heard(ack(1), 0.0)) == [2]


def test_a_window_goes_out_at_once_and_is_acknowledged_once() -> None:
    """RFC 7440: windowsize blocks, then one ACK of the last."""
    talk = session(10 * 512, {b"windowsize": b"4"})
    talk.begin(0.0)
    assert numbers(talk.heard(ack(0), 0.0)) == [1, 2, 3, 4]
    assert numbers(talk.heard(ack(4), 0.0)) == [5, 6, 7, 8]
    assert numbers(talk.heard(ack(8), 0.0)) == [9, 10, 11]
    talk.heard(ack(11), 0.0)
    assert talk.ending is Ending.DELIVERED


def test_an_ack_inside_the_window_resumes_after_it() -> None:
    """RFC 7440 section 4: the client has missed block 3, so the next window starts there."""
    talk = session(10 * 512, {b"windowsize": b"4"})
    talk.begin(0.0)
    talk.heard(ack(0), 0.0)
    assert numbers(talk.heard(ack(2), 0.0)) == [3, 4, 5, 6]
    assert list(talk.heard(ack(2), 0.0)) == []
    assert list(talk.heard(ack(1), 0.0)) == []


def test_a_lost_first_block_of_a_window_is_repeated_after_two_round_trips() -> None:
    """The base acknowledged again may mean that, so the retransmission comes early, and once."""
    talk = session(10 * 512, {b"windowsize": b"4"})
    talk.begin(0.0)
    talk.heard(ack(0), 0.01)
    talk.heard(ack(4), 0.02)
    assert talk.deadline == pytest.approx(0.27)
    assert list(talk.heard(ack(4), 0.03)) == []
    assert talk.deadline == pytest.approx(0.05)
    assert numbers(talk.elapsed(0.05)) == [5, 6, 7, 8]
    talk.heard(ack(4), 0.06)
    assert talk.deadline > 0.2
    assert talk.resent == 4


def test_progress_calls_the_early_repetition_off() -> None:
    """A duplicated ACK in the network does not double the window."""
    talk = session(20 * 512, {b"windowsize": b"4"})
    talk.begin(0.0)
    talk.heard(ack(0), 0.01)
    talk.heard(ack(4), 0.02)
    talk.heard(ack(4), 0.02)
    assert numbers(talk.heard(ack(8), 0.03)) == [9, 10, 11, 12]
    assert talk.deadline > 0.2
    assert talk.resent == 0


def test_patience_doubles_and_ends() -> None:
    """A client that has answered before gets six repetitions, ever further apart, up to 8 s."""
    talk = session(2000)
    talk.begin(0.0)
    talk.heard(ack(1), 0.01)
    at = []
    while talk.ending is None:
        at.append(talk.deadline)
        sent = talk.elapsed(talk.deadline)
        assert numbers(sent) == ([2] if talk.ending is None else [])
    gaps = [round(b - a, 3) for a, b in pairwise(at)]
    assert gaps == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert talk.ending is Ending.SILENT
    assert talk.resent == 6


def test_a_client_that_never_answered_gets_less() -> None:
    """Its address may be forged: three packets in all, and it is forgotten after seven seconds."""
    talk = session(2000)
    sent = list(talk.begin(0.0))
    while talk.ending is None:
        deadline = talk.deadline
        sent += talk.elapsed(deadline)
    assert len(sent) == 3
    assert deadline == 7.0
    assert talk.ending is Ending.UNANSWERED


def test_the_timeout_option_is_kept_to() -> None:
    """RFC 2349: the interval is the client's, neither measured nor doubled."""
    talk = session(2000, {b"timeout": b"3"})
    talk.begin(0.0)
    talk.heard(ack(0), 0.01)
    talk.heard(ack(1), 0.02)
    assert talk.deadline == pytest.approx(3.02)
    talk.elapsed(3.02)
    assert talk.deadline == pytest.approx(6.02)


def test_the_time_out_follows_the_round_trip() -> None:
    """RFC 6298: a client behind a satellite is not sent everything twice."""
    talk = session(100 * 512)
    talk.begin(0.0)
    now = 0.0
    for block in range(1, 30):
        now += 0.7
        talk.heard(ack(block), now)
    assert 0.7 < talk.deadline - now < 1.0


def test_what_was_sent_twice_measures_nothing() -> None:
    """Karn's rule: the answer may be to the first of them."""
    talk = session(2000)
    talk.begin(0.0)
    talk.heard(ack(1), 0.01)
    talk.elapsed(0.26)
    talk.heard(ack(2), 5.0)
    assert talk.deadline - 5.0 == pytest.approx(0.25)


def test_a_repeated_request_repeats_the_first_answer_only() -> None:
    """The client has heard nothing; once it has acknowledged something, the request is an old one."""
    talk = session(2000, {b"blksize": b"1024"})
    first = list(talk.begin(0.0))
    assert list(talk.repeated(0.5)) == first
    talk.heard(ack(0), 0.6)
    assert list(talk.repeated(0.7)) == []


@pytest.mark.parametrize(
    ("rollover", "after"), [(0, [65534, 65535, 0, 1]), (1, [65534, 65535, 1, 2])]
)
@pytest.mark.parametrize("window", [1, 4])
def test_block_numbers_roll_over(rollover: int, after: list[int], window: int) -> None:
    """After 65,535 comes 0, or 1 for clients that expect it; twice in a long file."""
    size = 8 * 140_000
    talk = session(size, {b"blksize": b"8", b"windowsize": b"%d" % window}, rollover)
    talk.begin(0.0)
    seen, got, packets = [], 0, talk.heard(ack(0), 0.0)
    while talk.ending is None:
        sent = numbers(packets)
        seen += sent
        got += len(payload(packets))
        packets = talk.heard(ack(sent[-1]), 0.0)
    assert seen[65533:65537] == after
    assert len(seen) == 140_001
    assert got == size


def test_ack_0_is_no_block_where_numbers_roll_over_to_1() -> None:
    """A late copy of the ACK of the OACK must not pass for block 65,535."""
    talk = session(8 * 70_000, {b"blksize": b"8"}, rollover=1)
    talk.begin(0.0)
    talk.heard(ack(0), 0.0)
    for block in range(1, 65535):
        talk.heard(ack(block), 0.0)
    assert list(talk.heard(ack(0), 0.0)) == []
    assert numbers(talk.heard(ack(65535), 0.0)) == [1]


class Pieces:
    """Content in pieces of 1000 bytes that come from a slow disk."""

    def __init__(self, size: int) -> None:
        self.body = content(size).body
        self.size = size
        self.there: set[int] = set()
        self.lost = False

    def chunk(self, offset: int) -> tuple[bytes, int] | None:
        """The piece, if it is there."""
        if self.lost:
            raise ContentLost
        start = offset // 1000 * 1000
        return (self.body[start : start + 1000], start) if start // 1000 in self.there else None


def test_content_that_is_not_there_yet_is_waited_for() -> None:
    """The window goes as far as the content does, and on when it comes."""
    pieces = Pieces(5000)
    terms = Terms(512, 4, 0, b"\0\6windowsize\x004\0")
    talk = ReadSession(pieces, terms, PATIENCE)
    talk.begin(0.0)
    assert list(talk.heard(ack(0), 0.0)) == []
    assert talk.starved
    pieces.there.update({0, 1})
    sent = list(talk.refilled(0.1))
    assert numbers(sent) == [1, 2, 3]
    assert talk.starved
    pieces.there.update({2, 3, 4})
    sent += talk.refilled(0.2)
    assert numbers(sent) == [1, 2, 3, 4]
    assert payload(sent) == pieces.body[:2048]
    assert not talk.starved
    assert list(talk.refilled(0.2)) == []


def test_content_that_never_comes_ends_it() -> None:
    """A disk that hangs does not keep a session for ever."""
    talk = ReadSession(Pieces(5000), PLAIN, PATIENCE)
    assert list(talk.begin(0.0)) == []
    while talk.ending is None:
        assert list(talk.elapsed(talk.deadline)) == []
    assert talk.ending is Ending.LOST


def test_content_that_is_lost_is_told() -> None:
    """Half a file that looks whole would be flashed: the client gets an ERROR instead."""
    pieces = Pieces(5000)
    pieces.there = {0}
    talk = ReadSession(pieces, PLAIN, PATIENCE)
    assert numbers(talk.begin(0.0)) == [1]
    pieces.lost = True
    [error] = talk.heard(ack(1), 0.0)
    assert parse(error) == Error(0, "the file changed while it was read")
    assert talk.ending is Ending.LOST
