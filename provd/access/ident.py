"""Callers whose own host says who they are (RFC 1413).

Worth as much as the host that says it: only hosts that are declared are asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from twisted.internet.defer import Deferred, fail
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, connectProtocol
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.access.errors import NotAuthenticated, TooManyAttempts
from provd.contracts import IIdentityProvider
from provd.values import Identity, Presented, ProvdError
from provd.wire.ident import LONGEST, parse_reply, spell_query

PORT = 113

PATIENCE = 5.0
"""Seconds from the question to its answer, connecting included."""

WAITING = 32
"""Questions that may be open at once."""

REFUSED = "the host that you call from does not say who you are"


@implementer(IIdentityProvider)
class Ident:
    """Asks the caller's host, at most once for each request that shows nothing else."""

    name = "ident"

    def __init__(self, networks: Sequence[str], reactor: Any, port: int = PORT) -> None:
        """@raise ValueError: one of them is no network."""
        self._networks = tuple(ip_network(each) for each in networks)
        self._reactor = reactor
        self._port = port
        self._open = 0

    def identify(self, presented: Presented) -> Deferred[Identity | None] | None:
        if presented.authorization or not self._trusts(presented.peer):
            return None
        if self._open >= WAITING:
            raise TooManyAttempts(1)
        self._open += 1
        asked = self._ask(presented).addTimeout(PATIENCE, self._reactor)
        return asked.addBoth(self._done).addCallbacks(self._identity, self._nobody)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def _ask(self, presented: Presented) -> Deferred[str]:
        kind: Any = TCP6ClientEndpoint if ":" in presented.peer else TCP4ClientEndpoint
        # The question must come from the address that is asked about (RFC 1413 section 3).
        endpoint = kind(
            self._reactor,
            presented.peer,
            self._port,
            timeout=PATIENCE,
            bindAddress=(presented.local, 0) if presented.local else None,
        )
        question = _Question(presented.peer_port, presented.local_port)
        connected: Deferred[Any] = connectProtocol(endpoint, question)
        return connected.addCallback(lambda _protocol: question.answer)

    def _done(self, result: Any) -> Any:
        self._open -= 1
        return result

    def _identity(self, user: str) -> Identity:
        return Identity(user=user, provider=self.name)

    def _nobody(self, failure: Failure) -> Deferred[Identity | None]:
        return fail(NotAuthenticated(REFUSED))


class _Question(LineOnlyReceiver):
    """One query, one reply."""

    transport: Any
    MAX_LENGTH = LONGEST
    delimiter = b"\n"

    def __init__(self, their_port: int, our_port: int) -> None:
        self._ports = (their_port, our_port)
        self.answer: Deferred[str] = Deferred(lambda _answer: self._hang_up())

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abortConnection()

    def connectionMade(self) -> None:
        self.transport.write(spell_query(*self._ports))

    def lineReceived(self, line: bytes) -> None:
        if not self.answer.called:
            try:
                self.answer.callback(parse_reply(line.rstrip(b"\r"), *self._ports))
            except ProvdError as error:
                self.answer.errback(error)
        self.transport.abortConnection()

    def lineLengthExceeded(self, line: bytes) -> None:
        self.transport.abortConnection()

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # its default is no Failure of ours
        if not self.answer.called:
            self.answer.errback(reason)
