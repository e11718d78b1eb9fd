"""Log-ins that failed, for the audit trail: bounded, whoever guesses and however often.

The first of a name, a way and a place is written down at once; how many more there were, when its window
ends.  Beyond so many names and places all others are counted together.  A name is written down only
where there is such a user: it may be a password that was typed one line too early.
"""

from __future__ import annotations

from ipaddress import ip_address

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from provd.access.audit import AuditTrail, Failures
from provd.access.basic import read_basic
from provd.access.errors import NotAuthenticated
from provd.contracts import IDocumentStore
from provd.values import Presented

log = Logger("provd.access")

WINDOW = 600.0
"""Seconds in which failures are counted together."""

MOST = 50
"""Names and places that are told apart in one window."""

_Key = tuple[str, str, str]
_OTHERS: _Key = ("", "", "")


class FailedLogins:
    """Counts, and writes lines."""

    def __init__(self, store: IDocumentStore, trail: AuditTrail, clock: IReactorTime) -> None:
        self._store = store
        self._trail = trail
        self._clock = clock
        self._further: dict[_Key, int] = {}
        """How many there were since the line of the first."""

    def told(self, presented: Presented) -> None:
        """What was presented proves nobody; nothing at all is no attempt to log in."""
        if not presented.authorization and not presented.certificates:
            return
        key = self._key(presented)
        if key not in self._further and len(self._further) >= MOST:
            key = _OTHERS
        if key in self._further:
            self._further[key] += 1
            return
        if not self._further:
            self._clock.callLater(WINDOW, self._end)
        self._further[key] = 0
        self._write([Failures(*key, 1)])

    def _end(self) -> None:
        further, self._further = self._further, {}
        self._write([Failures(*key, number) for key, number in further.items() if number])

    def _write(self, failures: list[Failures]) -> None:
        if not failures:
            return
        draft = self._store.draft("")
        self._trail.record_failures(draft, failures)
        self._store.commit(draft).addErrback(
            lambda failure: log.warn(
                "log-ins that failed are not in the audit trail: {error}", error=failure.value
            )
        )

    def _key(self, presented: Presented) -> _Key:
        way, _space, given = presented.authorization.partition(" ")
        way = way.lower()
        if way not in {"basic", "bearer"}:
            way = "other" if presented.authorization else "certificate"
        return way, self._user(given) if way == "basic" else "", _source(presented.peer)

    def _user(self, given: str) -> str:
        try:
            name, _password = read_basic(given)
        except NotAuthenticated:
            return ""
        return name if self._store.get("users", name) is not None else ""


def _source(peer: str) -> str:
    """A host: of IPv6 its network of 64 bits, which one host has whole."""
    try:
        address = ip_address(peer)
    except ValueError:
        return ""
    if address.version == 6:
        return f"{ip_address(int(address) >> 64 << 64)}/64"
    return str(address)
