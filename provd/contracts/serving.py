"""Between the edges that speak protocols and the use case that answers."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from zope.interface import Interface

from provd.values import Answer, Inquiry


class IInquiries(Interface):
    """Answers every question of every device, whatever its protocol.

    Called once per request on the reactor thread.  Never fails: what goes wrong is a Refusal,
    a FAILED one with the defect in the log if it is ours.
    """

    def inquiry_id() -> str:
        """A fresh id for an Inquiry, unique over restarts."""

    def ask(inquiry: Inquiry) -> Answer | Deferred[Answer]:
        """The answer: at once in the common case, a Deferred where something must be waited for.

        Once it is given it may leave: everything it depends on is durable.
        """
