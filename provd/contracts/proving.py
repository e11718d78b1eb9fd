"""Proving that a device is the one it says it is."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from provd.contracts.store import IReadable
from provd.documents import Device
from provd.values import Certified, Inquiry, Proof


class IProve(Interface):
    """One kind of proof of identity.

    Asked for every inquiry whose device was found, on the reactor thread, while it is decided:
    a few µs of memory, never a file, a thread or a signature.
    """

    name = Attribute("the word that explanations use (str)")

    def prove(inquiry: Inquiry, device: Device, view: IReadable, *, keep: bool) -> Proof | None:
        """What the inquiry proves of the device; None when there is nothing of this kind in it.

        `keep` False (what-if): the very same, and nothing that can be used up is.
        """


class IJudgeCertificates(Interface):
    """Says what the certificate of a device is worth, once for each connection that shows one."""

    def judge(chain: Sequence[bytes]) -> Deferred[Certified]:
        """`chain` is DER, the device's own first.  Signatures are checked in a thread, answers remembered.

        Never fails: a certificate that is good for nothing is `Certified` with the reason.
        """
