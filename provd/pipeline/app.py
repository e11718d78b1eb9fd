"""`app`, as classes in pipeline files know it: it proposes on the draft of the inquiry.

Nothing asked of it touches the store: an inserted device is in the draft, later steps of the same
inquiry see it, and a what-if throws it away.  Its answers are Deferreds that have fired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred, fail, succeed

from provd.contracts import IPlugins
from provd.documents import autocreated, parse_config, parse_device, to_dict
from provd.documents.dhcp.subnet import Creates
from provd.pipeline.add import derived_uuid
from provd.pipeline.case import Case
from provd.pipeline.limits import CreationLimits
from provd.pipeline.look_up import INDEXED
from provd.values import Inquiry, MalformedSelector, NoSuchDocument, NotReady


class DraftApp:
    """The facade; one per pipeline, pointed at one case at a time."""

    def __init__(
        self, plugins: IPlugins, limits: CreationLimits, *, nat: bool = False, tenant: str = ""
    ) -> None:
        """Offer what pipeline files compose with."""
        self.pg_mgr = plugins
        self.limits = limits
        self.nat = nat
        self.tenant = tenant
        self.creates: Callable[[Inquiry], Creates] = lambda _inquiry: Creates.RECOGNISED
        """Over DHCP: of whom a subnet has devices made."""
        self._case: Case | None = None

    @property
    def case(self) -> Case:
        """The case being decided.

        @raise NotReady: none is; the caller kept `app` beyond its turn.
        """
        if self._case is None:
            raise NotReady("app", "it can only propose while its inquiry is being decided")
        return self._case

    def open(self, case: Case | None) -> None:
        """Point at a case; None closes."""
        self._case = case

    # What native stages ask.

    def create_config(self, case: Case) -> str | None:
        """Propose a config made from the autocreate config; its id, or None when there is no such."""
        templates = case.draft.by("configs", "role", "autocreate")
        if not templates:
            return None
        template = min(templates, key=_by_id)
        config = autocreated(template, str(derived_uuid(case.inquiry.id, "config")))
        if config is None:
            return None
        case.draft.put("configs", config)
        return config.id

    # What foreign classes ask.

    def cfg_create_new(self) -> Deferred[str | None]:
        """Propose a config made from the autocreate config."""
        return succeed(self.create_config(self.case))

    def dev_insert(self, device: Mapping[str, Any]) -> Deferred[str]:
        """Propose a new device; fires with its id."""
        return self._insert("devices", parse_device, "device", device)

    def dev_update(
        self, device: Mapping[str, Any], pre_update_hook: object = None
    ) -> Deferred[None]:
        """Propose that a device is replaced."""
        del pre_update_hook
        return self._update("devices", parse_device, device)

    def dev_delete(self, device_id: str) -> Deferred[None]:
        """Propose that a device goes."""
        return self._delete("devices", device_id)

    def dev_retrieve(self, device_id: str) -> Deferred[dict[str, Any] | None]:
        """The device, or None."""
        return self._retrieve("devices", device_id)

    def dev_find(self, selector: Mapping[str, Any]) -> Deferred[list[dict[str, Any]]]:
        """Devices by equality on indexed keys."""
        try:
            return succeed([to_dict(device) for device in self._find(selector)])
        except MalformedSelector:
            return fail()

    def dev_find_one(self, selector: Mapping[str, Any]) -> Deferred[dict[str, Any] | None]:
        """The first device found, or None."""
        return self.dev_find(selector).addCallback(lambda found: found[0] if found else None)

    def cfg_insert(self, config: Mapping[str, Any]) -> Deferred[str]:
        """Propose a new config; fires with its id."""
        return self._insert("configs", parse_config, "config", config)

    def cfg_update(self, config: Mapping[str, Any]) -> Deferred[None]:
        """Propose that a config is replaced."""
        return self._update("configs", parse_config, config)

    def cfg_delete(self, config_id: str) -> Deferred[None]:
        """Propose that a config goes."""
        return self._delete("configs", config_id)

    def cfg_retrieve(self, config_id: str) -> Deferred[dict[str, Any] | None]:
        """The config, or None."""
        return self._retrieve("configs", config_id)

    def _insert(
        self,
        collection: str,
        parse: Callable[[Mapping[str, Any]], Any],
        noun: str,
        given: Mapping[str, Any],
    ) -> Deferred[str]:
        new_id = given.get("id") or derived_uuid(self.case.inquiry.id, noun).hex
        return succeed(self.case.draft.put(collection, parse({**given, "id": new_id})).id)

    def _update(
        self, collection: str, parse: Callable[[Mapping[str, Any]], Any], given: Mapping[str, Any]
    ) -> Deferred[None]:
        document = parse(given)
        known = self.case.draft.get(collection, document.id)
        if known is None:
            return fail(NoSuchDocument(collection, document.id))
        self.case.draft.put(collection, replace(document, revision=known.revision))
        return succeed(None)

    def _delete(self, collection: str, document_id: str) -> Deferred[None]:
        try:
            self.case.draft.delete(collection, document_id)
        except NoSuchDocument:
            return fail()
        return succeed(None)

    def _retrieve(self, collection: str, document_id: str) -> Deferred[dict[str, Any] | None]:
        found = self.case.draft.get(collection, document_id)
        return succeed(None if found is None else to_dict(found))

    def _find(self, selector: Mapping[str, Any]) -> list[Any]:
        keys = [key for key in selector if key in INDEXED]
        if not keys or any(not isinstance(value, str) for value in selector.values()):
            raise MalformedSelector(
                "", f"pipeline files find devices by equality on at least one of {sorted(INDEXED)}"
            )
        candidates = self.case.draft.by("devices", keys[0], selector[keys[0]])
        return [
            device
            for device in sorted(candidates, key=_by_id)
            if all(getattr(device, key, None) == value for key, value in selector.items())
        ]


def _by_id(document: Any) -> str:
    return document.id  # type: ignore[no-any-return]  # ids are text
