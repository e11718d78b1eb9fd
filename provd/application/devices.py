"""What operators may do with devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from provd.application.changing import Patch, Proposal, patched
from provd.application.grades import GRADES, grades, require_own
from provd.application.lifecycle import drop_abandoned, require_deletable
from provd.application.listing import Listing, list_documents, resolving
from provd.application.precondition import ABSENT, UNCONDITIONAL, Precondition
from provd.application.readiness import Readiness
from provd.application.resolved import RESOLVED, Resolver
from provd.application.slices import Slices
from provd.application.writing import settled, with_secrets
from provd.contracts import IDocumentStore, IDraft
from provd.documents import (
    Device,
    Document,
    Query,
    Status,
    check_id,
    is_new,
    keep_what_the_server_manages,
    needs_reconfiguration,
    parse_device,
    to_dict,
)
from provd.documents.device import DERIVED_KEYS
from provd.values import NoSuchDocument

COLLECTION = "devices"

SHOWN_OF_STATUS = ("configured", "problems", "last_seen", "versions", "answers")
"""What of a device's status is shown with it."""

SERVER_KEPT = frozenset((*SHOWN_OF_STATUS, *DERIVED_KEYS, *GRADES, "revision"))
"""Keys of a shown device that a client may send back and that say nothing then."""


class Devices:
    """Devices, with what the server observed of each."""

    def __init__(
        self,
        store: IDocumentStore,
        readiness: Readiness,
        slices: Slices,
        new_id: Callable[[], str],
        own_tenant: str = "",
    ) -> None:
        """`own_tenant` is whose the devices are that nobody has taken yet."""
        self._store = store
        self._readiness = readiness
        self._slices = slices
        self._new_id = new_id
        self._own_tenant = own_tenant
        resolver = Resolver(store, readiness.base)
        self._derived = {RESOLVED: resolver.of_device} | {
            key: partial(self._observed, key) for key in SHOWN_OF_STATUS
        }
        self._derived["is_new"] = self._is_new

    async def list(self, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The devices a query is about.

        It may ask for what is observed (`configured`, `last_seen`, …) and for what a device's raw
        config comes to (`resolved.…`) as well.

        @raise MalformedSelector: the query's selector is none.
        @raise TooBroad: it resolves too many.
        """
        return await list_documents(
            self._store,
            COLLECTION,
            resolving(query, self._derived),
            self.shown,
            self._slices,
            fields,
        )

    async def get(self, device_id: str) -> dict[str, Any]:
        """One device as it is shown. @raise NoSuchDocument: there is none."""
        device = await settled(self._store, COLLECTION, device_id)
        if device is None:
            raise NoSuchDocument(COLLECTION, device_id)
        return self.shown(device)

    def shown(self, device: Document) -> dict[str, Any]:
        """A device with its status: the JSON object that clients see."""
        shown = to_dict(device)
        status = self._store.get("statuses", device.id)
        shown["is_new"] = self._is_new(device)
        shown["configured"] = False
        if status is not None:
            shown |= to_dict(status, SHOWN_OF_STATUS)
        return shown | grades(device, _errors(status))

    def _is_new(self, device: Document) -> bool:
        return is_new(device, self._own_tenant)

    def _observed(self, key: str, device: Document) -> Any:
        status = self._store.get("statuses", device.id)
        if status is None:
            return False if key == "configured" else None
        value = to_dict(status, (key,)).get(key)
        return bool(value) if key == "configured" else value

    def creating(self, given: Mapping[str, Any]) -> Proposal:
        """A new device, under its own id or one that is chosen.

        Proposing it raises `Invalid` with every problem, or `AlreadyThere`; committing it `KeyClaimed`.
        """
        device_id = given.get("id") or self._new_id()
        return self.replacing(device_id, given, ABSENT)

    def replacing(
        self, device_id: str, given: Mapping[str, Any], precondition: Precondition = UNCONDITIONAL
    ) -> Proposal:
        """A device in the place of the present one.

        Proposing it raises `NoSuchDocument` where there is none, and none was to be created, or
        `Invalid`, `AlreadyThere`, `PreconditionFailed`.

        @raise Invalid: that can be no id.
        """
        check_id(device_id, "device")
        op = "create" if precondition.absent else "replace"
        return self._changing(device_id, op, lambda _present: given, precondition)

    def patching(
        self,
        device_id: str,
        patch: Patch,
        precondition: Precondition = UNCONDITIONAL,
        *,
        hides: bool = False,
    ) -> Proposal:
        """A patch of a device; what is patched is the device as it is shown."""
        return self._changing(
            device_id, "patch", lambda present: patched(present, patch, hides=hides), precondition
        )

    def deleting(self, device_id: str, precondition: Precondition = UNCONDITIONAL) -> Proposal:
        """Forgetting a device, its status, and its transient config if nobody else has it.

        Proposing it raises `NoSuchDocument`, `PreconditionFailed`, `NotDeletable`.
        """

        def propose(draft: IDraft) -> None:
            device = _present(draft, device_id, precondition)
            require_deletable(COLLECTION, device)
            draft.delete(COLLECTION, device_id)
            if draft.get("statuses", device_id) is not None:
                draft.delete("statuses", device_id)
            drop_abandoned(draft, device, None)

        return Proposal(
            collection=COLLECTION,
            document_id=device_id,
            op="delete",
            propose=propose,
            insists=precondition.conditional,
        )

    def _changing(
        self,
        device_id: str,
        op: str,
        wanted: Callable[[dict[str, Any]], Mapping[str, Any]],
        precondition: Precondition,
    ) -> Proposal:
        def propose(draft: IDraft) -> None:
            before: Device | None = precondition.before_in(draft, COLLECTION, device_id)
            if before is not None:
                require_own(COLLECTION, before)
            present = self.shown(before) if before else {}
            given = with_secrets(wanted(present), present, "device")
            self._propose(draft, before, parse_device(_own(given), document_id=device_id))

        return Proposal(
            collection=COLLECTION,
            document_id=device_id,
            op=op,
            propose=propose,
            insists=precondition.conditional,
        )

    def _propose(self, draft: IDraft, before: Device | None, wanted: Device) -> None:
        device = keep_what_the_server_manages(wanted, before)
        draft.put(COLLECTION, device)
        if before is not None:
            drop_abandoned(draft, before, device)
        if needs_reconfiguration(before, device):
            draft.put("statuses", self._readiness.judge(device, draft))


NOT_LOOKED_AT = "nobody has looked yet whether everything is there to answer it"


def _errors(status: Status | None) -> Sequence[str]:
    """Why a device cannot be answered; a status that says so always says why."""
    if status is None or status.configured is None:
        return (NOT_LOOKED_AT,)
    return status.problems


def _own(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in SERVER_KEPT}


def _present(draft: IDraft, device_id: str, precondition: Precondition) -> Device:
    device: Device = precondition.present_in(draft, COLLECTION, device_id)
    require_own(COLLECTION, device)
    return device
