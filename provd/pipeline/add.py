"""Add: a device that nobody knows yet becomes a document of its own, within limits."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any
from uuid import UUID

from provd.contracts import IPlugins
from provd.documents import Device, preferences_in
from provd.documents.dhcp.subnet import Creates
from provd.pipeline.case import Case
from provd.pipeline.limits import CreationLimits
from provd.pipeline.stages import AbstractDeviceRetriever
from provd.values import IDENTITY_KEYS, Info, Protocol, Step
from provd.wire.dhcp import ClientKind, client_kind

CLOSED = (
    "devices that nobody knows are refused at present;"
    " `provd preferences set unknown_devices=create` lets them in"
)


def derived_uuid(inquiry_id: str, purpose: str) -> UUID:
    """An id that follows from the inquiry's own: a what-if names new documents as serving would."""
    digest = blake2b(f"{purpose}:{inquiry_id}".encode(), digest_size=16).digest()
    return UUID(bytes=digest, version=4)


class AddDeviceRetriever(AbstractDeviceRetriever):
    """Proposes a new device for an identity that no device has.

    An address is no identity, and a MAC address that only the kernel vouches for is one only where a
    plugin recognised the request and declares that its devices send nothing better.
    """

    def __init__(self, app: Any) -> None:
        """Use the facade's plugins, limits and tenant."""
        super().__init__(app)
        self._plugins: IPlugins = app.pg_mgr
        self._limits: CreationLimits = app.limits
        self._tenant: str = app.tenant
        self._app = app

    def look_up(self, case: Case, info: Info) -> Device | None:
        """The new device, as proposed; None with a note when it must not be."""
        facts = self._identity(case, info)
        if not facts or case.inquiry.holder:
            return None
        reason = self._why_not(case)
        if reason:
            case.refused = reason
            case.note(Step.LOOK_UP, "no device is created: {reason}", reason=reason)
            return None
        case.matched_by = "added"
        case.urgent = True
        return self._propose(case, info, facts)

    def _why_not(self, case: Case) -> str:
        """Why no device may be created now; empty when one may."""
        if preferences_in(case.draft).unknown_devices == "refuse":
            return CLOSED
        return self._limits.peek(case.inquiry.source, case.inquiry.arrived)

    def _propose(self, case: Case, info: Info, facts: Info) -> Device:
        device = Device(
            id=derived_uuid(case.inquiry.id, "device").hex,
            ip=info.get("ip"),
            mac=facts.get("mac"),
            sn=facts.get("sn"),
            uuid=facts.get("uuid"),
            vendor=info.get("vendor") or case.guess or None,
            model=info.get("model"),
            version=info.get("version"),
            added="auto",
            tenant=case.inquiry.tenant or self._tenant,
        )
        for key, value in facts.items():
            case.draft.claim("devices", key, value, device.id)
        case.draft.put("devices", device)
        return device

    def _identity(self, case: Case, info: Info) -> Info:
        if not self._is_wanted(case):
            return {}
        facts = {key: info[key] for key in IDENTITY_KEYS if key in info}
        if not facts and "neighbour" in info and self._address_suffices(case):
            facts = {"mac": info["neighbour"]}
        return {key: value for key, value in facts.items() if self._is_free(case, key, value)}

    def _is_wanted(self, case: Case) -> bool:
        """Whether whoever asks is made a device of: over DHCP everybody asks, watches and doorbells too.

        What another server passes on, without a packet, is about devices of the site.
        """
        inquiry = case.inquiry
        if inquiry.protocol is not Protocol.DHCP or inquiry.packet is None:
            return bool(case.testimonies) or inquiry.protocol is Protocol.DHCP
        creates: Creates = self._app.creates(inquiry)
        if creates is Creates.RECOGNISED:
            return bool(case.testimonies) or client_kind(inquiry.packet) is not ClientKind.PLAIN
        return creates is Creates.ALL

    def _address_suffices(self, case: Case) -> bool:
        for testimony in case.testimonies:
            plugin = self._plugins.get(testimony.witness)
            if plugin is None or case.inquiry.protocol not in plugin.by_address:
                return False
        return True

    def _is_free(self, case: Case, key: str, value: str) -> bool:
        holders = case.draft.by("devices", key, value)
        if not holders:
            return True
        case.note(
            Step.LOOK_UP,
            "{key} {value} belongs to device {device}: the new device does without it",
            key=key,
            value=value,
            device=holders[0].id,
        )
        return False
