"""Which enrolments are open, found by device and tenant: as many as there are, a look-up costs the same."""

from __future__ import annotations

from typing import Any

from provd.application.serving.networks import Networks
from provd.contracts import ICollection
from provd.documents import Device, Enrolment

_EVERYBODY = ("", "")


class OpenEnrolments:
    """The enrolments of a site, sorted by whose they are."""

    def __init__(self, enrolments: ICollection) -> None:
        self._enrolments = enrolments
        self._position = -1
        self._of: dict[tuple[str, str], list[tuple[Enrolment, Networks]]] = {}

    def open_for(self, device: Device | None, tenant: str, address: str, now: float) -> str:
        """The id of one that is open for a device that asks from an address; empty where none is.

        `tenant` is that of whoever is no device yet.
        """
        if self._enrolments.position != self._position:
            self._sort()
        if not self._of:
            return ""
        if device is not None:
            tenant = device.tenant
            found = self._among((device.id, ""), address, now)
            if found:
                return found
        found = self._among(("", tenant), address, now) if tenant else ""
        return found or self._among(_EVERYBODY, address, now)

    def _sort(self) -> None:
        self._position = self._enrolments.position
        self._of = {}
        every: Any = self._enrolments
        for enrolment in every:
            whose = (enrolment.device, "" if enrolment.device else enrolment.tenant)
            self._of.setdefault(whose, []).append((enrolment, Networks(enrolment.networks)))

    def _among(self, whose: tuple[str, str], address: str, now: float) -> str:
        for enrolment, networks in self._of.get(whose, ()):
            # A clock that was set back to before it was opened leaves it closed.
            if enrolment.opened <= now < enrolment.until and (
                not networks or networks.hold(address)
            ):
                return enrolment.id
        return ""
