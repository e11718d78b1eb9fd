"""DeviceRight: what one user may do with one device, granted and taken back by itself.

Roles say what somebody may do in general.  A right on a device is for a while and for one box: a
scheduler grants it when a job begins and takes it back when the job ends.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from provd.documents.base import Document, Kind
from provd.documents.claim import EVERY
from provd.documents.ids import check_id
from provd.documents.reading import Reading, json_type
from provd.values import Invalid

NOT_ON_ONE = frozenset({"create", "bulk"})
"""Actions on devices that are about no single one of them: no right of this kind gives them."""

MOST_DEVICES = 1000
"""Devices that are named in one call at most."""

MOST_ACTIONS = 32
"""Actions that are named in one right at most."""

LATEST = 253_402_300_799
"""The last second of the year 9999, since the epoch."""

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,63}|\*")


class DeviceRight(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One user, one device, some actions. It is never changed: granted, and revoked or over."""

    never_shown: ClassVar[frozenset[str]] = frozenset({"holding"})

    user: str
    """Who has it."""
    device: str
    """On which device."""
    actions: tuple[str, ...]
    """What may be done with it (`read`, `update`, `act`); `*` is whatever can be done with one device."""
    until: float | None = None
    """When it is over, in seconds since the epoch; absent: not before it is revoked."""
    granted: float = 0.0
    """When it was granted, in seconds since the epoch."""
    granted_by: str = ""
    """Who granted it; empty where nobody had to prove who they are."""
    description: str | None = None
    """For whoever finds it in a list: the job it is for, say."""
    holding: str = ""
    """User and device in one, by which it is found at the price of one look-up; see `holding`."""

    def lasts(self, now: float) -> bool:
        """Whether it is not over yet."""
        return self.until is None or now < self.until

    def gives(self, action: str) -> bool:
        """Whether it is a right to that."""
        return action in self.actions or (EVERY in self.actions and action not in NOT_ON_ONE)


RIGHTS = Kind(name="rights", type=DeviceRight, indexes=("user", "device", "holding", "tenant"))


def holding(user: str, device: str) -> str:
    """The value of the index that finds all rights of one user on one device; no id has a space in it."""
    return f"{user} {device}"


class RightWish(Struct, frozen=True, kw_only=True):
    """What is to be granted: the same on each of some devices."""

    user: str
    devices: tuple[str, ...]
    actions: tuple[str, ...]
    until: float | None = None
    description: str | None = None


def parse_right_wish(given: Mapping[str, Any], now: float, *, subject: str = "right") -> RightWish:
    """The rights that a JSON object asks for.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    wish = RightWish(
        user=_user(read),
        devices=_devices(read),
        actions=_actions(read),
        until=_until(read, now),
        description=read.filled("description"),
    )
    _refuse_others(read, given, ("user", "devices", "actions", "until", "description"))
    read.finish()
    return wish


class Revocation(Struct, frozen=True, kw_only=True):
    """Whose rights are to be taken back, and on which devices; what is empty is everybody, or every one."""

    user: str = ""
    devices: tuple[str, ...] = ()


def parse_revocation(given: Mapping[str, Any], *, subject: str = "revocation") -> Revocation:
    """What a JSON object would have revoked: a user's rights, those on some devices, or both in one.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    found = Revocation(
        user=_user(read) if read.has("user") else "",
        devices=_devices(read) if read.has("devices") else (),
    )
    _refuse_others(read, given, ("user", "devices"))
    if not (read.has("user") or read.has("devices")):
        read.note("", "names neither a user nor devices", "user, devices, or both")
    read.finish()
    return found


def _user(read: Reading) -> str:
    user = read.text("user")
    if read.take("user") is None:
        read.note("user", "is missing", "the name of a user")
    elif user is not None and not _is_id(user):
        read.note("user", f"is {user[:64]!r}", "the name of a user")
    return user or ""


def _devices(read: Reading) -> tuple[str, ...]:
    given = read.take("devices")
    if isinstance(given, list | tuple) and not 0 < len(given) <= MOST_DEVICES:
        read.note("devices", f"has {len(given)} ids", f"1 to {MOST_DEVICES} ids of devices")
        return ()
    devices = read.texts("devices")
    for at, device in enumerate(devices):
        if not _is_id(device):
            read.note(f"devices.{at}", f"is {device[:64]!r}", "the id of a device")
    if len(set(devices)) != len(devices):
        read.note("devices", "names a device twice", "each device once")
    return devices


def _actions(read: Reading) -> tuple[str, ...]:
    given = read.take("actions")
    if isinstance(given, list | tuple) and not 0 < len(given) <= MOST_ACTIONS:
        read.note("actions", f"has {len(given)} names", f'1 to {MOST_ACTIONS} names, or ["*"]')
        return ()
    actions = read.texts("actions")
    for at, action in enumerate(actions):
        if action in NOT_ON_ONE or not _WORD.fullmatch(action):
            read.note(
                f"actions.{at}", f"is {action[:64]!r}", "what can be done with one device, or *"
            )
    if EVERY in actions and len(actions) > 1:
        read.note("actions", "names something beside *", "either * alone, or names")
    return tuple(dict.fromkeys(actions))


def _until(read: Reading, now: float) -> float | None:
    until = read.take("until")
    if until is None:
        return None
    if isinstance(until, bool) or not isinstance(until, int | float):
        read.note("until", f"is {json_type(until)}", "seconds since the epoch")
        return None
    if not (math.isfinite(until) and now < until <= LATEST):
        read.note("until", f"is {until}", f"a time after now, which is {now:.0f}")
        return None
    return float(until)


def _refuse_others(read: Reading, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            read.note(str(key)[:80], "means nothing here", ", ".join(known))


def _is_id(text: str) -> bool:
    try:
        check_id(text)
    except Invalid:
        return False
    return True
