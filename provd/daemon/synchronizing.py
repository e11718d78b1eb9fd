"""Wiring of what makes devices fetch their files again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from attrs import define
from twisted.internet.defer import DeferredList

from provd.application.operators import Operators
from provd.contracts import ISynchronizer
from provd.daemon.settings import Settings
from provd.daemon.sockets import address_towards
from provd.synchronizers import AmiDriver, HttpDriver, SipDriver, Surroundings, make_agent


@define
class Drivers:
    """Every driver, whether it is set up or not: each says itself what it cannot."""

    sip: SipDriver
    ami: AmiDriver
    http: HttpDriver

    @property
    def by_name(self) -> Mapping[str, ISynchronizer]:
        """As settings name them."""
        return {each.name: each for each in (self.sip, self.ami, self.http)}

    def adopt(self, settings: Settings) -> None:
        """Tell otherwise from the next device on."""
        self.sip.adopt(settings.sip)
        self.ami.adopt(settings.ami)
        self.http.adopt(settings.action_urls)

    async def stop(self, operators: Operators) -> None:
        """Tell nobody any more; what is planned is kept."""
        await operators.synchronizing.stop()
        await DeferredList([each.close() for each in self.by_name.values()])


def drivers_of(settings: Settings, reactor: Any) -> Drivers:
    """The drivers; nothing is open before it is needed."""

    def token() -> str:
        return secrets.token_hex(8)

    around = Surroundings(reactor, address_towards, token)
    return Drivers(
        SipDriver(settings.sip, around),
        AmiDriver(settings.ami, reactor),
        HttpDriver(
            settings.action_urls, reactor, lambda wanted: make_agent(reactor, wanted), token
        ),
    )
