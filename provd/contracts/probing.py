"""Asking the network itself before an address is given away."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from zope.interface import Interface


class IProbes(Interface):
    """Finds out whether an address is in use.

    Called once for an address that is offered to somebody who did not have it, on the reactor thread,
    while its client waits; never by the pipeline.
    """

    def taken(address: str, interface: str, patience: float) -> Deferred[str]:
        """Fires with who answers for `address`, at the latest after `patience` seconds; never fails.

        With a hardware address where somebody on the link of `interface` has it, with `ICMP` where it
        answers from behind a relay (`interface` is empty then), with an empty text where nobody does.
        Two who ask at once are told the same.
        """
