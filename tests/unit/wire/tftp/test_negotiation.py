"""Option negotiation: what is taken, cut or left out, for any options a client may write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.wire.tftp import Bounds, OptionAcknowledgement, Terms, negotiate, parse

BOUNDS = Bounds(block_size=1468, window=16, window_bytes=8192, timeout=30)


def agreed(options: dict[bytes, bytes], size: int | None = 1000) -> dict[bytes, bytes]:
    """The options of the OACK, empty where there is none."""
    oack = negotiate(options, size, BOUNDS).oack
    if not oack:
        return {}
    packet = parse(oack)
    assert isinstance(packet, OptionAcknowledgement)
    return packet.options


@pytest.mark.parametrize(
    ("asked", "given_"),
    [
        ({b"blksize": b"1024"}, {b"blksize": b"1024"}),
        ({b"blksize": b"8"}, {b"blksize": b"8"}),
        ({b"blksize": b"65464"}, {b"blksize": b"1468"}),
        ({b"blksize": b"70000"}, {b"blksize": b"1468"}),
        ({b"blksize": b"7"}, {}),
        ({b"blksize": b"0"}, {}),
        ({b"blksize": b"-1"}, {}),
        ({b"blksize": b"1e3"}, {}),
        ({b"blksize": b" 512"}, {}),
        ({b"blksize": b""}, {}),
        ({b"blksize": b"9" * 4000}, {}),
        ({b"blksize": "١٢٣".encode()}, {}),
        ({b"tsize": b"0"}, {b"tsize": b"1000"}),
        ({b"tsize": b"x"}, {}),
        ({b"timeout": b"3"}, {b"timeout": b"3"}),
        ({b"timeout": b"31"}, {}),
        ({b"timeout": b"0"}, {}),
        ({b"windowsize": b"4"}, {b"windowsize": b"4"}),
        ({b"windowsize": b"400"}, {b"windowsize": b"16"}),
        ({b"windowsize": b"0"}, {}),
        ({b"windowsize": b"65536"}, {}),
        ({b"windowsize": b"16", b"blksize": b"1024"}, {b"windowsize": b"8", b"blksize": b"1024"}),
        ({b"foo_blksize_bar": b"1024"}, {}),
        ({b"multicast": b""}, {}),
    ],
)
def test_options_one_by_one(asked: dict[bytes, bytes], given_: dict[bytes, bytes]) -> None:
    """Each value is taken, cut to our bound, or left out, as its RFC says."""
    assert agreed(asked) == given_


def test_a_size_that_is_not_known_is_left_out() -> None:
    """RFC 2349 has no way to say "unknown"."""
    assert agreed({b"tsize": b"0"}, None) == {}


def test_what_uefi_firmware_asks_for() -> None:
    """OVMF asks for the size with everything else, and gets all of it."""
    terms = negotiate({b"tsize": b"0", b"blksize": b"1468", b"windowsize": b"4"}, 1000, BOUNDS)
    assert terms == Terms(1468, 4, 0, b"\0\6blksize\x001468\0tsize\x001000\0windowsize\x004\0")


@given(
    st.dictionaries(
        st.sampled_from([b"blksize", b"tsize", b"timeout", b"windowsize", b"other", b""]),
        st.one_of(st.integers(-5, 70000).map(lambda n: b"%d" % n), st.binary(max_size=12)),
    ),
    st.one_of(st.none(), st.integers(0, 1 << 40)),
)
def test_no_more_is_given_than_was_asked_for(options: dict[bytes, bytes], size: int | None) -> None:
    """RFC 2347: only requested options are acknowledged, within their ranges, and terms say the same."""
    terms = negotiate(options, size, BOUNDS)
    taken = agreed(options, size)
    assert set(taken) <= set(options)
    assert terms.block_size == int(taken.get(b"blksize", b"512"))
    assert terms.window == int(taken.get(b"windowsize", b"1"))
    assert terms.timeout == int(taken.get(b"timeout", b"0"))
    for name in taken.keys() & {b"blksize", b"windowsize"}:
        assert int(taken[name]) <= int(options[name])
    assert 8 <= terms.block_size <= max(512, BOUNDS.block_size)
    assert 1 <= terms.window <= BOUNDS.window
    assert terms.window == 1 or terms.window * terms.block_size <= BOUNDS.window_bytes
