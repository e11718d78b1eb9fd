"""The token that commands show: `PROVD_TOKEN`, or the one that `provd login` kept for that server.

Tokens are kept by the URL they are for, in a file that only its owner can read: a token is never sent
to another server than the one that issued it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from attrs import define

from provd.values import ProvdError

VARIABLE = "PROVD_TOKEN"
MODE = 0o600


@define
class UnsafeTokenFile(ProvdError):
    """The file with tokens can be read by others, or is none."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"the tokens in {self.path} are not used: {self.reason}; delete it and log in again"


def token_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where tokens are kept, as the XDG base directory specification has it."""
    base = environment.get("XDG_CONFIG_HOME", "")
    directory = Path(base) if base.startswith("/") else Path.home() / ".config"
    return directory / "provd" / "token"


def token_for(url: str, environment: Mapping[str, str] = os.environ) -> str:
    """The token to show to a server; empty when there is none.

    @raise UnsafeTokenFile: others can read the file, or it is not ours.
    """
    given = environment.get(VARIABLE, "")
    return given or _read(token_file(environment)).get(url.rstrip("/"), "")


def keep_token(url: str, token: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Keep a token for a server; an empty one forgets it. Where it is kept.

    @raise UnsafeTokenFile: others can read the file, or it is not ours.
    @raise OSError: it cannot be written.
    """
    path = token_file(environment)
    tokens = dict(_read(path))
    tokens.pop(url.rstrip("/"), None)
    if token:
        tokens[url.rstrip("/")] = token
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(beside, flags, MODE), "w", encoding="utf-8") as file:
        json.dump(tokens, file)
    beside.replace(path)
    return path


def _read(path: Path) -> Mapping[str, str]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnsafeTokenFile(str(path), error.strerror or str(error)) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if status.st_mode & 0o077 or status.st_uid != os.geteuid():
            raise UnsafeTokenFile(str(path), "others than you can read or write it")
        try:
            kept = json.loads(file.read(1 << 20))
        except ValueError as error:
            raise UnsafeTokenFile(str(path), "it is not what `provd login` wrote") from error
    if not isinstance(kept, dict):
        raise UnsafeTokenFile(str(path), "it is not what `provd login` wrote")
    return {str(url): str(token) for url, token in kept.items()}
