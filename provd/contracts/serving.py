"""Between the edges that speak protocols and the use case that answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from zope.interface import Interface

from provd.contracts.store import IReadable
from provd.documents.dhcp.subnet import Creates
from provd.values import Answer, Decision, Inquiry, Settled

Answered = Callable[[Sequence[tuple[int, Answer]]], None]
"""Told of answers, each with the place of its inquiry among those that came together."""


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

    def ask_all(inquiries: Sequence[Inquiry], answered: Answered) -> None:
        """Have `answered` told the answers to what came together: those that `ask` would give one by one.

        Each step is taken for all of them before the next one, which an interpreter does in half the time.
        It is told each once, and together what is there at once, and what waits for the same commit.
        """


class IDHCPAnswers(Interface):
    """Answers a packet, once it is decided which device sent it, or that nobody knows.

    Called once per inquiry over DHCP on the reactor thread, with its device's document committed.
    Never fails: what goes wrong is a Silence with its reason, since DHCP has no other word for it.
    """

    def creates(inquiry: Inquiry) -> Creates:
        """Of whom devices are made where this packet comes from; asked for devices that nobody knows."""

    def answer(decision: Decision, view: IReadable, *, keep: bool) -> Answer | Deferred[Answer]:
        """A Reply or a Silence.

        What a Reply promises is durable by then.  `keep` False (what-if): the very same, and nothing is
        written, held or probed.
        """

    def settle(
        decision: Decision, view: IReadable, *, keep: bool
    ) -> Settled | Answer | Deferred[Answer]:
        """The first half of `answer`, or all of it: what `word` makes the answer of.

        Whoever asks for halves waits in between until what was committed is durable.
        """

    def word(settled: Settled, view: IReadable, *, keep: bool) -> Answer:
        """The message.

        A step of its own: of what came together, all is settled before the first is put into words.
        """
