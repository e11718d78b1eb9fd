"""Fetching a file that is known by its size and its SHA-256: from one URL after the other, going on where it broke off.

Bytes are written in a thread, in pieces, and nothing more is read from the network meanwhile.  Whatever a
server says of itself is checked: its length before anything is read, what it sends as it comes, the whole
at the end.  Redirects are followed one by one, each looked at as the first URL was.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from attrs import define
from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from provd.files._asking import USUAL, Asking
from provd.files._body import PIECE, Body
from provd.files._cache import Cache, Origin
from provd.files._definition import Source
from provd.files._errors import NotFetched, NotToBeHad, WrongFile
from provd.files._line import Line
from provd.files._reach import Reach, networks
from provd.files._settings import PackageSettings
from provd.files._stop import Stop, Told, nothing
from provd.values import ProvdError

log = Logger("provd.packages")

T = TypeVar("T")

TRIES = 3
"""How often one URL is asked in a row while each time more comes than there was."""


class Downloads:
    """Fetches files into a cache."""

    def __init__(self, cache: Cache, reactor: Any, settings: PackageSettings) -> None:
        self._cache = cache
        self._reactor = reactor
        self.adopt(settings)

    def adopt(self, settings: PackageSettings) -> None:
        """Hold to other settings from the next file on."""
        allowed = networks(settings.allow_networks)
        self._settings = settings
        self._reach = Reach(self._reactor, allowed, settings.timeout)

    async def fetch(self, source: Source, stop: Stop, told: Told) -> Path:
        """The file, in the cache; `told` hears of each byte once, however often it is fetched.

        @raise NotToBeHad: no URL gives it.
        @raise NoRoom, OSError: it cannot be kept.
        @raise Stopped: nobody wants it any more.
        """
        fetching = _Fetching(
            self._cache, self._reactor, self._asking(stop), source, stop, _Counted(told)
        )
        reasons: list[str] = []
        await fetching.in_thread(self._cache.make_room, source)
        for url in source.urls:
            try:
                return await fetching.from_url(url)
            except ProvdError as error:
                stop.check()
                log.warn("{name} is not fetched: {error}", name=source.name, error=error)
                reasons.append(str(error))
        raise NotToBeHad(source.name, reasons, source.hint)

    async def read(self, url: str, most: int, stop: Stop) -> bytes:
        """A file of which nothing is known before, whole, of `most` bytes.

        @raise NotFetched, AddressDenied: it does not come, or there are more.
        @raise Stopped: nobody wants it any more.
        """
        asking = self._asking(stop)
        if urlsplit(url).scheme == "file":
            asking.require_scheme(url)
            pool = self._reactor.getThreadPool()
            return await deferToThreadPool(self._reactor, pool, _read_here, url, most)
        line, pieces = Line(), list[bytes]()

        def keep(piece: bytes) -> Deferred[None]:
            pieces.append(piece)
            return succeed(None)

        try:
            response = await asking.response(url, USUAL, line)
            if response.code != 200:
                raise NotFetched(url, f"its server answered {response.code}")
            if isinstance(response.length, int) and response.length > most:
                raise NotFetched(
                    url, f"it has {response.length} bytes, and {most} are read at most"
                )
            body = Body(self._reactor, keep, line, stop, self._settings.timeout)
            stop.then(body.stop)
            response.deliverBody(body.expect_up_to(url, most))
            await body.whole
        finally:
            stop.then(nothing)
            line.abort()
        return b"".join(pieces)

    def _asking(self, stop: Stop) -> Asking:
        return Asking(self._reactor, self._settings, self._reach, stop)


@define
class _Fetching:
    """One file on its way."""

    _cache: Cache
    _reactor: Any
    _asking: Asking
    _source: Source
    _stop: Stop
    _told: _Counted

    async def from_url(self, url: str) -> Path:
        """The whole from one URL; where what was gone on with was another file, once more from its beginning."""
        resumed, _origin = await self.in_thread(self._cache.part_of, self._source)
        try:
            return await self._whole(url)
        except WrongFile as error:
            if not resumed:
                raise NotFetched(url, str(error)) from error
        try:
            return await self._whole(url)
        except WrongFile as error:
            raise NotFetched(url, str(error)) from error

    async def _whole(self, url: str) -> Path:
        """Ask one URL, again as long as more comes; then check the whole."""
        for tried in range(TRIES):
            self._stop.check()
            before, _origin = await self.in_thread(self._cache.part_of, self._source)
            try:
                await self._more(url)
                break
            except NotFetched:
                after, _origin = await self.in_thread(self._cache.part_of, self._source)
                if after <= before or tried == TRIES - 1:
                    raise
        return await self.in_thread(self._cache.accept, self._source, self._stop)

    async def _more(self, url: str) -> None:
        """What is not there yet, or as much of it as comes."""
        source = self._source
        if urlsplit(url).scheme == "file":
            self._asking.require_scheme(url)
            await self.in_thread(self._copy, url)
            return
        size, origin = await self.in_thread(self._cache.part_of, source)
        if origin is None or origin.url != url:
            size = 0
        if size == source.size:
            return
        line = Line()
        try:
            response = await self._asking.response(url, _headers(size, origin), line)
            size = _begins_at(url, response, size, source)
            if not size:
                begun = Origin(url, _validator(response))
                await self.in_thread(self._cache.begin, source, begun)
            self._told.reached(size)
            body = Body(self._reactor, self._write, line, self._stop, self._asking.settings.timeout)
            self._stop.then(body.stop)
            response.deliverBody(body.expect(url, source.size - size))
            await body.whole
        finally:
            self._stop.then(nothing)
            line.abort()

    def _write(self, piece: bytes) -> Deferred[None]:
        self._told(len(piece))
        return self.in_thread(_append, self._cache.part(self._source), piece)

    def _copy(self, url: str) -> None:
        """A file of this host: a regular one, of the right size, before any of it is read."""
        source, part = self._source, self._cache.part(self._source)
        with os.fdopen(descriptor := _opened(url), "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size != source.size:
                raise NotFetched(url, f"it is no file of {source.size} bytes")
            self._told.reached(0)
            self._cache.begin(source, Origin(url, ""))
            while piece := file.read(PIECE):
                self._stop.check()
                _append(part, piece)
                self._told(len(piece))

    def in_thread(self, work: Callable[..., T], *given: Any) -> Deferred[T]:
        """What a thread says that does it."""
        pool = self._reactor.getThreadPool()
        return deferToThreadPool(self._reactor, pool, work, *given)


@define
class _Counted:
    """Tells of each byte once: what is fetched again counts no second time."""

    told: Told
    _most: int = 0
    _at: int = 0

    def reached(self, at: int) -> None:
        """So many are there."""
        self._at = at
        self._tell()

    def __call__(self, count: int) -> None:
        self._at += count
        self._tell()

    def _tell(self) -> None:
        if self._at > self._most:
            self.told(self._at - self._most)
            self._most = self._at


def _headers(size: int, origin: Origin | None) -> dict[str, str]:
    if size and origin is not None:
        # RFC 9110 section 13.1.5: without the same validator, the whole comes.
        return USUAL | {"range": f"bytes={size}-", "if-range": origin.validator}
    return USUAL


def _validator(response: Any) -> str:
    """A strong ETag, or else when it was changed last; empty where neither is told."""
    for name in (b"etag", b"last-modified"):
        found = response.headers.getRawHeaders(name, [b""])[0].decode("latin-1")
        if found and not found.startswith("W/") and found.isprintable():
            return str(found)[:1024]
    return ""


def _begins_at(url: str, response: Any, size: int, source: Source) -> int:
    """From which byte on an answer has the file, of which `size` bytes are there.

    @raise NotFetched: it is none, or not of the right length.
    """
    if response.code == 206 and size:
        told = response.headers.getRawHeaders(b"content-range", [b""])[0].decode("latin-1")
        if told.replace(" ", "") != f"bytes{size}-{source.size - 1}/{source.size}":
            why = f"its server answered another part ({told[:60]!r}) than was asked for"
            raise NotFetched(url, why)
    elif response.code != 200:
        raise NotFetched(url, f"its server answered {response.code}")
    else:
        size = 0
    length = response.length
    if isinstance(length, int) and length != source.size - size:
        raise NotFetched(url, f"its server has {size + length} bytes, not {source.size}")
    return size


def _opened(url: str) -> int:
    """A file of this host. @raise NotFetched: it cannot be opened."""
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(unquote(urlsplit(url).path), flags)
    except OSError as error:
        raise NotFetched(url, error.strerror or str(error)) from error
    except ValueError as error:
        raise NotFetched(url, str(error)) from error


def _read_here(url: str, most: int) -> bytes:
    with os.fdopen(descriptor := _opened(url), "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            raise NotFetched(url, f"it is no file of {most} bytes at most")
        return file.read(most)


def _append(path: Path, piece: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "ab") as file:
        file.write(piece)
