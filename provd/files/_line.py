"""The connection of one request: an agent does not let go of it at once, and what is hostile must not go on."""

from __future__ import annotations

from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol, IStreamClientEndpoint
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

LARGEST_HEAD = 128 << 10
"""Bytes of an answer before its body; Twisted bounds each line of it, and not how many there are."""


@define(eq=False)
class Line:
    """What one request is made over."""

    answered: bool = False
    """The head of the answer is there: what comes is its body, which somebody else counts."""
    why: str = ""
    """Why it was cut, where that was done here."""
    _heard: int = 0
    _protocols: list[Any] = field(factory=list)

    def note(self, protocol: Any) -> Any:
        """This is one."""
        self._protocols.append(protocol)
        hear = protocol.dataReceived

        def heard(data: bytes) -> None:
            if not self.answered:
                self._heard += len(data)
            if self._heard > LARGEST_HEAD:
                self.why = f"its answer has more than {LARGEST_HEAD} bytes before its body"
                self.abort()
            else:
                hear(data)

        protocol.dataReceived = heard
        return protocol

    def abort(self) -> None:
        """End it at once; an agent would wait for the other side. Idempotent."""
        while self._protocols:
            transport = self._protocols.pop().transport
            if transport is not None:
                transport.abortConnection()


@implementer(IStreamClientEndpoint)
@define(eq=False)
class Noted:
    """An endpoint whose connection is noted."""

    endpoint: IStreamClientEndpoint
    line: Line

    def connect(self, factory: Any) -> Deferred[IProtocol]:
        """As the endpoint does."""
        return self.endpoint.connect(factory).addCallback(self.line.note)


@implementer(IAgentEndpointFactory)
@define(eq=False)
class Noting:
    """A factory of endpoints whose connections are noted."""

    factory: IAgentEndpointFactory
    line: Line

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """As the factory does."""
        return Noted(self.factory.endpointForURI(uri), self.line)
