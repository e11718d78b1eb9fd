"""Between the edges that speak protocols and the use case that answers."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from zope.interface import Interface

from provd.contracts.store import IReadable
from provd.documents.dhcp.subnet import Creates
from provd.values import Answer, Decision, Inquiry


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


class IDHCPAnswers(Interface):
    """Answers a packet, once it is decided which device sent it, or that nobody knows.

    Called once per inquiry over DHCP on the reactor thread, with its device's document committed.
    Never fails: what goes wrong is a Silence with its reason, since DHCP has no other word for it.
    """

    def creates(inquiry: Inquiry) -> Creates:
        """Of whom devices are made where this packet comes from; asked for devices that nobody knows."""

    def answer(decision: Decision, view: IReadable, *, keep: bool) -> Answer | Deferred[Answer]:
        """A Reply or a Silence; what a Reply promises is durable by then.

        `keep` False (what-if): the very same, and nothing is written, held or probed.
        """
