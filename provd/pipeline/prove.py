"""Prove: how sure we are that the device that asks is the one that was found."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import implementer

from provd.contracts import IProve, IReadable
from provd.documents import Device
from provd.pipeline.case import Case
from provd.pipeline.certify import ByCertificate
from provd.values import Inquiry, Level, Proof, Protocol

_NEIGHBOUR = "the kernel knows {mac} at {peer}"
_ANOTHER = "the kernel knows another box at {peer}: {mac}"
_LEASE = "{peer} is leased to it"
_CREDENTIAL = "it showed its name and its password ({by})"
_PREVIOUS = "it showed its name and the password it had before ({by})"
_ANOTHERS = "it showed the credential of another device: {device}"
_ONCE = "it showed a one-time URL that was made for it: {url}"


class Proving:
    """Asks every kind of proof of the device that was found."""

    def __init__(self, provers: Sequence[IProve]) -> None:
        """Ask `provers`, in the order in which they are told."""
        self._provers = tuple(provers)

    def of(self, case: Case) -> tuple[Proof, ...]:
        """What is proved of the case's device."""
        device = case.device
        if device is None:
            return ()
        found = (
            prover.prove(case.inquiry, device, case.draft, keep=case.keep)
            for prover in self._provers
        )
        return tuple(proof for proof in found if proof is not None)


@implementer(IProve)
class ByNeighbour:
    """The kernel's neighbour table: which box has the address that asks, on a network of ours.

    Another box there refutes nothing: behind a router that translates addresses it is always the router.
    """

    name = "neighbour"

    def prove(
        self, inquiry: Inquiry, device: Device, _view: IReadable, *, keep: bool
    ) -> Proof | None:
        del keep
        mac = inquiry.neighbour
        if not mac or not device.mac:
            return None
        fields = (("mac", mac), ("peer", inquiry.peer))
        if mac == device.mac:
            return Proof(Level.NETWORK, self.name, _NEIGHBOUR, fields)
        return Proof(Level.CLAIMED, self.name, _ANOTHER, fields)


@implementer(IProve)
class ByLease:
    """A lease of ours: who was given the address that asks.

    Not over DHCP, where whoever wants an address writes both into its packet.
    """

    name = "lease"

    def prove(
        self, inquiry: Inquiry, device: Device, view: IReadable, *, keep: bool
    ) -> Proof | None:
        del keep
        if inquiry.protocol is Protocol.DHCP or not inquiry.peer:
            return None
        lease = view.get("leases", inquiry.peer)
        if lease is None or not lease.is_live(inquiry.arrived):
            return None
        if lease.device == device.id or (device.mac and lease.mac == device.mac):
            return Proof(Level.NETWORK, self.name, _LEASE, (("peer", inquiry.peer),))
        return None


@implementer(IProve)
class ByCredential:
    """The name and the password of a device, over HTTP. Who shows those of another device is another one."""

    name = "credential"

    def prove(
        self, inquiry: Inquiry, device: Device, _view: IReadable, *, keep: bool
    ) -> Proof | None:
        del keep
        shown = inquiry.credential
        if shown is None:
            return None
        if shown.refused:
            return Proof(Level.CLAIMED, self.name, "{why}", (("why", shown.refused),))
        if shown.device != device.id:
            fields = (("device", shown.device),)
            return Proof(Level.CLAIMED, self.name, _ANOTHERS, fields, refutes=True)
        text = _PREVIOUS if shown.previous else _CREDENTIAL
        return Proof(Level.CREDENTIAL, self.name, text, (("by", shown.by),))


@implementer(IProve)
class ByOneTimeUrl:
    """A URL that was made for one device; no other is found by whoever shows it."""

    name = "one-time URL"

    def prove(
        self, inquiry: Inquiry, device: Device, _view: IReadable, *, keep: bool
    ) -> Proof | None:
        del keep
        if not inquiry.url_token or inquiry.holder != device.id:
            return None
        return Proof(Level.CREDENTIAL, self.name, _ONCE, (("url", inquiry.url_token),))


PROVERS: tuple[IProve, ...] = (
    ByNeighbour(),
    ByLease(),
    ByCertificate(),
    ByCredential(),
    ByOneTimeUrl(),
)
"""Every kind of proof of identity, in the order in which they are told."""
