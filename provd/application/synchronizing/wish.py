"""What somebody asks for who has devices synchronized."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_args

from msgspec import Struct

from provd.application.synchronizing.settings import Driver
from provd.documents import Device, Synchronization, parse_window
from provd.values import Action, Problem

ACTION = Action(
    about="Make the device fetch its files again: an operation that ends when it came back.",
    optional=("at", "by", "reboot", "window"),
)

SITE = "site"
"""The window that operators chose among the preferences."""

LATEST = 366 * 86_400.0
"""Seconds from now within which it must be planned."""


class Wish(Struct, frozen=True, kw_only=True):
    """When, how, and whether with a reboot."""

    at: float = 0.0
    """Seconds since the epoch; 0 is at once."""
    window: str = ""
    """Empty for at any time."""
    by: str = ""
    """A driver; empty for whichever the site chooses."""
    reboot: bool = False


def problems_of(given: Mapping[str, Any], now: float, site_window: str) -> Iterator[Problem]:
    """What is wrong with parameters that are there."""
    at, by, reboot, window = (given.get(name) for name in ACTION.optional)
    if at is not None:
        moment = _moment(at)
        if moment is None:
            yield Problem(
                "at", "is no time", "2026-11-20T22:00:00+01:00, or seconds since the epoch"
            )
        elif not now - LATEST < moment < now + LATEST:
            yield Problem("at", "is too far from now", "a time within a year")
    if by is not None and by not in get_args(Driver):
        yield Problem("by", "is no driver", ", ".join(get_args(Driver)))
    if reboot is not None and not isinstance(reboot, bool):
        yield Problem("reboot", "is neither", "true or false")
    if window is not None:
        yield from _problems_of_window(window, site_window)


def _problems_of_window(window: Any, site_window: str) -> Iterator[Problem]:
    if window == SITE and not site_window:
        yield Problem(
            "window", "nobody chose one for the site", "`maintenance_window` of the preferences"
        )
    elif window != SITE:
        try:
            parse_window(window if isinstance(window, str) else "")
        except ValueError as error:
            yield Problem("window", str(error), f"22:00-04:00 Europe/Paris, or {SITE}")


def read_wish(given: Mapping[str, Any], site_window: str) -> Wish:
    """The wish that parameters without problems are."""
    window = given.get("window") or ""
    return Wish(
        at=_moment(given.get("at")) or 0.0,
        window=site_window if window == SITE else window,
        by=given.get("by") or "",
        reboot=bool(given.get("reboot")),
    )


def plan(device: Device, operation_id: str, wish: Wish, cause: str, now: float) -> Synchronization:
    """What is to become of one device."""
    return Synchronization(
        id=device.id,
        tenant=device.tenant,
        operation=operation_id,
        cause=cause,
        wanted=wish.by,
        reboot=wish.reboot,
        not_before=max(wish.at, now),
        window=wish.window,
        asked=now,
    )


def _moment(at: Any) -> float | None:
    if isinstance(at, bool):
        return None
    if isinstance(at, int | float):
        return float(at)
    try:
        moment = datetime.fromisoformat(at)
    except (TypeError, ValueError):
        return None
    return moment.timestamp() if moment.tzinfo is not None else None
