"""What operators may ask of the server as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import define
from msgspec import Struct
from twisted.logger import Logger

from provd.application.acts import Acts
from provd.application.health import Health
from provd.values import Invalid, Problem, ProvdError

log = Logger("provd.service")

Reload = Callable[[], Sequence[str]]
"""Read the settings again and take them up; answers the names of those that changed.

Raises `Invalid` or `RestartNeeded`, and has changed nothing then.
"""


@define
class RestartNeeded(ProvdError):
    """Settings were changed that only a start takes up; nothing at all was taken up."""

    problems: Sequence[Problem]

    def __str__(self) -> str:
        names = ", ".join(problem.path for problem in self.problems)
        return (
            f"{names}: cannot change while the server runs; restart it, or change them back and"
            " reload again"
        )


class LastReload(Struct, kw_only=True):
    """What became of the last attempt to read the settings again."""

    outcome: str
    """`done`, `refused` (nothing was changed then), or `never`."""
    at: float = 0.0
    """When, in seconds since the epoch."""
    cause: str = ""
    """Who asked for it: the name of a call, or `SIGHUP`."""
    changed: list[str] = []
    """The settings that took effect."""
    reason: str = ""
    """Why it was refused."""
    problems: list[dict[str, str]] = []
    """Everything that spoke against it, each with `path`, `message` and `expected`."""


class System:
    """The server as a whole."""

    def __init__(self, health: Health, acts: Acts, now: Callable[[], float]) -> None:
        self._health = health
        self._acts = acts
        self._now = now
        self._reload: Reload = tuple
        self.last = LastReload(outcome="never")

    def reloads_by(self, reload: Reload) -> None:
        """How it is done is the business of whoever put the server together."""
        self._reload = reload

    async def reload(self, cause: str) -> LastReload:
        """Read the settings again, and write down what became of it.

        @raise Invalid, RestartNeeded: and nothing was changed.
        """
        try:
            return self._take_up(cause)
        finally:
            last = self.last
            told = {"outcome": last.outcome, "changed": last.changed}
            if last.problems:
                told["problems"] = [each["path"] for each in last.problems]
            await self._acts.write_down("reload", cause, told)

    async def drain(self, cause: str) -> None:
        """Be ready for nothing new from now on."""
        self._health.drain(cause)
        await self._acts.write_down("drain", cause, {})

    async def fill(self, cause: str) -> None:
        """Be ready again."""
        self._health.fill()
        await self._acts.write_down("fill", cause, {})

    def _take_up(self, cause: str) -> LastReload:
        at = self._now()
        try:
            changed = self._reload()
        except (Invalid, RestartNeeded) as error:
            self.last = LastReload(
                outcome="refused",
                at=at,
                cause=cause,
                reason=str(error),
                problems=[_told(problem) for problem in error.problems],
            )
            log.error("{cause}: the settings stay as they are: {error}", cause=cause, error=error)
            raise
        self.last = LastReload(outcome="done", at=at, cause=cause, changed=list(changed))
        named = ", ".join(changed) or "nothing changed"
        log.info("{cause}: settings read again: {changed}", cause=cause, changed=named)
        return self.last


def _told(problem: Problem) -> dict[str, Any]:
    return {"path": problem.path, "message": problem.message, "expected": problem.expected}
