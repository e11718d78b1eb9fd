"""Certify: what the certificate of a connection says of the device that asks, and what it proves.

It is evidence like any other, but for two things.  It is never outvoted: where the request names another
box than its certificate, nobody is known.  And it teaches nothing about a box that it does not name: facts
that anybody may claim (the file that is asked for, a User-Agent) stand beside it in the same request.
"""

from __future__ import annotations

from zope.interface import implementer

from provd.contracts import IProve, IReadable
from provd.documents import Device
from provd.pipeline.case import Case
from provd.pipeline.placeholders import is_placeholder
from provd.values import Certified, Info, Inquiry, Level, Proof, Step, Testimony

WITNESS = "certificate"

ANOTHER = "its certificate is that of {certified}, and it says it is {claimed}: it is nobody that is known"
NOT_ITS = "its certificate is that of {certified}, and not of device {device}"
WORTHLESS = "the certificate of its connection is worth nothing: {why}"

_GOOD = "it proved that it holds the key of its certificate ({subject}, read as {authority})"
_REFUTES = "its certificate is that of another device: {certified}"
_BY_NUMBER = "its certificate names {certified} only, and of a device with a MAC address a serial number may be hearsay"


def worthless(shown: Certified) -> str:
    """Why a certificate says nothing of anybody; empty for a good one."""
    if shown.refused:
        return shown.refused
    for key, value in (("mac", shown.mac), ("sn", shown.sn)):
        if value and is_placeholder(key, value):
            return f"{value} names no single device"
    return "" if shown.mac or shown.sn else "it names no device"


def certified(case: Case, shown: Certified, info: Info) -> Info | None:
    """What is known of the device with what its certificate says; None where the two contradict each other."""
    if why := worthless(shown):
        case.note(Step.EXTRACT, WORTHLESS, why=why)
        return info
    facts = {
        key: value
        for key in ("mac", "sn", "vendor", "model")
        if (value := str(getattr(shown, key)))
    }
    case.testimonies += (Testimony(WITNESS, tuple(facts.items())),)
    key = "mac" if shown.mac else "sn"
    claimed = info.get(key)
    if claimed is not None and claimed != facts[key]:
        case.note(Step.EXTRACT, ANOTHER, certified=facts[key], claimed=claimed)
        return None
    if key == "sn" and "mac" in info:
        # Whose MAC address that is, is a claim; the number must not be written beside it.
        return info
    return {**facts, **info, **{name: facts[name] for name in ("mac", "sn") if name in facts}}


def is_its(shown: Certified, device: Device) -> bool:
    """Whether a device that was found may be the one of a good certificate, as it was before it asked."""
    if worthless(shown) or not shown.mac or device.mac == shown.mac:
        return True
    return not device.mac and bool(shown.sn) and device.sn == shown.sn


@implementer(IProve)
class ByCertificate:
    """The certificate of the connection, judged when it was shown.

    Its MAC address must be the device's.  One that names a serial number only proves nothing of a device
    that has a MAC address: updaters learn serial numbers from whoever asks under that address.
    """

    name = WITNESS

    def prove(
        self, inquiry: Inquiry, device: Device, _view: IReadable, *, keep: bool
    ) -> Proof | None:
        del keep
        shown = inquiry.certificate
        if shown is None:
            return None
        if why := worthless(shown):
            return Proof(Level.CLAIMED, self.name, "{why}", (("why", why),))
        named = shown.mac or shown.sn
        known = device.mac if shown.mac else device.sn
        if known == named and (shown.mac or not device.mac):
            fields = (("subject", shown.subject), ("authority", shown.authority))
            return Proof(Level.CERTIFICATE, self.name, _GOOD, fields)
        if shown.mac or (known and known != named):
            return Proof(Level.CLAIMED, self.name, _REFUTES, (("certified", named),), refutes=True)
        return Proof(Level.CLAIMED, self.name, _BY_NUMBER, (("certified", named),))
