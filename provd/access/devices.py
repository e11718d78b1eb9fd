"""Devices that show a certificate: judged once for each connection, in a thread, and remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import field, frozen
from msgspec import Struct
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.access.bundle import Bundle
from provd.access.factory import Known, judge
from provd.access.passwords import InThread
from provd.access.vendors import Mapped, readers
from provd.contracts import IJudgeCertificates
from provd.values import Certified

log = Logger("provd.access")

FRESH = 60.0
"""Seconds for which what was found is taken for true."""

REMEMBERED = 4096

MOST_WAITING = 256
"""Certificates that wait to be judged; a further one is refused at once."""

BUSY = "too many certificates wait to be judged"


class CertificateSettings(Struct, frozen=True, kw_only=True):
    """Which certificates of devices are believed."""

    bundles: Mapping[str, str] = {}
    """From the name of a mapping (`cisco`, `polycom`, `yealink`, `ieee-802-1ar`, or one of `mappings`) to
    PEM of the CAs whose certificates it reads; empty believes none."""
    revoked: Mapping[str, str] = {}
    """From the same names to PEM of the CAs' lists of revoked certificates; without, none is revoked."""
    ended: tuple[str, ...] = ()
    """Names whose certificates are good after their end too."""
    shared: tuple[str, ...] = ()
    """SHA-256 fingerprints of certificates that are in more than one device."""
    mappings: Mapping[str, Mapped] = {}
    """Further ways to read a certificate, or others than the shipped ones, by name."""


@frozen
class Believed:
    """What settings come to, with the files that they name read."""

    known: Mapping[str, Known] = field(factory=dict)
    shared: frozenset[bytes] = frozenset()


def believed(settings: CertificateSettings) -> Believed:
    """Read the files that settings name; the settings have been checked.

    @raise UnusableAuthority: a file cannot be used.
    """
    ways = readers(settings.mappings)
    known = {
        name: Known(
            ways[name],
            Bundle(Path(path), _path(settings.revoked.get(name))),
            name in settings.ended,
        )
        for name, path in settings.bundles.items()
    }
    return Believed(known, frozenset(fingerprint(each) for each in settings.shared))


def fingerprint(text: str) -> bytes:
    """A SHA-256 as it is written, with colons or without. @raise ValueError: it is none."""
    found = bytes.fromhex(text.replace(":", ""))
    if len(found) != 32:
        raise ValueError("a SHA-256 has 64 hexadecimal digits")
    return found


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


@implementer(IJudgeCertificates)
class DeviceCertificates:
    """Judges what devices show."""

    def __init__(self, in_thread: InThread, now: Callable[[], float]) -> None:
        """Nothing is believed before something is adopted."""
        self._in_thread = in_thread
        self._now = now
        self._believed = Believed()
        self._remembered: OrderedDict[bytes, tuple[Certified, float]] = OrderedDict()
        self._waiting: dict[bytes, list[Deferred[Certified]]] = {}

    def adopt(self, believed: Believed) -> None:
        """Judge by this from now on."""
        self._believed = believed
        self._remembered.clear()
        # Who waits is told what held when it asked; it is not kept for others.
        self._waiting = {}

    def judge(self, chain: Sequence[bytes]) -> Deferred[Certified]:
        key = sha256(b"".join(chain)).digest()
        known = self._remembered.get(key)
        now = self._now()
        if known is not None and now < known[1]:
            return succeed(known[0])
        mine: Deferred[Certified] = Deferred()
        waiting = self._waiting.get(key)
        if waiting is not None:
            waiting.append(mine)
            return mine
        if len(self._waiting) >= MOST_WAITING:
            return succeed(Certified(refused=BUSY))
        waiting = self._waiting[key] = [mine]
        by = self._believed
        judged = self._in_thread(lambda: judge(chain, by.known, by.shared, now))
        judged.addErrback(_defect)
        judged.addCallback(self._tell, key, waiting, now)
        return mine

    def _tell(
        self, found: Certified, key: bytes, waiting: list[Deferred[Certified]], now: float
    ) -> None:
        if self._waiting.get(key) is waiting:
            del self._waiting[key]
            self._remember(key, found, now + FRESH)
        for each in waiting:
            each.callback(found)

    def _remember(self, key: bytes, found: Certified, until: float) -> None:
        self._remembered[key] = (found, until)
        self._remembered.move_to_end(key)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)


def _defect(failure: Failure) -> Any:
    log.failure("judging a certificate ended in a defect", failure)
    return Certified(refused="a defect of this server")
