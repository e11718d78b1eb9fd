"""Giving up the right to write: below one directory files may be changed, everywhere else they may be read.

By Landlock where the kernel has it (Linux 5.13), which no code of this process can undo; where it has not, by
an audit hook, which stops mistakes and not malice.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from struct import pack
from typing import Any

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38
_PARENT_DEATH_SIGNAL = 1

_WRITE_FILE = 1 << 1
_CHANGE_DIRECTORY = sum(1 << bit for bit in range(4, 13))
"""Remove and make directories, files, and everything else that has a name (ABI 1)."""
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_BY_ABI = {1: 0, 2: _REFER}

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGING = frozenset(
    {
        *("os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
        *("os.symlink", "os.truncate", "os.utime", "shutil.move", "shutil.rmtree"),
    }
)
_FOREIGN = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"}
)


class NotConfined(OSError):
    """The kernel has Landlock and does not let us use it."""


def confine(directory: Path) -> str:
    """Let this process write below `directory` only, from now on; `landlock`, or `audit hook`.

    @raise NotConfined: it cannot be.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(_CREATE_RULESET, None, 0, _VERSION)
    if abi < 1:
        sys.addaudithook(_Hook(directory))
        return "audit hook"
    rights = _WRITE_FILE | _CHANGE_DIRECTORY | _BY_ABI.get(abi, _REFER | _TRUNCATE)
    attributes = pack("=Q", rights)
    ruleset = _checked(libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    for place, allowed in ((directory, rights), (Path(os.devnull), _WRITE_FILE)):
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
        rule = pack("=Qi", allowed, opened)
        _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
        os.close(opened)
    _checked(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return "landlock"


def end_with_parent() -> None:
    """Have this process killed when the one that made it ends: whatever it does then, nobody waits for."""
    _checked(ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise NotConfined(number, os.strerror(number))
    return result


class _Hook:
    """Refuses what changes files elsewhere, or lets another program do it."""

    def __init__(self, directory: Path) -> None:
        self._inside = str(directory.resolve()) + os.sep

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _mode, flags = arguments
            if isinstance(flags, int) and flags & _WRITING and path != os.devnull:
                self._require_inside(path)
        elif event in _CHANGING:
            for path in arguments[: 2 if event in {"os.rename", "os.link", "shutil.move"} else 1]:
                self._require_inside(path)
        elif event in _FOREIGN:
            raise PermissionError(f"a plugin may not start another program ({event})")

    def _require_inside(self, path: Any) -> None:
        if isinstance(path, int):
            return  # a file that is open already
        # The directory a file is in: what a link of that name leads to is refused as well.
        real = os.path.realpath(os.fsdecode(path))
        if not real.startswith(self._inside):
            raise PermissionError(f"{os.fsdecode(path)} is outside the plugin's own directory")
