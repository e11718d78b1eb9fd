"""What a name and a password that a device shows over HTTP are worth (RFC 7617, RFC 7616).

Both passwords of a credential are looked at, and those of a credential that there is not as well, so that
how long it takes tells nobody whose name is known.
"""

from __future__ import annotations

import re
from hmac import compare_digest

from provd.access.attempts import Attempts
from provd.access.errors import TooManyAttempts
from provd.access.nonces import Nonces
from provd.contracts import IDocumentStore
from provd.documents import DeviceCredential
from provd.values import Credential, Inquiry, MalformedPacket
from provd.wire.http import BasicShown, DigestShown, parse_authorization, parse_target

COLLECTION = "credentials"

NOBODY = DeviceCredential(id="", username="", password="nobody has this password")  # noqa: S106 - nobody's
"""Stands for the credential of a name that nobody has."""

_SERVER = re.compile(r"^https?://[^/?#]*(?=/)", re.IGNORECASE)

WRONG = "the name or the password is wrong"
ELSEWHERE = "its digest is for another request than this one"

FREE_FOR_DEVICE = 10
FREE_FOR_SOURCE = 1000
"""Failures that cost nothing yet, of one name from one address, and of one address: behind one that
translates addresses there may be a whole site of phones that were told another password."""


class DeviceLogins:
    """Judges what was shown."""

    def __init__(self, store: IDocumentStore, attempts: Attempts, nonces: Nonces) -> None:
        self._store = store
        self._attempts = attempts
        self._nonces = nonces

    def judge(self, authorization: str, inquiry: Inquiry, *, keep: bool) -> Credential:
        """What the header is worth for this inquiry, whose path is still as it was asked for.

        `keep` False (what-if): the very same, and neither is a failure counted nor a nonce used up.
        """
        try:
            shown = parse_authorization(authorization)
        except MalformedPacket as error:
            return Credential(refused=error.detail)
        by = "basic" if isinstance(shown, BasicShown) else "digest"
        who = f"{shown.username[:128]} {inquiry.peer}"
        try:
            self._attempts.begin(who, inquiry.peer, count=keep)
        except TooManyAttempts as error:
            return Credential(by=by, refused=str(error))
        known = self._known(shown.username)
        previous = known.previous(inquiry.arrived) or NOBODY.password
        present, past = (_is_right(shown, each, inquiry) for each in (known.password, previous))
        if known is NOBODY or not (present or past):
            return Credential(by=by, refused=WRONG)
        if keep:
            self._attempts.succeeded(who, inquiry.peer)
        right = Credential(device=known.id, by=by, previous=not present)
        return (
            right
            if isinstance(shown, BasicShown)
            else self._fresh(right, shown, inquiry, keep=keep)
        )

    def _known(self, username: str) -> DeviceCredential:
        found: tuple[DeviceCredential, ...] = self._store.by(COLLECTION, "username", username)
        return found[0] if found else NOBODY

    def _fresh(
        self,
        right: Credential,
        shown: DigestShown,
        inquiry: Inquiry,
        *,
        keep: bool,
    ) -> Credential:
        """It, if it was made for this request, and now."""
        if not _is_for(shown.uri, inquiry):
            return Credential(by=right.by, refused=ELSEWHERE)
        why_not = self._nonces.judge(shown.nonce, shown.count, inquiry.arrived, keep=keep)
        return Credential(by=right.by, refused=why_not, stale=True) if why_not else right


def _is_right(shown: BasicShown | DigestShown, password: str, inquiry: Inquiry) -> bool:
    if isinstance(shown, BasicShown):
        return compare_digest(shown.password.encode("utf-8", "replace"), password.encode())
    expected = shown.expects(password, inquiry.method)
    return compare_digest(shown.response.encode("ascii"), expected.encode("ascii"))


def _is_for(uri: str, inquiry: Inquiry) -> bool:
    """Whether a digest's `uri` is what is asked for; in whatever way the path is escaped.

    RFC 7616 section 3.4 takes it from the request target, and some clients put the server in front of it.
    """
    try:
        path, query = parse_target(_SERVER.sub("", uri).encode("utf-8", "replace"))
    except MalformedPacket:
        return False
    return path == inquiry.path and query == inquiry.query
