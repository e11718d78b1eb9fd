"""The connection of one request: an agent does not let go of it at once, and what is hostile must not go on."""

from __future__ import annotations

from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol, IStreamClientEndpoint
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer


@define(eq=False)
class Line:
    """What one request is made over."""

    _protocols: list[Any] = field(factory=list)

    def note(self, protocol: Any) -> Any:
        """This is one."""
        self._protocols.append(protocol)
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
