"""Proving who calls: one small provider for each kind of proof, asked in an order that settings give."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from provd.values import Identity, Presented


class IIdentityProvider(Interface):
    """Recognises one kind of proof.

    Called for every request that needs a right, on the reactor thread.
    """

    name = Attribute("the name that settings, tokens and logs use (str)")

    def identify(presented: Presented) -> Identity | Deferred[Identity | None] | None:
        """Whom this proves; None when there is nothing here of this provider's kind.

        Proof of its kind that proves nobody is the end: no other provider is asked.

        @raise ProvdError: (or the Deferred fails with it) as `provd.access` names it; the message
        never tells whether there is such a user.
        """
