"""Names and passwords (RFC 7617): local users, then an htpasswd file."""

from __future__ import annotations

import binascii
from base64 import b64decode

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from zope.interface import implementer

from provd.access.attempts import Attempts
from provd.access.errors import NotAuthenticated
from provd.access.htpasswd import Htpasswd
from provd.access.passwords import Passwords
from provd.contracts import IDocumentStore, IIdentityProvider
from provd.documents import User
from provd.values import Identity, Presented

log = Logger("provd.access")

WRONG = "the name or the password is wrong"


@implementer(IIdentityProvider)
class BasicIdentity:
    """HTTP basic. A user with a password here is never looked for in the file."""

    name = "password"

    def __init__(
        self,
        store: IDocumentStore,
        passwords: Passwords,
        attempts: Attempts,
        htpasswd: Htpasswd | None = None,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._attempts = attempts
        self._htpasswd = htpasswd

    def identify(self, presented: Presented) -> Deferred[Identity | None] | None:
        scheme, _space, given = presented.authorization.partition(" ")
        if scheme.lower() != "basic":
            return None
        name, password = read_basic(given)
        self._attempts.begin(name, presented.peer)
        checked = self._passwords.check(password, lambda: self._hash_of(name))
        return checked.addCallback(self._judge, name, presented.peer)

    def _hash_of(self, name: str) -> str | None:
        """Called in a thread; a look-up in the store's memory is one step."""
        user: User | None = self._store.get("users", name)
        if user is None or user.disabled:
            return None
        if user.password_hash is None and self._htpasswd is not None:
            return self._htpasswd.hash_of(name)
        return user.password_hash

    def _judge(self, right: bool, name: str, peer: str) -> Identity:  # noqa: FBT001 - a callback
        if not right:
            # Not the name: it may be a password that was typed one line too early.
            log.info("a wrong name or password from {peer}", peer=peer)
            raise NotAuthenticated(WRONG)
        self._attempts.succeeded(name, peer)
        return Identity(user=name, provider=self.name)


def read_basic(given: str) -> tuple[str, str]:
    """Name and password. @raise NotAuthenticated: they cannot be read."""
    try:
        text = b64decode(given.strip().encode("ascii"), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError):
        raise NotAuthenticated("the Basic credentials are not base64 of UTF-8") from None
    name, colon, password = text.partition(":")
    if not colon or not name or not password:
        raise NotAuthenticated(WRONG)
    return name, password
