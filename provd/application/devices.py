"""What operators may do with devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from provd.application.lifecycle import drop_abandoned, require_deletable
from provd.application.listing import Listing, list_documents, show, wait_until_kept
from provd.application.merge_patch import merge_patch
from provd.application.precondition import ABSENT, UNCONDITIONAL, Precondition
from provd.application.readiness import Readiness
from provd.application.slices import Slices
from provd.application.writing import settled, with_secrets, write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import (
    Device,
    Document,
    Query,
    check_id,
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

SERVER_KEPT = frozenset((*SHOWN_OF_STATUS, *DERIVED_KEYS, "revision"))
"""Keys of a shown device that a client may send back and that say nothing then."""


class Devices:
    """Devices, with what the server observed of each."""

    def __init__(
        self,
        store: IDocumentStore,
        readiness: Readiness,
        slices: Slices,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._readiness = readiness
        self._slices = slices
        self._new_id = new_id

    async def list(
        self, query: Query, fields: Sequence[str] = (), *, configured: bool | None = None
    ) -> Listing:
        """The devices a query is about, with `configured` only those that are so or not so.

        @raise MalformedSelector: the query's selector is none.
        """
        if configured is not None:
            return await self._list_configured(query, fields, wanted=configured)
        return await list_documents(
            self._store, COLLECTION, query, self.shown, self._slices, fields
        )

    async def _list_configured(
        self, query: Query, fields: Sequence[str], *, wanted: bool
    ) -> Listing:
        ready = await self._store.collection("statuses").find(Query(selector={"configured": True}))
        ids = {status.id for status in ready.documents}
        everything = replace(query, skip=0, limit=0)
        found = await self._store.collection(COLLECTION).find(everything)
        chosen = [
            device
            async for device in self._slices.over(found.documents)
            if (device.id in ids) is wanted
        ]
        window = chosen[query.skip : query.skip + query.limit if query.limit else None]
        await wait_until_kept(self._store, COLLECTION, window, self._slices)
        return Listing(len(chosen), show(window, self.shown, fields))

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
        shown["configured"] = False
        if status is not None:
            shown |= to_dict(status, SHOWN_OF_STATUS)
        return shown

    async def create(self, given: Mapping[str, Any], cause: str) -> dict[str, Any]:
        """Create a device, under its own id or a new one.

        @raise Invalid: it is none; with every problem.
        @raise AlreadyThere, KeyClaimed: its id or its MAC address is taken.
        """
        device_id = given.get("id") or self._new_id()
        return await self.replace(device_id, given, cause, ABSENT)

    async def replace(
        self,
        device_id: str,
        given: Mapping[str, Any],
        cause: str,
        precondition: Precondition = UNCONDITIONAL,
    ) -> dict[str, Any]:
        """Put a device in the place of the present one.

        @raise NoSuchDocument: there is none, and none was to be created.
        @raise Invalid, AlreadyThere, PreconditionFailed, KeyClaimed, RevisionConflict:
        nothing was changed.
        """
        check_id(device_id, "device")
        return await self._change(device_id, lambda _present: given, cause, precondition)

    async def patch(
        self,
        device_id: str,
        patch: Mapping[str, Any],
        cause: str,
        precondition: Precondition = UNCONDITIONAL,
    ) -> dict[str, Any]:
        """Merge a patch (RFC 7396) into a device. Raises as `replace` does."""
        return await self._change(
            device_id, lambda present: merge_patch(present, patch), cause, precondition
        )

    async def delete(
        self, device_id: str, cause: str, precondition: Precondition = UNCONDITIONAL
    ) -> None:
        """Forget a device, its status, and its transient config if nobody else has it.

        @raise NoSuchDocument, PreconditionFailed, NotDeletable: nothing was changed.
        """

        def propose(draft: IDraft) -> None:
            device = _present(draft, device_id, precondition)
            require_deletable(COLLECTION, device)
            draft.delete(COLLECTION, device_id)
            if draft.get("statuses", device_id) is not None:
                draft.delete("statuses", device_id)
            drop_abandoned(draft, device, None)

        await write(self._store, cause, propose, retry=not precondition.conditional)

    async def _change(
        self,
        device_id: str,
        wanted: Callable[[dict[str, Any]], Mapping[str, Any]],
        cause: str,
        precondition: Precondition,
    ) -> dict[str, Any]:
        def propose(draft: IDraft) -> None:
            before = _before(draft, device_id, precondition)
            present = to_dict(before) if before else {}
            given = with_secrets(wanted(present), present, "device")
            self._propose(draft, before, parse_device(_own(given), document_id=device_id))

        await write(self._store, cause, propose, retry=not precondition.conditional)
        return await self.get(device_id)

    def _propose(self, draft: IDraft, before: Device | None, wanted: Device) -> None:
        device = keep_what_the_server_manages(wanted, before)
        draft.put(COLLECTION, device)
        if before is not None:
            drop_abandoned(draft, before, device)
        if needs_reconfiguration(before, device):
            draft.put("statuses", self._readiness.judge(device, draft))


def _own(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in SERVER_KEPT}


def _present(draft: IDraft, device_id: str, precondition: Precondition) -> Device:
    device: Device | None = draft.read(COLLECTION, device_id)
    precondition.check(COLLECTION, device_id, device)
    if device is None:
        raise NoSuchDocument(COLLECTION, device_id)
    return device


def _before(draft: IDraft, device_id: str, precondition: Precondition) -> Device | None:
    """The device that is to be changed; None only when there was to be none."""
    if not precondition.absent:
        return _present(draft, device_id, precondition)
    precondition.check(COLLECTION, device_id, draft.read(COLLECTION, device_id))
    return None
