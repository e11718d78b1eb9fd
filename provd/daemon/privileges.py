"""From root, which may bind low ports, to a user who may do little else."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

from attrs import frozen
from twisted.python.util import switchUID

from provd.values import Invalid, Problem

MODE = 0o750
"""Of the data directory: nobody else's business."""


@frozen
class User:
    """Whom to become."""

    uid: int
    gid: int


def user_called(name: str, group: str = "") -> User:
    """The user of that name, with a group of its own choice or the one named.

    @raise Invalid: this host knows no such user or group.
    """
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise Invalid(
            "settings", [Problem("service.user", f"this host has no user {name!r}")]
        ) from None
    try:
        return User(user.pw_uid, grp.getgrnam(group).gr_gid if group else user.pw_gid)
    except KeyError:
        raise Invalid(
            "settings", [Problem("service.group", f"this host has no group {group!r}")]
        ) from None


def become(user: User) -> None:
    """Be that user from now on, for good, with the groups that user has."""
    if user.uid == os.getuid():
        return
    os.setgid(user.gid)
    switchUID(user.uid, user.gid)


def prepare_directory(directory: Path, user: User | None) -> None:
    """Make the data directory where it is missing, and give it to `user`.

    What is in it stays whose it is: root must not hand out files by names that somebody else chose.

    @raise OSError: it cannot be made or given.
    """
    directory.mkdir(mode=MODE, parents=True, exist_ok=True)
    if user is not None and directory.stat().st_uid != user.uid:
        os.chown(directory, user.uid, user.gid)
