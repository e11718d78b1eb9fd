"""What operators may do with devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar

from provd.application.collection import Editable
from provd.application.grades import Grades
from provd.application.lifecycle import drop_abandoned, drop_secrets
from provd.application.readiness import Readiness
from provd.application.resolved import RESOLVED, Resolver
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IDraft
from provd.documents import (
    DEVICES,
    LEASES,
    SYNCHRONIZATIONS,
    Device,
    Document,
    Kind,
    Lease,
    Status,
    is_new,
    keep_what_the_server_manages,
    needs_reconfiguration,
    to_dict,
)
from provd.documents.device import DERIVED_KEYS
from provd.documents.synchronization import shown as shown_synchronization

SHOWN_OF_STATUS = (
    *("configured", "problems", "last_seen", "versions", "wanted", "answers"),
    *("dhcp_seen", "vendor_class"),
)
"""What of a device's status is shown with it."""

OF_LEASE = ("id", "state", "until", "subnet", "hostname")
"""What of a device's lease is shown with it."""

NOT_LOOKED_AT = "nobody has looked yet whether everything is there to answer it"


class Devices(Editable[Device]):
    """Devices, with what the server observed of each; one takes the config made for it alone along."""

    kind: ClassVar[Kind] = DEVICES
    told: ClassVar[frozenset[str]] = frozenset((*SHOWN_OF_STATUS, *DERIVED_KEYS, "lease"))

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        new_id: Callable[[], str],
        readiness: Readiness,
        own_tenant: str = "",
        grades: Grades | None = None,
    ) -> None:
        """`own_tenant` is whose the devices are that nobody has taken yet."""
        super().__init__(store, slices, new_id, grades=grades)
        self._readiness = readiness
        self._own_tenant = own_tenant
        self.derived = {
            RESOLVED: Resolver(store, readiness.base).of_device,
            "is_new": self._is_new,
            **{key: partial(self._observed, key) for key in SHOWN_OF_STATUS},
        }

    def beside(self, document: Device) -> dict[str, Any]:
        """What was observed of it, its lease, and how far its last synchronization is."""
        status = self._status(document)
        observed = to_dict(status, SHOWN_OF_STATUS) if status is not None else {}
        leases = self._store.by(LEASES.name, "device", document.id)
        if leases:
            lease: Lease = max(leases, key=attrgetter("until"))
            observed["lease"] = {key: getattr(lease, key) for key in OF_LEASE}
        synchronization = self._store.get(SYNCHRONIZATIONS.name, document.id)
        if synchronization is not None:
            observed["synchronization"] = shown_synchronization(synchronization)
        return {"is_new": self._is_new(document), "configured": False} | observed

    def errors(self, document: Device) -> Sequence[str]:
        """Why it cannot be answered; a status that says so always says why."""
        if missing := super().errors(document):
            return missing
        status = self._status(document)
        if status is None or status.configured is None:
            return (NOT_LOOKED_AT,)
        return status.problems

    def keep(self, wanted: Device, before: Device | None) -> Device:
        """Its tenant, too, and what it was seen to run with."""
        return keep_what_the_server_manages(wanted, before)

    def put(self, draft: IDraft, before: Device | None, after: Device) -> None:
        """With what the server finds of it now."""
        super().put(draft, before, after)
        if before is not None:
            drop_abandoned(draft, before, after)
        if needs_reconfiguration(before, after):
            draft.put("statuses", self._readiness.judge(after, draft))

    def drop(self, draft: IDraft, document: Device) -> None:
        """With what the server knows of it, and what proves that it is the one."""
        super().drop(draft, document)
        drop_secrets(draft, document.id)
        for collection in ("statuses", SYNCHRONIZATIONS.name):
            if draft.get(collection, document.id) is not None:
                draft.delete(collection, document.id)
        drop_abandoned(draft, document, None)

    def _status(self, device: Document) -> Status | None:
        status: Status | None = self._store.get("statuses", device.id)
        return status

    def _is_new(self, device: Document) -> bool:
        return is_new(device, self._own_tenant)

    def _observed(self, key: str, device: Document) -> Any:
        status = self._status(device)
        value = to_dict(status, (key,)).get(key) if status is not None else None
        return bool(value) if key == "configured" else value
