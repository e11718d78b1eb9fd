"""Fetching a small document over HTTPS: the certificate is checked, nothing is followed, nothing is endless."""

from __future__ import annotations

from typing import Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web.client import Agent, ResponseDone
from twisted.web.http_headers import Headers

from provd.values import ProvdError

LARGEST = 256 << 10
"""Bytes of the largest document."""

CONNECTING = 5.0


@define
class NotFetched(ProvdError):
    """The document could not be had."""

    url: str
    reason: str

    def __str__(self) -> str:
        return f"{self.url} cannot be fetched: {self.reason}"


class Fetcher:
    """A client of other servers; an `Agent` checks certificates against those that the host trusts."""

    def __init__(self, reactor: Any, agent: Any = None) -> None:
        self._agent = agent or Agent(reactor, connectTimeout=CONNECTING)

    def __call__(self, url: str) -> Deferred[bytes]:
        """The document at an HTTPS URL; fails with `NotFetched`, or as its connection does."""
        return Deferred.fromCoroutine(self._fetch(url))

    async def _fetch(self, url: str) -> bytes:
        if not url.startswith("https://"):
            raise NotFetched(url, "it is not HTTPS")
        headers = Headers({"accept": ["application/json"], "user-agent": ["provd"]})
        response: Any = await self._agent.request(b"GET", url.encode("ascii"), headers)
        # An agent follows nothing by itself: what would lead elsewhere is no answer.
        if response.code != 200:
            raise NotFetched(url, f"its server answered {response.code}")
        body = _Body(url)
        response.deliverBody(body)
        return await body.whole


class _Body(Protocol):
    """Gathers a body up to a bound."""

    transport: Any

    def __init__(self, url: str) -> None:
        self._url = url
        self._pieces: list[bytes] = []
        self._size = 0
        self.whole: Deferred[bytes] = Deferred(lambda _whole: self.transport.abortConnection())

    def dataReceived(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > LARGEST:
            self._fail(NotFetched(self._url, f"it has more than {LARGEST} bytes"))
            self.transport.abortConnection()
        else:
            self._pieces.append(data)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # the default is no Failure of ours
        if reason.check(ResponseDone) and not self.whole.called:
            self.whole.callback(b"".join(self._pieces))
        else:
            self._fail(NotFetched(self._url, "its server broke off"))

    def _fail(self, error: NotFetched) -> None:
        if not self.whole.called:
            self.whole.errback(error)
