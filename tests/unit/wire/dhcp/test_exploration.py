"""A moment of coverage-guided fuzzing with every run of the tests; tests/fuzz/dhcp.py hunts longer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from provd.testing.dhcp_packets import bears_datagram, bears_text
from provd.testing.exploration import explore
from provd.wire.dhcp import encode, parse_packet

TEXTS = [path.read_text() for path in sorted((Path(__file__).parent / "packets").glob("*.text"))]
DATAGRAMS = [encode(parse_packet(text)) for text in TEXTS]
CODE = "/wire/dhcp/"


def test_datagrams_are_borne() -> None:
    """Whatever grows out of real packets is decoded, logged, read and answered, or refused by name."""
    found = explore(bears_datagram, DATAGRAMS, under=CODE, executions=1500, chance=random.Random())
    assert len(found.kept) > len(DATAGRAMS)


def test_texts_are_borne() -> None:
    """The same for what people type."""
    seeds = [text.encode() for text in TEXTS]
    found = explore(
        lambda data: bears_text(data.decode("utf-8", "replace")),
        seeds,
        under=CODE,
        executions=1000,
        chance=random.Random(),
    )
    assert len(found.kept) > len(seeds)


def test_an_exploration_finds_what_hides_behind_branches() -> None:
    """It goes on from inputs that reached something new, and says which one failed."""

    def target(data: bytes) -> None:
        if data[:1] == b"\xff":
            stage = 1
            if data[1:2] == b"\x80":
                stage = 2
                if data[2:3] == b"\x7f":
                    stage = 3
        else:
            stage = 0
        if stage == 3:
            raise ValueError("found")

    with pytest.raises(AssertionError, match=r"bytes.fromhex\('ff807f"):
        explore(
            target, [b"aaaa"], under="test_exploration", executions=100_000, chance=random.Random(1)
        )
