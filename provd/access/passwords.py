"""Hashing and checking passwords: slow by design, so never on the reactor thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from twisted.internet.defer import Deferred

from provd.access.errors import TooManyAttempts

InThread = Callable[[Callable[[], Any]], "Deferred[Any]"]
"""Calls a function in a thread; fires with its result."""

WAITING = 32
"""Passwords that may wait to be checked; what comes beyond is told to come again."""

BCRYPT_LIMIT = 72
"""Bytes of a password that bcrypt looks at."""

# OWASP's second choice for Argon2id: 19 MiB and two passes, some 30 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    """Argon2id in threads; a bounded number waits."""

    def __init__(self, in_thread: InThread, hasher: PasswordHasher = _HASHER) -> None:
        self._in_thread = in_thread
        self._hasher = hasher
        self._waiting = 0
        # What an unknown user's password is compared with: as dear as a known one's.
        self._nobody = hasher.hash("nobody has this password")

    def hash(self, password: str) -> Deferred[str]:
        """The encoded hash to keep. @raise TooManyAttempts: too much is to be done already."""
        return self._do(lambda: self._hasher.hash(password))

    def check(self, password: str, known: Callable[[], str | None]) -> Deferred[bool]:
        """Whether it is the password whose hash `known` answers (called in the thread).

        None, for a user there is not, takes as long as a wrong password.

        @raise TooManyAttempts: too much is to be done already.
        """
        return self._do(lambda: self._check(password, known()))

    def _check(self, password: str, encoded: str | None) -> bool:
        if encoded is None:
            self._matches(password, self._nobody)
            return False
        return self._matches(password, encoded)

    def _matches(self, password: str, encoded: str) -> bool:
        if encoded.startswith("$2"):
            secret = password.encode("utf-8")
            return len(secret) <= BCRYPT_LIMIT and bcrypt.checkpw(secret, encoded.encode("ascii"))
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    def _do(self, work: Callable[[], Any]) -> Deferred[Any]:
        if self._waiting >= WAITING:
            raise TooManyAttempts(1)
        self._waiting += 1
        return self._in_thread(work).addBoth(self._done)

    def _done(self, result: Any) -> Any:
        self._waiting -= 1
        return result
