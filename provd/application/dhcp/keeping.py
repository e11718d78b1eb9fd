"""Keeping what an answer promises: the lease, its history, and the address of the device, together."""

from __future__ import annotations

from msgspec.structs import replace
from twisted.internet.defer import Deferred

from provd.contracts import IDocumentStore, IDraft
from provd.values import Committed, Decision, Judgement, Verb
from provd.wire.dhcp import format_address


class Keeping:
    """Writes leases: one draft for one answer."""

    def __init__(self, store: IDocumentStore) -> None:
        """Write to `store`."""
        self._store = store

    def keep(self, decision: Decision, judgement: Judgement) -> Deferred[Committed]:
        """Write what a judgement says; fires when memory has it.

        Fails with `StoreUnavailable`, and with `DraftRefused` where somebody else wrote in between: nothing
        was written then, and policy is to judge again.
        """
        draft = self._store.draft(decision.inquiry.id)
        if judgement.lease is not None:
            draft.put("leases", judgement.lease)
        for tenure in judgement.tenures:
            draft.put("tenures", tenure)
        for lease in judgement.forget:
            draft.delete("leases", lease.id)
        if judgement.verb is Verb.ACK and judgement.lease is not None:
            self._follow(draft, decision, format_address(judgement.address))
        return self._store.commit(draft)

    def _follow(self, draft: IDraft, decision: Decision, address: str) -> None:
        """The device has this address from now on, and no other device has."""
        device = decision.device
        for other in self._store.by("devices", "ip", address):
            if device is None or other.id != device.id:
                draft.put("devices", replace(other, ip=None), urgent=False)
        if device is None:
            return
        known = draft.get("devices", device.id)
        if known is not None and known.ip != address:
            decision.device = draft.put("devices", replace(known, ip=address), urgent=False)
