"""The driver that asks a device over HTTP: the action URLs of vendors.

Spoken to is the device's own address and nobody else: no redirection is followed, no name is resolved,
no proxy is used, and little is read.  Credentials are shown to who asks for them, by digest where it can; and
only where it is proved that the device is there: an address is what somebody said who claimed to be it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed, ResponseNeverReceived
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer
from zope.interface import implementer

from provd.contracts import ISynchronizer
from provd.synchronizers.settings import ActionUrlSettings
from provd.values import UNPROVED, ActionUrl, Errand, MalformedPacket, NotTold
from provd.wire.sip import Asked, Challenge, Credentials, answer_to, parse_challenge

LONGEST_ANSWER = 65_536
"""Bytes of an answer that are read; the rest is nobody's business."""

GOOD, FIRST_REDIRECT, FIRST_REFUSAL, UNAUTHORIZED, FIRST_FAILURE = 200, 300, 400, 401, 500


@implementer(ISynchronizer)
class HttpDriver:
    """Asks devices."""

    name = "http"
    by_address = True

    def __init__(
        self,
        settings: ActionUrlSettings,
        clock: IReactorTime,
        make_agent: Callable[[ActionUrlSettings], IAgent],
        new_token: Callable[[], str],
    ) -> None:
        """`make_agent` makes what speaks HTTP, and follows nothing; `new_token` what nobody can guess."""
        self._clock = clock
        self._make_agent = make_agent
        self._new_token = new_token
        self.adopt(settings)

    def adopt(self, settings: ActionUrlSettings) -> None:
        """Ask otherwise from the next device on."""
        self._settings = settings
        self._agent = self._make_agent(settings)

    def why_not(self, errand: Errand) -> str:
        """Where a URL needs a password that the config does not have, or that is not to be said there."""
        way = errand.way
        if not isinstance(way, ActionUrl):
            return "it understands no action URL"
        path = way.reboot if errand.reboot else way.path
        if "{password}" in path and not errand.password:
            return "its config names no admin_password"
        if "{password}" in path and not errand.proved:
            return UNPROVED.format(address=errand.address)
        return ""

    def tell(self, errand: Errand) -> Deferred[str]:
        """Ask it; fires with `200 OK` or the like, or empty where it went away at once to reboot."""
        asking = Deferred.fromCoroutine(self._tell(errand))
        return asking.addTimeout(self._settings.timeout, self._clock, _too_late)

    def close(self) -> Deferred[None]:
        """No connection outlives its request."""
        return succeed(None)

    async def _tell(self, errand: Errand) -> str:
        try:
            response = await self._ask(errand, "")
            if response.code == UNAUTHORIZED:
                answer = self._answer(errand, response)
                response = await self._ask(errand, answer)
        except NotTold:
            raise
        except (ResponseNeverReceived, ResponseFailed) as error:
            if errand.reboot:
                return ""
            raise NotTold(
                f"it was asked and did not answer: {_reasons(error)}", again=True
            ) from error
        except Exception as error:
            why = str(error) or type(error).__name__
            raise NotTold(f"it cannot be asked over HTTP: {why}", again=True) from error
        return _judged(response)

    async def _ask(self, errand: Errand, authorization: str) -> Any:
        way = errand.way
        assert isinstance(way, ActionUrl)  # noqa: S101 - `why_not` said so
        headers = {"User-Agent": ["provd"]}
        if way.content_type:
            headers["Content-Type"] = [way.content_type]
        if authorization:
            headers["Authorization"] = [authorization]
        body = _Body(way.body.encode("utf-8")) if way.body else None
        url = f"{way.scheme}://{_authority(errand.address, way.port)}{_path(errand)}"
        response = await self._agent.request(
            way.method.encode("ascii"), url.encode("ascii"), Headers(headers), body
        )
        await _drained(response)
        return response

    def _answer(self, errand: Errand, response: Any) -> str:
        """The Authorization that answers a 401. @raise NotTold: there is none."""
        if not errand.password:
            raise NotTold("it wants a password, and its config names no admin_password")
        if not errand.proved:
            raise NotTold(UNPROVED.format(address=errand.address))
        who = Credentials(errand.username, errand.password)
        offered = [
            value.decode("latin-1")
            for value in response.headers.getRawHeaders(b"www-authenticate", [])
        ]
        way = errand.way
        assert isinstance(way, ActionUrl)  # noqa: S101 - `why_not` said so
        for value in offered:
            challenge = _digest(value)
            if challenge is not None:
                asked = Asked(
                    method=way.method,
                    uri=_path(errand),
                    body=way.body.encode("utf-8"),
                    cnonce=self._new_token(),
                )
                return answer_to(challenge, who, asked)
        if any(value.lower().startswith("basic") for value in offered):
            pair = f"{who.username}:{who.password}".encode()
            return "Basic " + b64encode(pair).decode("ascii")
        raise NotTold("it wants a proof of who asks that nobody here knows")


def _digest(value: str) -> Challenge | None:
    try:
        challenge = parse_challenge(value)
    except MalformedPacket:
        return None
    known = challenge.algorithm.removesuffix("-SESS") in {"MD5", "SHA-256", "SHA-512-256"}
    return challenge if known and challenge.qop <= {"auth", "auth-int"} else None


def _judged(response: Any) -> str:
    said = f"{response.code} {response.phrase.decode('latin-1')}".rstrip()
    if GOOD <= response.code < FIRST_REDIRECT:
        return said
    if response.code < FIRST_REFUSAL:
        raise NotTold(f"it answered {said}, and redirections are not followed")
    if response.code == UNAUTHORIZED:
        raise NotTold(f"it answered {said} to the admin_username and admin_password of its config")
    raise NotTold(f"it answered {said}", again=response.code >= FIRST_FAILURE)


def _path(errand: Errand) -> str:
    way = errand.way
    assert isinstance(way, ActionUrl)  # noqa: S101 - `why_not` said so
    path = way.reboot if errand.reboot else way.path
    for name, value in (("username", errand.username), ("password", errand.password)):
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path


def _authority(address: str, port: int) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{port}" if port else host


def _reasons(error: Any) -> str:
    found = {failure.getErrorMessage() for failure in getattr(error, "reasons", ())}
    return "; ".join(sorted(found)) or type(error).__name__


def _too_late(_outcome: Any, seconds: float) -> Any:
    raise NotTold(f"it did not answer over HTTP within {seconds:g} s", again=True)


def _drained(response: Any) -> Deferred[None]:
    """Fires when what is read of an answer was read."""
    done: Deferred[None] = Deferred()
    response.deliverBody(_Drain(done))
    return done


class _Drain(Protocol):
    """Reads an answer to its end, or as far as anybody may want."""

    def __init__(self, done: Deferred[None]) -> None:
        self._done = done
        self._left = LONGEST_ANSWER

    def dataReceived(self, data: bytes) -> None:
        """Count it."""
        self._left -= len(data)
        if self._left < 0 and self.transport is not None:
            self.transport.abortConnection()  # type: ignore[attr-defined]  # it is a TCP connection

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """However it ended: what counts was in the first line."""
        if not self._done.called:
            self._done.callback(None)


@implementer(IBodyProducer)
class _Body:
    """A body that is there."""

    def __init__(self, body: bytes) -> None:
        self.length = len(body)
        self._body = body

    def startProducing(self, consumer: Any) -> Deferred[None]:
        """All of it at once."""
        consumer.write(self._body)
        return succeed(None)

    def pauseProducing(self) -> None:
        """It is done already."""

    def resumeProducing(self) -> None:
        """It is done already."""

    def stopProducing(self) -> None:
        """It is done already."""
