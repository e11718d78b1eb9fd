"""The actions of a plugin that it declares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from twisted.internet.defer import Deferred, succeed

from provd.sdk import Action, IAct, IActOnSystem

T = TypeVar("T")

_COMMAND = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def actions_of(plugin: Any) -> tuple[Mapping[str, Action], str]:
    """The actions that make sense, and what is wrong with the others; empty when nothing is."""
    return _sensible(plugin.actions if IAct.providedBy(plugin) else {})


def system_actions_of(plugin: Any) -> tuple[Mapping[str, Action], str]:
    """The same of what is about no device."""
    return _sensible(plugin.system_actions if IActOnSystem.providedBy(plugin) else {})


def _sensible(declared: Any) -> tuple[dict[str, Action], str]:
    found: dict[str, Action] = {}
    wrong: list[str] = []
    for command, action in dict(declared).items():
        if _makes_sense(command, action):
            found[command] = action
        else:
            wrong.append(repr(command)[:60])
    return found, f"actions that are none: {', '.join(wrong)}" if wrong else ""


def _makes_sense(command: object, action: object) -> bool:
    if not isinstance(command, str) or not _COMMAND.fullmatch(command):
        return False
    if not isinstance(action, Action):
        return False
    # A Struct does not look at what it is made of, and a vendor made this one.
    names: tuple[Any, ...] = (*action.required, *action.optional)
    return all(isinstance(name, str) and _PARAMETER.fullmatch(name) for name in names)


def sensible_result(result: object) -> tuple[dict[str, Any], str]:
    """What an action answered, and what is wrong with it; empty when nothing is."""
    if result is None:
        return {}, ""
    try:
        told = msgspec.json.decode(msgspec.json.encode(result))
    except (TypeError, ValueError, RecursionError) as error:
        return {}, f"its result is no JSON: {error}"[:200]
    if not isinstance(told, dict):
        return {}, "its result is no object"
    return told, ""


class UnderWay:
    """How many actions of a plugin are under way, and who waits until none is."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting: list[Deferred[None]] = []

    def watch(self, acting: Deferred[T]) -> Deferred[T]:
        """One more, until it has ended."""
        self.count += 1
        return acting.addBoth(self._over)

    def none(self) -> Deferred[None]:
        """Fires when none is under way: each takes ten seconds at most."""
        if not self.count:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    def _over(self, outcome: Any) -> Any:
        self.count -= 1
        if not self.count:
            waiting, self._waiting = self._waiting, []
            for each in waiting:
                each.callback(None)
        return outcome
