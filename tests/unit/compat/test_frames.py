"""Messages between processes: whole, however they are cut on the way."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.compat.worker.frames import LONGEST, Done, Frames, TooLong, frame

messages = st.lists(
    st.builds(
        Done,
        id=st.integers(0, 1 << 40),
        plugin=st.text(max_size=20),
        failed=st.text(max_size=50),
        files=st.dictionaries(st.text(max_size=10), st.binary(max_size=50), max_size=3),
    ),
    max_size=5,
)


@given(messages, st.lists(st.integers(0, 400), max_size=10))
def test_both_ways(sent: list[Done], cuts: list[int]) -> None:
    """What is sent arrives, in order."""
    data = b"".join(map(frame, sent))
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    frames = Frames()
    heard = [
        msgspec.json.decode(body, type=Done)
        for start, end in pairwise(edges)
        for body in frames.feed(data[start:end])
    ]
    assert heard == sent


def test_a_length_that_makes_no_sense() -> None:
    """Whoever sends it is broken: nothing is waited for."""
    with pytest.raises(TooLong):
        list(Frames().feed((LONGEST + 1).to_bytes(4, "big")))
