"""The API's one root: screens every request, then hands it to its noun."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qs

from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import Request, Site
from werkzeug.exceptions import MethodNotAllowed

from provd.api._body import BODY_LIMIT
from provd.api._channel import Channel, Connections, new_connection
from provd.api._errors import MalformedRequest, NoSuchRoute, TooLarge, refuse
from provd.api._routes import Noun
from provd.api._screen import Screen
from provd.values import ProvdError

PATIENCE = 60
"""Seconds a connection may be idle, and a request may take to arrive."""

ABORT_AFTER = 8 * BODY_LIMIT
"""Bytes of a refused body that are read and forgotten before the connection is cut."""


NOUN_DEPTH = 3
"""Segments of a noun's own path: `api`, `v1` and its name."""

MOST_PARAMETERS = 200
"""Parameters of one query."""


class BoundedRequest(Request):
    """A request whose body is kept up to a bound; what is beyond is forgotten as it comes."""

    too_large = False
    _kept = 0

    def gotLength(self, length: int | None) -> None:
        """Called by the channel once the headers are read."""
        self.too_large = length is not None and length > BODY_LIMIT
        # Twisted would use a temporary file from 100,000 bytes on: a disk on the reactor thread.
        self.content = BytesIO()
        if length is not None and length > ABORT_AFTER and isinstance(self.channel, Channel):
            self.channel.end(TooLarge(BODY_LIMIT))  # nobody waits for all of that

    def handleContentChunk(self, data: bytes) -> None:
        """Called by the channel for each piece of the body."""
        self._kept += len(data)
        self.too_large = self.too_large or self._kept > BODY_LIMIT
        if not self.too_large:
            cast("BytesIO", self.content).write(data)
        elif self._kept > ABORT_AFTER:
            self._cut()

    def _cut(self) -> None:
        """End the connection; of HTTP/2, the stream."""
        channel: Any = self.channel
        if isinstance(channel, HTTPChannel):
            channel.forceAbortClient()
        else:
            channel.abortConnection()


class Root(Resource):
    """Everything below one root; knows the nouns by where they are served."""

    isLeaf = True

    def __init__(self, nouns: Sequence[Noun], screen: Screen) -> None:
        Resource.__init__(self)
        self.screen = screen
        self.nouns = tuple(nouns)
        self._served: Mapping[tuple[bytes, ...], Resource] = {
            _segments(noun.prefix): noun.app.resource() for noun in nouns
        }
        self._verbs = _verbs(nouns)
        self._longest = max(len(segments) for segments in self._served)
        self.refused = 0
        """How many requests the screen refused."""

    def render(self, request: Any) -> Any:
        """Answer one request."""
        request.setHeader(b"server", b"provd")
        request.setHeader(b"cache-control", b"no-store")
        request.setHeader(b"vary", b"accept, accept-encoding, origin")
        request.setHeader(b"x-content-type-options", b"nosniff")
        try:
            self._screen_request(request)
            if self.screen.cors.tell(request):
                return b""
            return self._choose(request).render(request)
        except (ProvdError, MethodNotAllowed):
            return refuse(request, Failure())

    def _screen_request(self, request: Request) -> None:
        try:
            self.screen.check(request)
            _require_text(request)
            request.args = _parameters(request)
        except ProvdError:
            self.refused += 1
            raise

    def _choose(self, request: Request) -> Resource:
        """The noun of the longest prefix; moves that prefix to where klein wants it."""
        path = self._verb_apart(request)
        for length in range(min(self._longest, len(path)), 0, -1):
            resource = self._served.get(tuple(path[:length]))
            if resource is not None:
                request.prepath = list(path[:length])
                # klein takes an empty rest for no path at all, and a noun's own path is `/`.
                request.postpath = list(path[length:]) or [b""]
                return resource
        raise NoSuchRoute(request.path.decode("utf-8", "replace"))

    def _verb_apart(self, request: Request) -> list[bytes]:
        """`devices:bulk` is the noun `devices` and its route `/:bulk`, and nothing else: no document's id.

        @raise NoSuchRoute, MethodNotAllowed: the noun has no such verb, or not by this method.
        """
        path = list(request.postpath or [])
        noun, colon, verb = path[-1].partition(b":") if path else (b"", b"", b"")
        if not noun or not colon or len(path) != NOUN_DEPTH:
            return path
        apart = [*path[:-1], noun, colon + verb]
        methods = self._verbs.get(tuple(apart))
        if methods is None:
            raise NoSuchRoute(request.path.decode("utf-8", "replace"))
        if request.method.decode("ascii") not in methods:
            raise MethodNotAllowed(sorted(methods))
        return apart


def _verbs(nouns: Iterable[Noun]) -> Mapping[tuple[bytes, ...], frozenset[str]]:
    """What may be done to a noun as a whole (`devices:bulk`), and by which methods."""
    found: dict[tuple[bytes, ...], frozenset[str]] = {}
    for noun in nouns:
        for route in noun.app.census.values():
            if route.path.startswith("/:"):
                key = (*_segments(noun.prefix), route.path[1:].encode("ascii"))
                found[key] = found.get(key, frozenset()) | {route.method}
    return found


def _segments(prefix: str) -> tuple[bytes, ...]:
    return tuple(segment.encode("ascii") for segment in prefix.strip("/").split("/"))


def _require_text(request: Request) -> None:
    if not request.method.isalpha():
        raise MalformedRequest("method", "is not a word of letters")
    try:
        b"/".join(request.postpath or []).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("path", "is not UTF-8") from None


def _parameters(request: Request) -> dict[bytes, list[bytes]]:
    """What the query says: Twisted would drop a name without a value, and so make `?dryrun` real."""
    # Latin-1 there and back: what the bytes spell is looked at by whoever reads a parameter.
    query = request.uri.partition(b"?")[2].decode("latin-1")
    try:
        given = parse_qs(
            query, keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        expected = f"{MOST_PARAMETERS} parameters at most"
        raise MalformedRequest("query", "has too many parameters", expected) from None
    return {
        name.encode("latin-1"): [value.encode("latin-1") for value in values]
        for name, values in given.items()
    }


class QuietSite(Site):
    """Keeps no access log of its own: what changes something is told by the change's cause."""

    noisy = False
    http2 = False
    protocol = new_connection
    connections: Connections

    def acceptableProtocols(self) -> list[bytes]:
        """What is offered in a TLS handshake (ALPN), the dearest first."""
        return [b"h2", b"http/1.1"] if self.http2 else [b"http/1.1"]

    def log(self, request: Any) -> None:
        """Say nothing."""


def make_root(nouns: Sequence[Noun], hosts: Iterable[str] = (), *, numbers: bool = False) -> Root:
    """The root over these nouns; `hosts` are names beside the loopback ones."""
    return Root(nouns, Screen(hosts, numbers=numbers))


def make_site(root: Root, reactor: Any, *, http2: bool = False) -> QuietSite:
    """The HTTP factory: bounded bodies and connections, no access log of its own."""
    site = QuietSite(
        root,
        requestFactory=BoundedRequest,
        timeout=PATIENCE,
        reactor=reactor,
        parsePOSTFormSubmission=False,  # the API reads no forms
    )
    site.displayTracebacks = False
    site.http2 = http2
    site.connections = Connections()
    return site
