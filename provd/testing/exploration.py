"""Bytes that nobody would think of: inputs are changed at random, and kept when they reach new code.

A small coverage-guided fuzzer for the codecs, in the standard library alone: it runs with the unit
tests for a moment, and wherever the project runs.  What it lacks in speed (it watches every line
with `sys.settrace`) it makes up for by starting from real packets.  Where `atheris` is installed,
the scripts under tests/fuzz hunt with that instead.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from msgspec import Struct

__all__ = ["Explored", "explore"]

INTERESTING = (
    b"\0",
    b"\xff",
    b"\1",
    b"\x34\1\3",
    b"\xc0\0",
    b"\x35\1\1",
    b"\x2b\0",
    b"\x7f",
    b"\x80",
)
"""What stands at the edges of lengths, codes and pointers."""
GREATEST = 2048
"""Inputs grow no longer: cost rises with length, and branches do not."""


class Explored(Struct, frozen=True):
    """What an exploration has seen."""

    executions: int
    edges: int
    """Distinct steps from one line to another."""
    kept: Sequence[bytes]
    """Inputs that reached something new, the seeds included."""


class _Edges:
    """The steps between lines of the code under test, of one run and of all before it."""

    def __init__(self, under: str) -> None:
        self._under = under
        self._last = 0
        self._run: set[tuple[int, int, int]] = set()
        self.known: set[tuple[int, int, int]] = set()

    def watch(self, target: Callable[[bytes], None], data: bytes) -> bool:
        """Run the target; whether it went somewhere new."""
        self._run = set()
        previous = sys.gettrace()
        sys.settrace(self._trace)
        try:
            target(data)
        finally:
            sys.settrace(previous)
        new = not self._run <= self.known
        self.known |= self._run
        return new

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> Any:
        return self._step if self._under in frame.f_code.co_filename else None

    def _step(self, frame: FrameType, _event: str, _argument: object) -> Any:
        line = frame.f_lineno
        self._run.add((id(frame.f_code), self._last, line))
        self._last = line
        return self._step


def explore(
    target: Callable[[bytes], None],
    seeds: Sequence[bytes],
    *,
    under: str,
    executions: int,
    chance: random.Random,
) -> Explored:
    """Run `target` on changed seeds, and on what grows out of them, so many times.

    `under` is the part of a path that the files of the code under test have in common.

    @raise AssertionError: where the target raises anything, with the input as hexadecimal.
    """
    edges = _Edges(under)
    kept = list(seeds)
    for number in range(executions):
        data = kept[number] if number < len(seeds) else _changed(chance, kept)
        try:
            new = edges.watch(target, data)
        except Exception as error:
            raise AssertionError(
                f"found after {number} runs: bytes.fromhex({data.hex()!r})"
            ) from error
        if new and number >= len(seeds):
            kept.append(data)
    return Explored(executions, len(edges.known), kept)


def _changed(chance: random.Random, kept: Sequence[bytes]) -> bytes:
    """One of the inputs, preferably a late one, with a few changes."""
    data = bytearray(kept[int(len(kept) * chance.random() ** 0.5)])
    for _change in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0:
                data[at : at + 1] = bytes((chance.randrange(256),))
            case 1:
                data[at : at + 1] = chance.choice(INTERESTING)
            case 2:
                data[at:at] = chance.choice(INTERESTING)
            case 3:
                del data[at : at + chance.randrange(1, 16)]
            case 4:
                data[at:at] = data[at : at + chance.randrange(1, 32)]
            case 5:
                other = chance.choice(kept)
                start = chance.randrange(len(other) + 1)
                data[at:] = other[start:]
            case _:
                data[at : at + 1] = (
                    bytes((data[at] ^ 1 << chance.randrange(8),)) if at < len(data) else b""
                )
    return bytes(data[:GREATEST])
