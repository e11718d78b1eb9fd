"""Whom the server becomes, and whose its data directory is."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from provd.daemon.privileges import User, become, prepare_directory, user_called
from provd.values import Invalid


def test_a_user_has_a_group() -> None:
    """The user's own, or the one that is named."""
    root = pwd.getpwuid(0)
    assert user_called(root.pw_name) == User(0, root.pw_gid)
    assert user_called("nobody", "root") == User(pwd.getpwnam("nobody").pw_uid, 0)


def test_nobody_of_that_name() -> None:
    """The key and the name are told."""
    with pytest.raises(Invalid, match=r"service.user: this host has no user 'nemo-'"):
        user_called("nemo-")
    with pytest.raises(Invalid, match=r"service.group: this host has no group 'nemo-'"):
        user_called("nobody", "nemo-")


def test_who_one_is_one_need_not_become() -> None:
    """Asked to be itself, a process does nothing that needs powers."""
    become(User(os.getuid(), 4711))


def test_the_directory_is_made_closed(tmp_path: Path) -> None:
    """Other users see nothing of it; one that is there is left as it is."""
    made = tmp_path / "a" / "b"
    prepare_directory(made, None)
    assert made.stat().st_mode & 0o777 == 0o750
    made.chmod(0o700)
    prepare_directory(made, User(os.getuid(), os.getgid()))
    assert made.stat().st_mode & 0o777 == 0o700


@pytest.mark.root
def test_only_the_directory_itself_is_given_away(tmp_path: Path) -> None:
    """What is in it may be a link that somebody placed there."""
    nobody = user_called("nobody")
    inside = tmp_path / "data" / "file"
    inside.parent.mkdir()
    inside.touch()
    prepare_directory(inside.parent, nobody)
    assert (inside.parent.stat().st_uid, inside.stat().st_uid) == (nobody.uid, 0)
