"""The TFTP server on a network in memory: requests, answers, strangers, repetitions, its end."""

from __future__ import annotations

import errno

import pytest
from twisted.internet.defer import Deferred, fail
from twisted.logger import LogLevel, capturedLogs

from provd.servers.tftp import TFTPSettings
from provd.testing.tftp import read_request
from provd.testing.tftp_network import TFTPRig
from provd.values import (
    Answer,
    Content,
    Inquiry,
    Protocol,
    Redirect,
    Refusal,
    RefusalKind,
    Silence,
)
from provd.wire.tftp import Acknowledgement, Error, WriteRequest, parse, serialize

BODY = bytes(range(256)) * 16
REQUEST = read_request("a.cfg")
STRANGER = ("192.0.2.66", 6666)


def ack(block: int) -> bytes:
    """An ACK datagram."""
    return serialize(Acknowledgement(block))


def error(sent: list[tuple[int, bytes]]) -> Error:
    """The one packet that was sent, which is an ERROR."""
    [(_, datagram)] = sent
    packet = parse(datagram)
    assert isinstance(packet, Error)
    return packet


def test_a_file_is_delivered_from_a_port_of_its_own() -> None:
    """The client gets the bytes; the listening port says nothing."""
    rig = TFTPRig({"a.cfg": BODY})
    client = rig.fetch(REQUEST)
    assert client.complete
    assert client.received == BODY
    assert {port for port, _, _ in rig.network.sent}.isdisjoint({rig.PORT})
    assert rig.server.counters().finished == 1
    assert rig.server.counters().running == 0


def test_options_are_negotiated() -> None:
    """blksize, tsize, timeout and windowsize come back as they were taken."""
    rig = TFTPRig({"a.cfg": BODY})
    asked = {"blksize": 1468, "tsize": 0, "timeout": 2, "windowsize": 4, "nonsense": "x"}
    client = rig.fetch(read_request("a.cfg", options=asked))
    assert client.received == BODY
    assert client.options == {
        b"blksize": b"1468",
        b"tsize": b"4096",
        b"timeout": b"2",
        b"windowsize": b"4",
    }


def test_netascii_is_translated_and_its_size_exact() -> None:
    """The size told is the length on the wire, and a CR LF pair may lie across two packets."""
    rig = TFTPRig({"a.cfg": b"x" * 511 + b"\ny\r"})
    client = rig.fetch(read_request("a.cfg", "NetASCII", {"tsize": 0}))
    assert client.received == b"x" * 511 + b"\r\ny\r\0"
    assert client.options == {b"tsize": b"516"}


def test_the_inquiry_tells_everything_the_packet_told() -> None:
    """Name and options as text, peer and local address, interface, time of arrival, id."""
    rig = TFTPRig()
    rig.clock.advance(5)
    rig.says(b"\0\1../\xe9\0octet\0TSize\x000\0")
    interface = rig.inquiries.asked[0].interface
    assert rig.inquiries.asked == [
        Inquiry(
            id="inquiry-1",
            protocol=Protocol.TFTP,
            path="../�",
            peer="192.0.2.7",
            peer_port=2070,
            local="192.0.2.1",
            interface=interface,
            options={"tsize": "0"},
            arrived=1.7e9 + 5,
        )
    ]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Refusal(RefusalKind.NOT_FOUND, "secret reason"), 1),
        (Refusal(RefusalKind.UNAUTHENTICATED, "secret reason"), 1),
        (Refusal(RefusalKind.FORBIDDEN, "secret reason"), 2),
        (Refusal(RefusalKind.UNAVAILABLE, "secret reason"), 0),
        (Refusal(RefusalKind.FAILED, "secret reason"), 0),
        (Redirect("http://192.0.2.1/secret"), 1),
    ],
)
def test_refusals_are_errors_that_keep_their_reason_to_themselves(
    answer: Answer, code: int
) -> None:
    """The device hears the code; why is for the operator."""
    rig = TFTPRig({"a.cfg": answer})
    packet = error(rig.says(REQUEST))
    assert packet.code == code
    assert "secret" not in packet.message
    assert rig.server.counters().running == 0


def test_silence_is_silence() -> None:
    """Nothing is sent, and nothing is left behind."""
    rig = TFTPRig({"a.cfg": Silence("not ours")})
    assert rig.says(REQUEST) == []
    assert rig.server.counters().refused == {"silence": 1}
    assert rig.server.counters().running == 0


@pytest.mark.parametrize(
    ("datagram", "code"),
    [
        (serialize(WriteRequest(b"a.cfg")), 2),
        (b"\0\1a.cfg\0mail\0", 4),
        (b"\0\1a.cfg", 4),
        (b"\0\2a.cfg", 4),
    ],
)
def test_requests_we_do_not_serve_are_told_so(datagram: bytes, code: int) -> None:
    """Writing, mail mode, half a request: an ERROR at once, so that the client need not time out."""
    rig = TFTPRig()
    assert error(rig.says(datagram)).code == code
    assert rig.inquiries.asked == []


@pytest.mark.parametrize(
    "datagram", [b"", b"\0", b"junk", b"\0\3\0\1x", ack(1), b"\0\5\0\1x\0", b"\0\6", b"\0\1" * 2000]
)
def test_what_is_no_request_is_dropped(datagram: bytes) -> None:
    """Two servers never answer each other's errors for ever."""
    rig = TFTPRig()
    answers = rig.says(datagram)
    assert [parse(sent) for _, sent in answers if not datagram.startswith(b"\0\1")] == []
    assert rig.server.counters().requests == 0


def test_a_stranger_is_told_and_the_transfer_goes_on() -> None:
    """RFC 1350 section 4: ERROR 5 to the wrong transfer ID, nothing else happens."""
    rig = TFTPRig({"a.cfg": BODY})
    [(port, _)] = rig.says(REQUEST)
    assert error(rig.says(ack(1), port, STRANGER)).code == 5
    assert rig.says(b"\0\5\0\0\0", port, STRANGER) == []
    [(_, second)] = rig.says(ack(1), port)
    assert second[:4] == b"\0\3\0\2"


def test_a_repeated_request_starts_no_second_transfer() -> None:
    """The first answer is sent again, from the same port; after an acknowledgement, nothing is."""
    rig = TFTPRig({"a.cfg": BODY})
    [first] = rig.says(REQUEST)
    assert rig.says(REQUEST) == [first]
    rig.says(ack(1), first[0])
    assert rig.says(REQUEST) == []
    assert len(rig.inquiries.asked) == 1
    assert rig.server.counters().running == 1


def test_a_client_that_starts_over_is_served_anew() -> None:
    """The same request from the same port, seconds after the last sign of life: it was reset."""
    rig = TFTPRig({"a.cfg": BODY})
    [(port, _)] = rig.says(REQUEST)
    rig.says(ack(1), port)
    rig.passes(3)
    [(_, datagram)] = rig.says(REQUEST)
    assert datagram[:4] == b"\0\3\0\1"
    assert rig.server.counters().running == 1
    assert rig.server.counters().failed == {"superseded": 1}


def test_the_same_request_right_after_the_last_acknowledgement() -> None:
    """A client may use its port again at once, even for the same file."""
    rig = TFTPRig({"a.cfg": BODY})
    for _ in range(3):
        assert rig.fetch(REQUEST).received == BODY
    assert rig.server.counters().finished == 3


def test_ovmf_asks_for_the_size_and_then_for_the_file() -> None:
    """It answers the OACK with ERROR 8, and asks again from the same port at once."""
    rig = TFTPRig({"snponly.efi": BODY})
    asked = {"tsize": 0, "blksize": 1468, "windowsize": 4}
    [(port, oack)] = rig.says(read_request("snponly.efi", options=asked))
    assert oack[:2] == b"\0\6"
    assert rig.says(serialize(Error(8, "User aborted the transfer")), port) == []
    assert rig.server.counters().running == 0
    del asked["tsize"]
    assert rig.fetch(read_request("snponly.efi", options=asked)).received == BODY


def test_an_answer_that_takes_time_is_waited_for() -> None:
    """Meanwhile the client repeats its request, which is neither asked nor answered again."""
    later: Deferred[Answer] = Deferred()
    rig = TFTPRig({"a.cfg": later})
    assert rig.says(REQUEST) == []
    assert rig.says(REQUEST) == []
    assert rig.server.counters().running == 1
    later.callback(Content(b"at last"))
    [(_, datagram, _)] = rig.network.sent
    assert datagram == b"\0\3\0\1at last"
    assert len(rig.inquiries.asked) == 1


def test_an_answer_that_never_comes_is_given_up() -> None:
    """The client is told, and its place is free."""
    rig = TFTPRig({"a.cfg": Deferred()})
    rig.says(REQUEST)
    sent = rig.passes(65)
    assert error(sent).code == 0
    assert rig.server.counters().running == 0


def test_a_defect_is_logged_and_refused() -> None:
    """IInquiries does not fail; if it does, the client hears of it and so does the operator."""
    with capturedLogs() as events:
        rig = TFTPRig({"a.cfg": fail(ZeroDivisionError("a defect"))})
        assert error(rig.says(REQUEST)).code == 0
    assert [event["log_level"] for event in events] == [LogLevel.critical]


def test_silence_of_the_client_ends_the_transfer() -> None:
    """Three packets to a client that never answers, seven to one that did; then all is released."""
    rig = TFTPRig({"a.cfg": BODY})
    [(port, _)] = rig.says(REQUEST)
    other = ("192.0.2.8", 2070)
    assert len(rig.says(REQUEST, peer=other)) == 1
    rig.says(ack(1), port)
    sent = [datagram[3] for _, datagram in rig.passes(60)]
    assert sorted(sent) == [1, 1, 2, 2, 2, 2, 2, 2]
    counters = rig.server.counters()
    assert counters.failed == {"unanswered": 1, "silent": 1}
    assert counters.running == 0
    assert counters.retransmitted == 8
    assert rig.clock.getDelayedCalls() == []


def test_a_lost_packet_is_sent_again_within_its_round_trip() -> None:
    """A quarter of a second on a quick network, not the whole first second."""
    rig = TFTPRig({"a.cfg": BODY})
    [(port, _)] = rig.says(REQUEST)
    rig.passes(0.01)
    rig.says(ack(1), port)
    assert [datagram[:4] for _, datagram in rig.passes(0.3)] == [b"\0\3\0\2"]


@pytest.mark.parametrize("code", [errno.ENOBUFS, errno.ENETUNREACH, errno.EPERM])
def test_what_the_kernel_does_not_take_is_a_lost_packet(code: int) -> None:
    """Counted, and made up for by retransmission."""
    rig = TFTPRig({"a.cfg": b"short"})
    rig.network.refuse_sending = OSError(code, "no")
    assert rig.says(REQUEST) == []
    assert rig.server.counters().unsent == 1
    rig.network.refuse_sending = None
    assert [datagram for _, datagram in rig.passes(1.1)] == [b"\0\3\0\1short"]


def test_without_descriptors_the_client_asks_again_and_others_go_on() -> None:
    """EMFILE costs one request, nothing else; a line that is free is used again."""
    rig = TFTPRig({"a.cfg": BODY})
    [(port, _)] = rig.says(REQUEST)
    rig.network.refuse = OSError(errno.EMFILE, "Too many open files")
    other = ("192.0.2.8", 2070)
    assert rig.says(REQUEST, peer=other) == []
    assert rig.server.counters().refused == {"no socket": 1}
    for block in range(1, 10):
        rig.says(ack(block), port)
    assert rig.server.counters().finished == 1
    assert rig.fetch(REQUEST, peer=other).received == BODY


def test_lines_are_used_again_but_not_for_the_same_client_at_once() -> None:
    """What that client sent before may still be on its way to the same port."""
    rig = TFTPRig({"a.cfg": b"short"})
    other = ("192.0.2.8", 2070)
    rig.fetch(REQUEST)
    rig.fetch(REQUEST)
    rig.fetch(REQUEST, peer=other)
    first, second, third = [port for port, _, _ in rig.network.sent]
    assert second != first
    assert third == first


def test_segments_go_out_in_one_call_where_the_kernel_can() -> None:
    """A window of equal blocks is one system call; the short last block ends it."""
    rig = TFTPRig({"a.cfg": BODY})
    client = rig.fetch(read_request("a.cfg", options={"windowsize": 16}))
    assert client.received == BODY
    assert rig.network.system_calls == 1


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EIO, errno.EMSGSIZE])
def test_segments_the_kernel_cannot_do_go_out_one_by_one(code: int) -> None:
    """A block above the path's MTU, a card without checksums: the transfer does not notice."""
    rig = TFTPRig({"a.cfg": BODY})
    rig.network.refuse_segments = OSError(code, "no")
    client = rig.fetch(read_request("a.cfg", options={"windowsize": 4}))
    assert client.received == BODY
    assert rig.server.counters().unsent == 0


def test_segments_can_be_switched_off() -> None:
    """`gso = false` for networks that drop bursts."""
    rig = TFTPRig({"a.cfg": BODY}, TFTPSettings(gso=False))
    client = rig.fetch(read_request("a.cfg", options={"windowsize": 16}))
    assert client.received == BODY
    assert rig.network.system_calls == 0


def test_a_single_port_answers_everything() -> None:
    """For NAT and containers: no port is ever used but the one that listens."""
    rig = TFTPRig({"a.cfg": BODY}, TFTPSettings(single_port=True))
    asked = {"windowsize": 64, "blksize": 512}
    client = rig.fetch(read_request("a.cfg", options=asked))
    assert client.received == BODY
    assert client.options[b"windowsize"] == b"8"
    assert {port for port, _, _ in rig.network.sent} == {rig.PORT}
    assert rig.says(ack(9)) == []


def test_a_single_port_has_one_transfer_per_client() -> None:
    """Two could not be told apart: a new request takes the place of the old one."""
    rig = TFTPRig({"a.cfg": BODY, "b.cfg": BODY}, TFTPSettings(single_port=True))
    rig.says(REQUEST)
    assert rig.fetch(read_request("b.cfg")).received == BODY
    assert rig.server.counters().failed == {"superseded": 1}


def test_stopping_lets_transfers_finish() -> None:
    """New requests are not heard any more; it has stopped once the last transfer is over."""
    rig = TFTPRig({"a.cfg": b"short"})
    [(port, _)] = rig.says(REQUEST)
    stopped: list[None] = []
    rig.server.stop().addCallback(stopped.append)
    assert rig.says(REQUEST, peer=("192.0.2.8", 1)) == []
    assert stopped == []
    rig.says(ack(1), port)
    assert stopped == [None]
    assert rig.network.closed
    assert all(sock.closed for sock in rig.network.sockets)
    assert rig.clock.getDelayedCalls() == []


def test_stopping_waits_no_longer_than_it_was_told() -> None:
    """What is still running then is told that the server stops."""
    rig = TFTPRig({"a.cfg": BODY, "later": Deferred()}, TFTPSettings(drain=2.0))
    rig.says(REQUEST)
    rig.says(read_request("later"))
    stopped: list[None] = []
    rig.server.stop().addCallback(stopped.append)
    rig.server.stop()
    sent = [parse(datagram) for _, datagram in rig.passes(3)]
    assert sent[-1] == Error(0, "The server is stopping")
    assert stopped == [None]
    assert all(sock.closed for sock in rig.network.sockets)
    assert rig.clock.getDelayedCalls() == []


def test_a_server_that_runs_nothing_stops_at_once() -> None:
    """There is nothing to wait for."""
    rig = TFTPRig()
    assert rig.server.port == rig.PORT
    assert rig.server.stop().called
    assert rig.server.port == 0
