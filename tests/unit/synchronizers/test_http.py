"""The driver that asks devices over HTTP, in front of a phone's web server in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from treq.testing import RequestTraversalAgent
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.web.client import ResponseNeverReceived
from twisted.web.resource import Resource
from zope.interface.verify import verifyObject

from provd.contracts import ISynchronizer
from provd.synchronizers import ActionUrlSettings, HttpDriver
from provd.values import ActionUrl, Errand, Notify, NotTold

ERRAND = Errand(
    device_id="phone",
    address="192.0.2.9",
    proved=True,
    way=ActionUrl(path="/servlet?key=AutoP", reboot="/servlet?key=Reboot"),
    username="admin",
    password="pass word/&",
)
DIGEST = b'Digest realm="phone", nonce="n1", qop="auth"'


class Web(Resource):
    """A phone's web server: remembers what it was asked, and answers what a test says."""

    isLeaf = True

    def __init__(self, answer: Callable[[Any], bytes]) -> None:
        super().__init__()
        self.asked: list[tuple[bytes, bytes, str]] = []
        self.headers: list[Any] = []
        self.bodies: list[bytes] = []
        self._answer = answer

    def render(self, request: Any) -> bytes:
        """Answer."""
        self.asked.append((request.method, request.uri, request.getHeader("host") or ""))
        self.headers.append(request.requestHeaders)
        self.bodies.append(request.content.read())
        return self._answer(request)


def asked(answer: Callable[[Any], bytes], errand: Errand = ERRAND) -> tuple[Any, Web]:
    """What comes of asking such a phone; a failure's exception."""
    web = Web(answer)
    agent = RequestTraversalAgent(web)
    driver = HttpDriver(ActionUrlSettings(), Clock(), lambda _settings: agent, lambda: "token")
    found: list[Any] = []
    driver.tell(errand).addBoth(found.append)
    agent.flush()
    assert found
    return (found[0].value if isinstance(found[0], Failure) else found[0]), web


def ok(_request: Any) -> bytes:
    """A phone that wants nothing."""
    return b"ok"


def answering(code: int, **headers: bytes) -> Callable[[Any], bytes]:
    """A phone that always answers the same."""

    def answer(request: Any) -> bytes:
        request.setResponseCode(code)
        for name, value in headers.items():
            request.setHeader(name.replace("_", "-"), value)
        return b""

    return answer


def challenging(challenge: bytes) -> Callable[[Any], bytes]:
    """A phone that wants a proof, and takes any."""

    def answer(request: Any) -> bytes:
        if not request.getHeader("authorization"):
            request.setResponseCode(401)
            request.setHeader("www-authenticate", challenge)
        return b""

    return answer


def test_it_keeps_the_contract() -> None:
    """Of what synchronizes."""
    driver = HttpDriver(ActionUrlSettings(), Clock(), lambda _settings: None, lambda: "x")  # type: ignore[arg-type, return-value]
    assert verifyObject(ISynchronizer, driver)


def test_asked() -> None:
    """At the device's address; credentials are shown to nobody who does not ask."""
    told, web = asked(ok)
    assert told == "200 OK"
    assert web.asked == [(b"GET", b"/servlet?key=AutoP", "192.0.2.9")]
    assert not web.headers[0].hasHeader("authorization")


def test_a_reboot_with_a_body() -> None:
    """By the other path, with what its API wants."""
    way = ActionUrl(
        reboot="/api", method="POST", port=8080, content_type="application/json", body="{}"
    )
    told, web = asked(ok, replace(ERRAND, way=way, reboot=True))
    assert told == "200 OK"
    assert web.asked == [(b"POST", b"/api", "192.0.2.9:8080")]
    assert web.bodies == [b"{}"]


def test_a_password_in_the_url() -> None:
    """Is escaped; without one there is nothing to ask with."""
    way = ActionUrl(path="/x?u={username}&p={password}")
    _told, web = asked(ok, replace(ERRAND, way=way))
    assert web.asked[0][1] == b"/x?u=admin&p=pass%20word%2F%26"
    driver = HttpDriver(ActionUrlSettings(), Clock(), lambda _settings: None, lambda: "x")  # type: ignore[arg-type, return-value]
    assert "admin_password" in driver.why_not(replace(ERRAND, way=way, password=""))
    assert driver.why_not(replace(ERRAND, way=Notify())) != ""
    assert driver.why_not(ERRAND) == ""


@pytest.mark.parametrize(
    ("challenge", "scheme"), [(DIGEST, "Digest"), (b"Basic realm=phone", "Basic")]
)
def test_proofs(challenge: bytes, scheme: str) -> None:
    """By digest where the phone can, else as it wants."""
    told, web = asked(challenging(challenge))
    assert told == "200 OK"
    assert len(web.asked) == 2
    [shown] = web.headers[1].getRawHeaders("authorization")
    assert shown.startswith(scheme + " ")
    assert ("pass word" in shown) is False


@pytest.mark.parametrize(
    ("answer", "errand", "why", "again"),
    [
        (answering(302, location=b"http://192.0.2.66/"), ERRAND, "not followed", False),
        (answering(404), ERRAND, "404", False),
        (answering(503), ERRAND, "503", True),
        (answering(401, www_authenticate=DIGEST), ERRAND, "to the admin_username", False),
        (answering(401, www_authenticate=b"Bearer"), ERRAND, "nobody here knows", False),
        (challenging(DIGEST), replace(ERRAND, password=""), "names no admin_password", False),
    ],
)
def test_refusals(
    answer: Callable[[Any], bytes],
    errand: Errand,
    why: str,
    again: bool,  # noqa: FBT001
) -> None:
    """Each with its reason, and nowhere else is asked."""
    error, web = asked(answer, errand)
    assert isinstance(error, NotTold)
    assert why in str(error)
    assert error.again is again
    assert {host for _method, _uri, host in web.asked} == {"192.0.2.9"}


@pytest.mark.parametrize("challenge", [DIGEST, b"Basic realm=phone"])
def test_nothing_is_proved_to_whoever_is_there(challenge: bytes) -> None:
    """Anybody can say that he is a device: he is shown no password, not even by a digest that he could try words on."""
    unproved = replace(ERRAND, proved=False)
    error, web = asked(challenging(challenge), unproved)
    assert isinstance(error, NotTold)
    assert "nobody knows that the device is at 192.0.2.9" in str(error)
    assert not any(each.hasHeader("authorization") for each in web.headers)
    assert asked(ok, unproved)[0] == "200 OK"
    driver = HttpDriver(ActionUrlSettings(), Clock(), lambda _settings: None, lambda: "x")  # type: ignore[arg-type, return-value]
    way = ActionUrl(path="/x?p={password}")
    assert "nobody knows" in driver.why_not(replace(unproved, way=way))
    assert driver.why_not(replace(ERRAND, way=way)) == ""


class Broken:
    """An agent whose every request ends as a test says."""

    def __init__(self, ends: Callable[[], Deferred[Any]]) -> None:
        self._ends = ends

    def request(self, *_asked: Any) -> Deferred[Any]:
        """End so."""
        return self._ends()


@pytest.mark.parametrize(
    ("error", "reboot", "why"),
    [
        (Refused(), False, "cannot be asked over HTTP"),
        (Refused(), True, "cannot be asked over HTTP"),
        (ResponseNeverReceived([Failure(Refused())]), False, "did not answer"),
        (ResponseNeverReceived([Failure(Refused())]), True, ""),
    ],
)
def test_connections_that_fail(error: Exception, reboot: bool, why: str) -> None:  # noqa: FBT001
    """One that goes away at once to reboot has heard; anything else may go better next time."""
    agent: Any = Broken(lambda: fail(error))
    driver = HttpDriver(ActionUrlSettings(), Clock(), lambda _settings: agent, lambda: "x")
    found: list[Any] = []
    driver.tell(replace(ERRAND, reboot=reboot)).addBoth(found.append)
    if why:
        assert why in str(found[0].value)
        assert found[0].value.again
    else:
        assert found == [""]


def test_too_late() -> None:
    """Whoever does not answer is not waited for."""
    clock = Clock()
    agent: Any = Broken(Deferred)
    driver = HttpDriver(ActionUrlSettings(timeout=5), clock, lambda _settings: agent, lambda: "x")
    found: list[Any] = []
    driver.tell(ERRAND).addBoth(found.append)
    clock.advance(6)
    assert "within 5 s" in str(found[0].value)
