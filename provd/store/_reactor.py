"""What a store needs of the reactor, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Time(Protocol):
    """The time, and calls to come (a part of `IReactorTime`)."""

    def seconds(self) -> float: ...

    def callLater(
        self,
        delay: float,
        callable: Callable[..., Any],  # noqa: A002 - the interface dictates the name
        *args: object,
        **kwargs: object,
    ) -> Any: ...


class Reactor(Time, Protocol):
    """Time, and the door through which the writer thread comes back (`IReactorFromThreads`)."""

    def callFromThread(
        self,
        callable: Callable[..., Any],  # noqa: A002 - the interface dictates the name
        *args: object,
        **kwargs: object,
    ) -> None: ...
