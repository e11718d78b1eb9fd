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
from urllib.parse import unquote, urljoin, urlsplit

from attrs import define
from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.web.client import RequestTransmissionFailed, ResponseFailed, ResponseNeverReceived
from twisted.web.http_headers import Headers

from provd.files._body import PIECE, Body
from provd.files._cache import Cache, Origin
from provd.files._definition import Source, is_url
from provd.files._errors import NotFetched, NotToBeHad, Stopped, WrongFile
from provd.files._line import Line
from provd.files._proxy import agent_for
from provd.files._reach import Reach, networks
from provd.files._settings import PackageSettings
from provd.files._stop import Stop, Told, nothing
from provd.values import ProvdError

log = Logger("provd.packages")

T = TypeVar("T")

MOST_REDIRECTS = 5
TRIES = 3
"""How often one URL is asked in a row while each time more comes than there was."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})


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
            self._cache, self._reactor, self._settings, self._reach, source, stop, _Counted(told)
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


@define
class _Fetching:
    """One file on its way."""

    _cache: Cache
    _reactor: Any
    _settings: PackageSettings
    _reach: Reach
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
            self._require_scheme(url)
            await self.in_thread(self._copy, url)
            return
        size, origin = await self.in_thread(self._cache.part_of, source)
        if origin is None or origin.url != url:
            size = 0
        if size == source.size:
            return
        line = Line()
        try:
            response = await self._response(url, _asking(size, origin), line)
            size = _begins_at(url, response, size, source)
            if not size:
                begun = Origin(url, _validator(response))
                await self.in_thread(self._cache.begin, source, begun)
            self._told.reached(size)
            body = Body(self._reactor, self._write, line, self._stop, self._settings.timeout)
            self._stop.then(body.stop)
            response.deliverBody(body.expect(url, source.size - size))
            await body.whole
        finally:
            self._stop.then(nothing)
            line.abort()

    def _write(self, piece: bytes) -> Deferred[None]:
        self._told(len(piece))
        return self.in_thread(_append, self._cache.part(self._source), piece)

    async def _response(self, url: str, headers: dict[str, str], line: Line) -> Any:
        """The first answer that is no redirect."""
        for _hop in range(MOST_REDIRECTS + 1):
            self._stop.check()
            self._require_scheme(url)
            line.abort()
            line.answered = False
            response = await self._request(url, headers, line)
            location = response.headers.getRawHeaders(b"location", [b""])[0]
            if response.code not in REDIRECTS or not location:
                return response
            further = urljoin(url, location.decode("latin-1"))
            if not is_url(further) or urlsplit(further).scheme == "file":
                raise NotFetched(url, f"its server sends elsewhere: {further[:200]!r}")
            url = further
        raise NotFetched(url, f"it is redirected more than {MOST_REDIRECTS} times")

    async def _request(self, url: str, headers: dict[str, str], line: Line) -> Any:
        sent = Headers({name: [value] for name, value in headers.items()})
        agent = agent_for(url, self._settings.proxy, self._reach, line)
        asked: Deferred[Any] = agent.request(b"GET", url.encode("ascii"), sent)
        self._stop.then(asked.cancel)
        try:
            response = await asked.addTimeout(self._settings.timeout, self._reactor)
        except defer.CancelledError as error:
            raise Stopped from error
        except defer.TimeoutError as error:
            raise NotFetched(url, f"no answer in {self._settings.timeout:g} seconds") from error
        except (ResponseNeverReceived, RequestTransmissionFailed, ResponseFailed) as error:
            raise NotFetched(url, line.why or _why(error)) from error
        except (ConnectError, ConnectionClosed, DNSLookupError) as error:
            raise NotFetched(url, str(error) or type(error).__name__) from error
        line.answered = True
        return response

    def _require_scheme(self, url: str) -> None:
        scheme = urlsplit(url).scheme
        if scheme not in self._settings.schemes:
            raise NotFetched(url, f"{scheme} is not among the schemes of [packages]")

    def _copy(self, url: str) -> None:
        """A file of this host: a regular one, of the right size, before any of it is read."""
        source, part = self._source, self._cache.part(self._source)
        try:
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(unquote(urlsplit(url).path), flags)
        except OSError as error:
            raise NotFetched(url, error.strerror or str(error)) from error
        except ValueError as error:
            raise NotFetched(url, str(error)) from error
        with os.fdopen(descriptor, "rb") as file:
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


def _asking(size: int, origin: Origin | None) -> dict[str, str]:
    headers = {"user-agent": "provd", "accept-encoding": "identity", "accept": "*/*"}
    if size and origin is not None:
        # RFC 9110 section 13.1.5: without the same validator, the whole comes.
        headers |= {"range": f"bytes={size}-", "if-range": origin.validator}
    return headers


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


def _why(error: Any) -> str:
    reasons = [each.getErrorMessage() for each in getattr(error, "reasons", ())]
    return "; ".join(filter(None, reasons)) or str(error) or type(error).__name__


def _append(path: Path, piece: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "ab") as file:
        file.write(piece)
