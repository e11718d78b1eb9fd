"""The SIP driver: what it sends where, what it takes for an answer, and when it gives up."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface.verify import verifyObject

from provd.contracts import ISynchronizer
from provd.synchronizers import SipDriver, SipSettings, Surroundings
from provd.synchronizers._sip_exchange import Exchange
from provd.synchronizers._sip_links import Connections, Counters
from provd.testing.network import MemoryPort, MemoryUDP, connected
from provd.values import Account, ActionUrl, Errand, Notify, NotTold
from provd.wire.sip import SipResponse, encode, parse_datagram, vias

ERRAND = Errand(
    device_id="phone",
    address="192.0.2.9",
    proved=True,
    way=Notify(event="check-sync", reboot="check-sync;reboot=true"),
    account=Account(
        username="u1",
        password="secret",
        host="pbx.example",
        proxy="192.0.2.60",
        proxy_port=5080,
    ),
)
CHALLENGE = 'Digest realm="phone", nonce="n1", qop="auth"'


class World:
    """A driver with a network in memory."""

    def __init__(self, **settings: Any) -> None:
        self.reactor = MemoryUDP()
        numbers = count(1)
        around = Surroundings(
            self.reactor, lambda _peer: "192.0.2.1", lambda: f"token{next(numbers)}"
        )
        self.driver = SipDriver(SipSettings(**settings), around)
        self.results: list[Any] = []

    def tell(self, errand: Errand = ERRAND) -> Deferred[Any]:
        """Begin; the outcome is among the results."""
        going = self.driver.tell(errand)
        going.addBoth(self.results.append)
        return going

    @property
    def port(self) -> MemoryPort:
        """The socket."""
        return self.reactor.ports[-1]

    def sent(self) -> Any:
        """The last request, and to whom it went."""
        data, peer = self.port.sent[-1]
        return parse_datagram(data), peer

    def answer(self, status: int = 200, reason: str = "OK", *headers: tuple[str, str]) -> None:
        """Answer the last request."""
        request, peer = self.sent()
        kept = tuple(each for each in request.headers if each[0] in WANTED)
        response = SipResponse(status=status, reason=reason, headers=(*kept, *headers))
        self.port.receive(encode(response), peer)

    @property
    def failure(self) -> NotTold:
        """Why the first failed."""
        [outcome] = self.results
        assert isinstance(outcome, Failure), outcome
        assert isinstance(outcome.value, NotTold)
        return outcome.value


WANTED = {"via", "from", "to", "call-id", "cseq"}


def test_it_keeps_the_contract() -> None:
    """Of what synchronizes."""
    assert verifyObject(ISynchronizer, World().driver)


def test_to_the_device() -> None:
    """At its address, as the account that it runs; its answer is told."""
    world = World()
    world.tell()
    request, peer = world.sent()
    assert peer == ("192.0.2.9", 5060)
    assert request.uri == "sip:u1@192.0.2.9:5060"
    assert request.first("to") == "<sip:u1@pbx.example>"
    assert request.first("event") == "check-sync"
    assert not request.first("route")
    world.answer()
    assert world.results == ["200 OK"]


def test_a_reboot_and_a_body() -> None:
    """Another event, and what the way says beside it."""
    world = World()
    way = Notify(event="a", reboot="b", port=5062, content_type="text/plain", body="x=é")
    world.tell(replace(ERRAND, way=way, reboot=True))
    request, peer = world.sent()
    assert (request.first("event"), peer[1]) == ("b", 5062)
    assert request.first("content-type") == "text/plain"
    assert request.body.decode() == "x=é"


def test_through_the_proxy() -> None:
    """The device's own contact is what is asked for: a proxy cannot make several of it."""
    world = World(route="proxy")
    world.tell()
    request, peer = world.sent()
    assert peer == ("192.0.2.60", 5080)
    assert request.uri == "sip:u1@192.0.2.9:5060"
    assert request.first("route") == "<sip:192.0.2.60:5080;lr>"


def test_to_the_account() -> None:
    """Wherever it is registered; only where no other device runs it, and somebody knows which it is."""
    world = World(route="account")
    assert world.driver.why_not(ERRAND) == ""
    world.tell()
    request, peer = world.sent()
    assert peer == ("192.0.2.60", 5080)
    assert request.uri == "sip:u1@pbx.example"
    shared = replace(ERRAND, account=replace(ERRAND.account, shared_by="device other"))
    assert "device other runs the account 'u1' as well" in world.driver.why_not(shared)
    unknown = replace(ERRAND, account=replace(ERRAND.account, username=""))
    assert "nobody knows which account" in world.driver.why_not(unknown)
    alone = replace(ERRAND, account=replace(ERRAND.account, proxy=""))
    assert "names no proxy" in world.driver.why_not(alone)
    assert World().driver.why_not(shared) == ""
    assert not world.driver.by_address
    assert World().driver.by_address
    world.tell(replace(ERRAND, address=""))
    assert world.sent()[0].uri == "sip:u1@pbx.example"


def test_what_it_does_not_understand() -> None:
    """An action URL is no NOTIFY."""
    assert World().driver.why_not(replace(ERRAND, way=ActionUrl(path="/x"))) != ""


def test_ipv6() -> None:
    """From a socket of that family, with the address in brackets."""
    world = World()
    world.tell(replace(ERRAND, address="2001:db8::9"))
    request, peer = world.sent()
    assert peer == ("2001:db8::9", 5060)
    assert request.uri == "sip:u1@[2001:db8::9]:5060"
    assert world.port.interface == "::"


def test_sent_again_until_nobody_answered() -> None:
    """As timers E and F say; it may go better later."""
    world = World()
    world.tell()
    world.reactor.pump([0.5] * 70)
    assert len(world.port.sent) == 11
    assert len({data for data, _peer in world.port.sent}) == 1
    assert "within 32 s" in str(world.failure)
    assert world.failure.again
    assert not world.reactor.getDelayedCalls()


def test_a_challenge() -> None:
    """Is answered once with the account's password, in a transaction of its own."""
    world = World()
    world.tell()
    first, _peer = world.sent()
    world.answer(401, "Unauthorized", ("www-authenticate", CHALLENGE))
    second, _peer = world.sent()
    assert second.first("call-id") == first.first("call-id")
    assert (first.first("cseq"), second.first("cseq")) == ("1 NOTIFY", "2 NOTIFY")
    assert next(vias(first)).branch != next(vias(second)).branch
    assert 'username="u1"' in second.first("authorization")
    assert "secret" not in encode(second).decode()
    world.answer(200, "OK")
    assert world.results == ["200 OK"]


def test_a_proxys_challenge() -> None:
    """Is answered in the header that a proxy reads."""
    world = World()
    world.tell()
    world.answer(407, "Proxy Authentication Required", ("proxy-authenticate", CHALLENGE))
    request, _peer = world.sent()
    assert request.first("proxy-authorization")
    assert not request.first("authorization")


def test_wrong_credentials() -> None:
    """A second challenge says that they are wrong: nobody tries for ever."""
    world = World()
    world.tell()
    for _twice in range(2):
        world.answer(401, "Unauthorized", ("www-authenticate", CHALLENGE))
    assert len(world.port.sent) == 2
    assert "401 Unauthorized to what it was answered" in str(world.failure)
    assert not world.failure.again


def test_an_old_nonce() -> None:
    """The credentials were right: with the new one they are sent again, once."""
    world = World()
    world.tell()
    world.answer(401, "Unauthorized", ("www-authenticate", CHALLENGE))
    for _twice in range(2):
        world.answer(401, "Unauthorized", ("www-authenticate", f"{CHALLENGE}, stale=true"))
    assert len(world.port.sent) == 3
    assert world.failure


@pytest.mark.parametrize(
    ("account", "challenge", "why"),
    [
        (Account(username="u1"), CHALLENGE, "names no user and password"),
        (ERRAND.account, "Basic realm=x", "which nobody knows"),
        (ERRAND.account, 'Digest realm="x", nonce="n", algorithm=SHA3', "which nobody knows"),
    ],
)
def test_challenges_that_cannot_be_answered(account: Account, challenge: str, why: str) -> None:
    """And why."""
    world = World()
    world.tell(replace(ERRAND, account=account))
    world.answer(401, "Unauthorized", ("www-authenticate", challenge))
    assert why in str(world.failure)


def test_nothing_is_proved_to_whoever_is_there() -> None:
    """Anybody can say that he is a device: his challenge is not answered, and he hears no more than the event."""
    world = World()
    world.tell(replace(ERRAND, proved=False))
    world.answer(401, "Unauthorized", ("www-authenticate", CHALLENGE))
    assert len(world.port.sent) == 1
    assert "nobody knows that the device is at 192.0.2.9" in str(world.failure)


@pytest.mark.parametrize(
    ("status", "reason", "again"),
    [
        (302, "Moved", False),
        (403, "Forbidden", False),
        (481, "No Such Call", False),
        (489, "Bad Event", False),
        (480, "Away", True),
        (503, "Busy", True),
    ],
)
def test_other_answers(status: int, reason: str, again: bool) -> None:  # noqa: FBT001
    """A redirection leads nowhere, and some answers may be others later."""
    world = World()
    world.tell()
    world.answer(status, reason)
    assert f"{status} {reason}" in str(world.failure)
    assert world.failure.again is again
    assert len(world.port.sent) == 1


def test_provisional_answers_are_waited_beyond() -> None:
    """They are no answer."""
    world = World()
    world.tell()
    world.answer(100, "Trying")
    assert not world.results
    world.answer(200, "OK")
    assert world.results == ["200 OK"]


def test_what_is_no_answer() -> None:
    """Whatever else comes is counted, and ends nothing."""
    world = World()
    world.tell()
    request, peer = world.sent()
    kept = tuple(each for each in request.headers if each[0] in WANTED)
    other = tuple(
        (name, value.replace("branch=", "branch=x") if name == "via" else value)
        for name, value in kept
    )
    doubled = (kept[0], *kept)
    bye = tuple((name, "1 BYE" if name == "cseq" else value) for name, value in kept)
    for headers in (other, doubled, bye):
        world.port.receive(encode(SipResponse(status=200, reason="OK", headers=headers)), peer)
    world.port.receive(encode(request), peer)
    world.port.receive(b"nonsense", peer)
    assert not world.results
    assert world.driver.counted.unasked == 4
    assert world.driver.counted.malformed == 1


def test_given_up() -> None:
    """Nothing is sent any more, and nothing is left."""
    world = World()
    going = world.tell()
    going.cancel()
    world.reactor.pump([1] * 40)
    assert len(world.port.sent) == 1
    assert not world.reactor.getDelayedCalls()


def test_closed() -> None:
    """What is open fails, and the sockets go."""
    world = World()
    world.tell()
    world.driver.close()
    assert world.failure.again
    assert world.port.stopped


def test_names_of_documents_are_no_headers() -> None:
    """A registrar that is none, or an event of two lines, reaches nobody."""
    for errand in (
        replace(ERRAND, account=replace(ERRAND.account, host="a>b")),
        replace(ERRAND, way=Notify(event="a\r\nX: 1")),
    ):
        world = World()
        world.tell(errand)
        assert not world.port.sent if world.reactor.ports else True
        assert isinstance(world.results[0].value, NotTold)


def test_too_long_for_a_datagram() -> None:
    """What could be cut into pieces on the way is not sent."""
    world = World()
    world.tell(replace(ERRAND, way=Notify(event="x", body="x" * 1300)))
    assert not world.port.sent
    assert "more than may be sent over UDP" in str(world.failure)


def test_a_proxy_by_name() -> None:
    """Is looked up; one that has no address is no place to send to."""
    world = World(route="proxy")
    world.reactor.names["proxy.example"] = "192.0.2.61"
    world.tell(replace(ERRAND, account=replace(ERRAND.account, proxy="proxy.example")))
    assert world.sent()[1] == ("192.0.2.61", 5080)
    world.tell(replace(ERRAND, account=replace(ERRAND.account, proxy="nowhere.example")))
    assert "nowhere.example has no address" in str(world.results[0].value)


def test_a_connection_that_is_lost() -> None:
    """What was under way over it fails at once, and may go better next time."""
    world = World()
    open_ones = world.driver._parts.open
    clock = world.reactor
    connections = Connections(open_ones, Counters(), clock)
    there: list[Any] = []

    class Endpoint:
        def connect(self, factory: Any) -> Deferred[Any]:
            protocol, transport = connected(factory)
            there.append(transport)
            done: Deferred[Any] = Deferred()
            done.callback(protocol)
            return done

    got: list[Any] = []
    connections.to("a", Endpoint).addCallback(got.append)
    wish = world.driver._notification(
        ERRAND, world.driver._target(ERRAND), "sip:u1@pbx.example", "192.0.2.1", 40000
    )
    exchange = Exchange(world.driver._parts, got[0], wish, None, "")
    got[0].carry(exchange)
    exchange.begin().addBoth(world.results.append)
    clock.advance(5)
    assert there[0].value().count(b"NOTIFY sip:") == 1
    got[0].dataReceived(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert world.failure.again
    assert not open_ones
