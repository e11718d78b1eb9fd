"""WebSocket conversations: what is heard, whatever pieces it comes in, and what is refused, with its code."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.wire.websocket import (
    Alive,
    Closed,
    Code,
    Conversation,
    Heard,
    Said,
    accept_of,
    fresh_key,
    is_key,
    names,
)
from provd.wire.websocket.conversation import MOST_AT_ONCE

MASK = b"\1\2\3\4"
FIN = 0x80
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True) -> bytes:
    """One frame, as RFC 6455 section 5.2 draws it."""
    first = (FIN if fin else 0) | opcode
    flag = 0x80 if masked else 0
    if len(payload) <= 125:
        head = struct.pack("!BB", first, flag | len(payload))
    elif len(payload) < 1 << 16:
        head = struct.pack("!BBH", first, flag | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, flag | 127, len(payload))
    if not masked:
        return head + payload
    return head + MASK + bytes(each ^ MASK[at % 4] for at, each in enumerate(payload))


def said(heard: list[Heard]) -> list[str]:
    """The texts among what was heard."""
    return [each.text for each in heard if isinstance(each, Said)]


def code_in(replies: bytes) -> int:
    """The code of the close frame that was sent."""
    assert replies[0] == FIN | CLOSE
    (code,) = struct.unpack("!H", replies[2:4])
    return int(code)


class TestHandshake:
    """The headers."""

    def test_the_example_of_the_rfc(self) -> None:
        """Section 1.3 computes one."""
        assert accept_of("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    @pytest.mark.parametrize("text", ["", "x", "dGhl", "dGhlIHNhbXBsZSBub25jZQ", "é" * 24])
    def test_what_is_no_key(self, text: str) -> None:
        """Sixteen bytes in base64, and nothing else."""
        assert not is_key(text)

    def test_keys(self) -> None:
        """Ours are keys, and never the same."""
        assert is_key(fresh_key())
        assert fresh_key() != fresh_key()
        assert fresh_key(b"the sample nonce") == "dGhlIHNhbXBsZSBub25jZQ=="

    def test_tokens(self) -> None:
        """In any case, among others."""
        assert names("keep-alive, Upgrade", "upgrade")
        assert not names("keep-alive, upgrades", "upgrade")


class TestMessages:
    """Texts."""

    @given(st.lists(st.text(max_size=60), max_size=5), st.lists(st.integers(0, 400), max_size=10))
    def test_in_any_pieces(self, texts: list[str], cuts: list[int]) -> None:
        """Messages are heard whole, wherever the stream is cut."""
        stream = b"".join(frame(TEXT, text.encode()) for text in texts)
        ends = [*sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
        conversation, heard, begin = Conversation(), [], 0
        for end in ends:
            heard += conversation.receive(stream[begin:end])
            begin = end
        assert said(heard) == texts

    def test_fragments_with_a_ping_between(self) -> None:
        """A control frame may stand among fragments (section 5.4), and a character be cut in two."""
        euro = "€".encode()
        stream = (
            frame(TEXT, b"a" + euro[:1], fin=False)
            + frame(PING, b"there?")
            + frame(CONTINUATION, b"", fin=False)
            + frame(CONTINUATION, euro[1:])
        )
        conversation = Conversation()
        heard = [
            each for at in range(len(stream)) for each in conversation.receive(stream[at : at + 1])
        ]
        assert said(heard) == ["a€"]
        assert conversation.replies() == frame(PONG, b"there?", masked=False)
        assert conversation.replies() == b""

    def test_both_ends_of_ours(self) -> None:
        """What one says, the other hears; and both know the end."""
        server, client = Conversation(), Conversation(client=True, longest=1 << 20)
        assert said(server.receive(client.say("hello"))) == ["hello"]
        assert said(client.receive(server.say("x" * 70_000))) == ["x" * 70_000]
        assert client.receive(server.ping()) == [Alive()]
        assert server.receive(client.replies()) == [Alive()]
        assert client.receive(server.close(Code.GOING_AWAY, "restart")) == [
            Closed(Code.GOING_AWAY, "restart")
        ]
        assert server.receive(client.replies()) == [Closed(Code.GOING_AWAY, "restart")]
        for end in (server, client):
            assert end.closing
            assert end.say("more") == end.ping() == end.close(1000) == b""
            assert end.receive(b"more") == []


REFUSED = {
    "unmasked": (frame(TEXT, b"x", masked=False), Code.PROTOCOL_ERROR),
    "binary": (frame(BINARY, b"x"), Code.UNSUPPORTED),
    "not UTF-8": (frame(TEXT, b"\xff"), Code.INVALID_TEXT),
    "a character that is cut off": (frame(TEXT, "€".encode()[:2]), Code.INVALID_TEXT),
    "too long": (frame(TEXT, b"x" * 101), Code.TOO_BIG),
    "too long, in fragments": (
        frame(TEXT, b"x" * 60, fin=False) + frame(CONTINUATION, b"x" * 60, fin=False),
        Code.TOO_BIG,
    ),
    "a frame of 2^62 bytes": (
        struct.pack("!BBQ", 0x81, 0xFF, 1 << 62) + MASK + b"x" * 200,
        Code.TOO_BIG,
    ),
    "a fragment of nothing": (frame(CONTINUATION, b"x"), Code.PROTOCOL_ERROR),
    "two beginnings": (frame(TEXT, b"x", fin=False) + frame(TEXT, b"x"), Code.PROTOCOL_ERROR),
    "a ping in fragments": (frame(PING, b"x", fin=False), Code.PROTOCOL_ERROR),
    "a long ping": (frame(PING, b"x" * 126), Code.PROTOCOL_ERROR),
    "a reserved bit": (b"\xc1\x80" + MASK, Code.PROTOCOL_ERROR),
    "a reserved opcode": (frame(3), Code.PROTOCOL_ERROR),
    "a length that is spelled too long": (
        struct.pack("!BBH", 0x81, 0xFE, 5) + MASK,
        Code.PROTOCOL_ERROR,
    ),
    "a close of one byte": (frame(CLOSE, b"x"), Code.PROTOCOL_ERROR),
    "a close with no such code": (frame(CLOSE, struct.pack("!H", 1004)), Code.PROTOCOL_ERROR),
    "HTTP": (b"GET / HTTP/1.1\r\n\r\n", Code.PROTOCOL_ERROR),
}


class TestRefusals:
    """What the other end may not do."""

    @pytest.mark.parametrize("name", REFUSED)
    def test_refused(self, name: str) -> None:
        """With a code that says why, once; whatever follows is not kept."""
        stream, code = REFUSED[name]
        conversation = Conversation(longest=100)
        heard = [
            each for at in range(len(stream)) for each in conversation.receive(stream[at : at + 1])
        ]
        (closed,) = [each for each in heard if isinstance(each, Closed)]
        assert (closed.code, closed.refused) == (code, True)
        assert not said(heard)
        assert code_in(conversation.replies()) == code
        more: list[Heard] = []
        held = []
        for _again in range(3):
            more += conversation.receive(frame(TEXT, b"x" * 50) * 100)
            held.append(len(conversation._frames._proto._frame_decoder.buffer))
        assert not said(more)
        assert len([each for each in more if isinstance(each, Closed)]) <= 1
        assert conversation.replies() == b""
        assert held[1] == held[2]

    def test_a_flood(self) -> None:
        """Frames are counted, not only their bytes; what came before the end is heard."""
        server = Conversation()
        heard = server.receive(frame(PONG) * 10_000)
        assert len(heard) == MOST_AT_ONCE + 1
        assert heard[-1] == Closed(
            Code.TOO_MANY_MESSAGES, "that are too many messages at once", True
        )
        assert code_in(server.replies()) == Code.TOO_MANY_MESSAGES
        assert server.receive(frame(PONG)) == []
        client = Conversation(client=True)
        assert len(client.receive(frame(PONG, masked=False) * 1000)) == 1000

    def test_who_is_refused_may_say_goodbye(self) -> None:
        """After a message that was too big, the other end's close is heard."""
        conversation = Conversation(longest=100)
        conversation.receive(frame(TEXT, b"x" * 101))
        assert conversation.receive(frame(CLOSE, struct.pack("!H", 1009))) == [Closed(1009)]

    def test_a_close_without_a_code(self) -> None:
        """Is answered with none."""
        conversation = Conversation()
        assert conversation.receive(frame(CLOSE)) == [Closed(Code.NO_CODE)]
        assert conversation.replies() == frame(CLOSE, masked=False)

    def test_a_long_reason_is_cut(self) -> None:
        """A control frame has 125 bytes, and no half of a character."""
        sent = Conversation().close(Code.NORMAL, "€" * 100)
        assert len(sent) <= 127
        assert Conversation(client=True).receive(sent) == [Closed(1000, "€" * 41)]

    @given(st.lists(st.binary(max_size=200), max_size=8), st.booleans())
    def test_any_bytes(self, pieces: list[bytes], client: bool) -> None:  # noqa: FBT001 - hypothesis gives it
        """Nothing but our own values comes of them, and after the end nothing at all."""
        conversation = Conversation(client=client, longest=100)
        heard = [each for piece in pieces for each in conversation.receive(piece)]
        assert all(isinstance(each, Said | Alive | Closed) for each in heard)
        ends = [at for at, each in enumerate(heard) if isinstance(each, Closed)]
        assert not ends or not said(heard[ends[0] :])
        conversation.replies()

    @given(
        st.lists(
            st.builds(
                frame,
                st.sampled_from([CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG, 5]),
                st.binary(max_size=130),
                fin=st.booleans(),
                masked=st.just(True),
            ),
            max_size=8,
        )
    )
    def test_any_frames(self, frames: list[bytes]) -> None:
        """Whatever order frames come in, every text that is heard is within the bound."""
        conversation = Conversation(longest=100)
        heard = [each for each_frame in frames for each in conversation.receive(each_frame)]
        assert all(len(text) <= 100 for text in said(heard))
        assert len(conversation.replies()) <= 132 * len(frames)
