"""The price of rendering: what a template may spend, and who says stop.

Templates run on the reactor thread, so they are bounded in work and not in time: everything a
template does is charged in steps of some tens of nanoseconds before it is done.  What it may
hold in memory follows, since making a text or a list is charged by its size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any

from attrs import define

from provd.values import ProvdError

STEPS = 100_000
"""What one rendering may spend: about 20 ms of the slowest template there can be."""

LONGEST_TEXT = 1 << 20
"""Characters of any text a template makes, the whole file included."""

WIDEST = 4_096
"""The widest padding, the longest indentation, the largest number in bits."""

CALL = 30
"""Steps for calling a macro or a method."""

FILTER = 10
"""Steps for applying a filter, beside what it goes over and makes."""

SHORT = 64
"""Characters of a text that nobody pays for comparing or writing."""

LONGEST_RANGE = 10_000


@define
class TooMuchWork(ProvdError):
    """A template would hold up every other phone."""

    limit: str

    def __str__(self) -> str:
        return f"the template asks for too much: {self.limit}"


def check_length(length: int) -> None:
    """Refuse a text that is too long, before it is made."""
    if length > LONGEST_TEXT:
        raise TooMuchWork(f"a text of more than {LONGEST_TEXT} characters")


class Meter:
    """The steps that the rendering under way has left."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        """Nothing may be spent before `restart`."""
        self.left = 0

    def restart(self) -> None:
        """A new rendering begins."""
        self.left = STEPS

    def spend(self, steps: int) -> None:
        """Pay for what is about to be done.

        @raise TooMuchWork: there is not enough left.
        """
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork(f"more than {STEPS} steps for one file")

    def text(self, length: int) -> None:
        """Pay for a text of that many characters."""
        check_length(length)
        self.spend(1 + (length >> 5))

    def size(self, value: object) -> None:
        """Pay for going once over a value."""
        if isinstance(value, str):
            self.text(len(value))
        else:
            self.spend(1 + (len(value) if isinstance(value, Sized) else 0))

    def compare(self, value: Any) -> None:
        """Pay for comparing a value with another, or for searching it."""
        if isinstance(value, str):
            if len(value) > SHORT:
                self.text(len(value))
        elif isinstance(value, Mapping | list | tuple):
            self.weigh(value)

    def weigh(self, value: Any) -> None:
        """Pay for everything inside a container, as often as it stands there.

        What a template builds is weighed when it is built: ten lists of ten references to
        one list are as heavy as they will be when they are compared or written.
        """
        waiting = [value]
        while waiting:
            item = waiting.pop()
            if isinstance(item, Mapping):
                self.spend(1 + len(item))
                waiting.extend(item.values())
            elif isinstance(item, list | tuple):
                self.spend(1 + len(item))
                waiting.extend(item)
