"""TLS in front of a device's connection: bounded until the handshake is done.

A handshake costs the server a signature (0.1 ms with ECDSA, 1 ms with RSA) before the device has shown
anything, so only so many begin in each second; the others wait, unread, for the next one.  Sessions are
not resumed: whoever shows a certificate proves each time that it has the key.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IAddress, IOpenSSLServerConnectionCreator, IProtocol
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from twisted.python.failure import Failure

from provd.servers.http._channel import DeviceChannel
from provd.servers.http._site import DeviceSite
from provd.wire.proxy import ProxyHeader


class SecureConnection(TLSMemoryBIOProtocol):
    """TLS of one device."""

    transport: Any

    def __init__(self, door: SecureDoor, channel: DeviceChannel) -> None:
        super().__init__(door, channel)
        self._site = door.site
        self._room = door.site.settings.max_handshake_bytes
        self._begun = False
        self._held = b""

    def dataReceived(self, data: bytes) -> None:
        if not self._handshakeDone:
            self._room -= len(data)
            if self._room < 0:
                self.abortConnection()
                return
            if not self._begun:
                self._begin(data)
                return
        super().dataReceived(data)

    def _begin(self, data: bytes) -> None:
        """Let the handshake begin, now or in a second in which fewer do."""
        self._held += data
        if self._site.may_shake():
            self.begin()
        else:
            self.transport.pauseProducing()
            self._site.shake_later(self)

    def begin(self) -> None:
        """It is its turn."""
        self._begun = True
        self.transport.resumeProducing()
        held, self._held = self._held, b""
        super().dataReceived(held)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # as Twisted's
        self._held = b""
        self._site.shake_never(self)
        super().connectionLost(reason)


class SecureDoor(TLSMemoryBIOFactory):
    """Admits connections that speak TLS, as the site admits those that do not."""

    noisy = False

    def __init__(self, site: DeviceSite, handshakes: IOpenSSLServerConnectionCreator) -> None:
        super().__init__(handshakes, False, site)
        self.site = site

    def buildProtocol(self, addr: IAddress | None) -> IProtocol | None:  # type: ignore[override]  # may be None
        return self.site.admit(addr, self._make)

    def _make(self, peer: str, introduced: ProxyHeader | None) -> IProtocol:
        channel = DeviceChannel(self.site, peer, introduced, secure=True)
        channel.factory = self.site
        return SecureConnection(self, channel)
