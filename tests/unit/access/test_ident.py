"""Asking a host who calls from it: only hosts that are trusted, only for a while, only by the book."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.error import ConnectError
from twisted.internet.testing import MemoryReactorClock, StringTransportWithDisconnection
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from provd.access import NotAuthenticated, TooManyAttempts
from provd.access.ident import PATIENCE, WAITING, Ident
from provd.testing.access import ProviderFixture, make_identity_provider_tests, presented
from provd.values import Identity

ASKED = presented(peer_port=40000, local="192.0.2.1", local_port=8092)


class Host:
    """A trusted host's ident server, in memory."""

    def __init__(self) -> None:
        self.reactor = MemoryReactorClock()
        self.provider = Ident(["192.0.2.0/24", "2001:db8::/32"], self.reactor, 11300)
        self.heard: list[Any] = []

    def ask(self, shown: Any = ASKED) -> Any:
        """Ask, and take what comes of it down."""
        asked = self.provider.identify(shown)
        if asked is not None:
            asked.addBoth(lambda found: self.heard.append(getattr(found, "value", found)))
        return asked

    def connect(self) -> tuple[Any, StringTransportWithDisconnection]:
        """Accept the newest connection."""
        factory = self.reactor.tcpClients[-1][2]
        protocol = factory.buildProtocol(None)
        transport = StringTransportWithDisconnection()
        transport.protocol = protocol
        protocol.makeConnection(transport)
        return protocol, transport


class AnsweringAtOnce:
    """The provider over a host that answers as soon as it is asked."""

    name = "ident"

    def __init__(self) -> None:
        self.host = Host()

    def identify(self, shown: Any) -> Any:
        """As the provider does."""
        asked = self.host.provider.identify(shown)
        if asked is not None:
            protocol, _transport = self.host.connect()
            port = shown.peer_port
            user = b"ann" if port == 40000 else b""
            protocol.dataReceived(b"%d, 8092 : USERID : UNIX : %s\r\n" % (port, user))
        return asked


def fixture(_test: SynchronousTestCase) -> ProviderFixture:
    """A host whose port 40000 is ann's."""
    made = ProviderFixture(Host().provider, ASKED, "ann", ASKED, presented("Bearer x"))
    answering = AnsweringAtOnce()
    made.provider.identify = answering.identify
    made.wrong = presented(peer_port=40001, local="192.0.2.1", local_port=8092)
    return made


class IdentTests(make_identity_provider_tests(fixture)):  # type: ignore[misc]  # a class made by a function
    pass


def test_the_question_comes_from_the_address_that_is_asked_about() -> None:
    """With both ports, theirs first."""
    host = Host()
    host.ask()
    address, port, _factory, _timeout, bind = host.reactor.tcpClients[-1]
    assert (address, port, bind) == ("192.0.2.7", 11300, ("192.0.2.1", 0))
    protocol, transport = host.connect()
    assert transport.value() == b"40000, 8092\r\n"
    protocol.dataReceived(b"40000, 8092 : USERID : UN")
    protocol.dataReceived(b"IX : ann\r\nmore")
    assert host.heard == [Identity(user="ann", provider="ident")]
    assert not transport.connected


def test_no_other_host_is_asked() -> None:
    """What a stranger's host says proves nothing."""
    host = Host()
    for peer in ("198.51.100.1", "2001:db9::1", "", "x"):
        assert host.ask(presented(peer=peer)) is None
    assert not host.reactor.tcpClients
    host.ask(presented(peer="2001:db8::1"))
    assert host.reactor.tcpClients


@pytest.mark.parametrize(
    "reply",
    [
        b"40000, 8092 : ERROR : NO-USER\r\n",
        b"40000, 8093 : USERID : UNIX : ann\r\n",
        b"nonsense\n",
        b"x" * 2000,
    ],
)
def test_other_replies_prove_nobody(reply: bytes) -> None:
    """And the connection is gone."""
    host = Host()
    host.ask()
    protocol, transport = host.connect()
    protocol.dataReceived(reply)
    [heard] = host.heard
    assert isinstance(heard, NotAuthenticated)
    assert not transport.connected


def test_a_line_without_its_end_is_none() -> None:
    """Cut short, a name may be somebody else's."""
    host = Host()
    host.ask()
    protocol, transport = host.connect()
    protocol.dataReceived(b"40000, 8092 : USERID : UNIX : an")
    transport.loseConnection()
    assert isinstance(host.heard[0], NotAuthenticated)


def test_a_host_that_does_not_answer_is_not_waited_for() -> None:
    """Neither to be connected nor to reply; nothing stays open."""
    for connected in (False, True):
        host = Host()
        host.ask()
        transport = host.connect()[1] if connected else None
        host.reactor.advance(PATIENCE + 0.1)
        assert isinstance(host.heard[0], NotAuthenticated)
        assert transport is None or not transport.connected
        assert host.provider._open == 0


def test_a_host_without_such_a_server() -> None:
    """Proves nobody."""
    host = Host()
    host.ask()
    host.reactor.tcpClients[-1][2].clientConnectionFailed(None, Failure(ConnectError()))
    assert isinstance(host.heard[0], NotAuthenticated)


def test_open_questions_are_bounded() -> None:
    """A flood of callers is not passed on."""
    host = Host()
    for _each in range(WAITING):
        host.ask()
    with pytest.raises(TooManyAttempts):
        host.ask()
    host.reactor.advance(PATIENCE + 0.1)
    host.ask()
