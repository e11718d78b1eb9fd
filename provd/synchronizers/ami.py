"""The driver that asks Asterisk to send the NOTIFY (`PJSIPNotify`), over its manager interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from zope.interface import implementer

from provd.contracts import ISynchronizer
from provd.synchronizers._ami_connection import AmiConnection
from provd.synchronizers._tls import creator_for
from provd.synchronizers.settings import AmiSettings
from provd.values import Errand, Notify, NotTold
from provd.wire.ami import AmiMessage, UnsendableAction
from provd.wire.sip import UnsendableMessage, sip_uri

log = Logger("provd.synchronization")

AT_FIRST, AT_MOST = 1.0, 60.0
"""Seconds between two attempts to reach Asterisk."""


@implementer(ISynchronizer)
class AmiDriver:
    """Notifies devices through Asterisk."""

    name = "ami"

    def __init__(self, settings: AmiSettings, reactor: Any) -> None:
        self._settings = settings
        self._reactor = reactor
        self._service: ClientService | None = None
        self.events = 0
        """Heard since the start."""

    @property
    def by_address(self) -> bool:
        return self._settings.to == "contact"

    def adopt(self, settings: AmiSettings) -> None:
        """Ask another Asterisk, or otherwise, from the next device on."""
        if settings != self._settings:
            self._settings = settings
            self._hang_up()

    def why_not(self, errand: Errand) -> str:
        """Where there is no Asterisk, or its endpoint is another device's as well."""
        way, account = errand.way, errand.account
        if not self._settings.host:
            return "no Asterisk is set up"
        if not isinstance(way, Notify):
            return "it understands no NOTIFY"
        if "," in way.body:
            return "Asterisk cannot send a body with a comma"
        if self._settings.to == "contact":
            return ""
        if not account.username:
            return "nobody knows which endpoint it is"
        if account.shared_by:
            return f"{account.shared_by} runs the endpoint {account.username!r} as well"
        return ""

    def tell(self, errand: Errand) -> Deferred[str]:
        """Have it notified; fires with what Asterisk says, which is no word of the device's."""
        return Deferred.fromCoroutine(self._tell(errand))

    def close(self) -> Deferred[None]:
        """Hang up."""
        service, self._service = self._service, None
        return (
            maybeDeferred(service.stopService) if service is not None else maybeDeferred(_nothing)
        )

    async def _tell(self, errand: Errand) -> str:
        try:
            action = list(self._action(errand))
            connection = await self._connected()
            answer = await connection.ask(action)
        except (UnsendableAction, UnsendableMessage) as error:
            raise NotTold(str(error)) from error
        said = answer.first("Message")
        if not answer.succeeded:
            raise NotTold(f"Asterisk says: {said or 'no'}")
        return f"Asterisk: {said or 'sent'}"

    def _action(self, errand: Errand) -> Iterator[tuple[str, str]]:
        way, account = errand.way, errand.account
        assert isinstance(way, Notify)  # noqa: S101 - `why_not` said so
        yield "Action", "PJSIPNotify"
        if self._settings.to == "endpoint":
            yield "Endpoint", account.username
        else:
            yield "URI", sip_uri(account.username, errand.address, way.port, account.transport)
        yield "Variable", f"Event={way.reboot if errand.reboot else way.event}"
        if way.content_type:
            yield "Variable", f"Content-type={way.content_type}"
        for line in way.body.splitlines():
            yield "Variable", f"Content={line}"

    async def _connected(self) -> AmiConnection:
        """The connection, logged in. @raise NotTold: there is none to be had now."""
        service = self._service
        if service is None:
            service = self._service = self._called()
        waiting = service.whenConnected(failAfterFailures=1)
        try:
            connection = await waiting.addTimeout(2 * self._settings.timeout, self._reactor)
        except NotTold:
            raise
        except Exception as error:
            where = f"{self._settings.host}:{self._settings.port}"
            why = str(error) or type(error).__name__
            raise NotTold(f"Asterisk at {where} cannot be reached: {why}", again=True) from error
        assert isinstance(connection, AmiConnection)  # noqa: S101 - the factory made it
        return connection

    def _called(self) -> ClientService:
        settings = self._settings
        endpoint: Any = HostnameEndpoint(
            self._reactor, settings.host, settings.port, timeout=settings.timeout
        )
        if settings.tls:
            endpoint = wrapClientTLS(creator_for(settings.host, settings.tls_ca), endpoint)
        factory = Factory.forProtocol(lambda: AmiConnection(self._reactor, settings.timeout))
        service = ClientService(
            endpoint,
            factory,
            retryPolicy=backoffPolicy(AT_FIRST, AT_MOST),
            clock=self._reactor,
            prepareConnection=self._prepare,
        )
        service.startService()
        return service

    def _prepare(self, connection: Any) -> Deferred[None]:
        connection.heard_by(self._heard)
        going = Deferred.fromCoroutine(self._log_in(connection))
        # Whoever is not let in does not stay.
        return going.addErrback(lambda failure: (connection.close(), failure)[1])

    async def _log_in(self, connection: AmiConnection) -> None:
        await connection.log_in(self._settings.username, self._secret())
        log.info("logged in at Asterisk (AMI {version})", version=connection.version)

    def _secret(self) -> str:
        """Read anew for each connection: it may have been changed. @raise NotTold: it cannot be."""
        try:
            return Path(self._settings.secret).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NotTold(f"ami.secret cannot be read: {error}", again=True) from error

    def _heard(self, message: AmiMessage) -> None:
        self.events += 1
        log.debug("Asterisk: {event}", event=message.first("Event"))

    def _hang_up(self) -> None:
        self.close().addErrback(lambda failure: log.failure("Asterisk is not let go", failure))


def _nothing() -> None:
    """There is no connection."""
