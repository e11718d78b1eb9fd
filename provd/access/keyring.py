"""The provisioning keys of all tenants, as requests need them: one look-up, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from provd.contracts import IDocumentStore
from provd.documents import ProvisioningKey, digest_of_secret
from provd.values import Change

COLLECTION = "keys"


class Keyring:
    """Follows the documents."""

    def __init__(self, store: IDocumentStore, own_tenant: str = "") -> None:
        """`own_tenant` is whose a key is that names no tenant, as it is of such devices."""
        self._store = store
        self._own = own_tenant
        self._keys: dict[str, dict[str, ProvisioningKey]] = {}
        self._sorted: dict[str, tuple[ProvisioningKey, ...]] = {}
        """Of each tenant, the one that began last first."""
        for key in store.collection(COLLECTION):
            assert isinstance(key, ProvisioningKey)  # noqa: S101 - what the collection holds
            self._keys.setdefault(self.tenant_of(key), {})[key.id] = key
        # What devices are told must be there after a crash.
        store.feed.subscribe("provisioning keys", [COLLECTION], self._told, durable=True)

    def tenant_of(self, document: ProvisioningKey) -> str:
        """Whose a key is."""
        return self.or_own(document.tenant)

    def or_own(self, tenant: str) -> str:
        """A tenant; the installation's own where none is named."""
        return tenant or self._own

    def find(self, text: str) -> ProvisioningKey | None:
        """The key that a text is, good at this time or not."""
        found: Sequence[ProvisioningKey] = self._store.by(
            COLLECTION, "digest", digest_of_secret(text)
        )
        return found[0] if found else None

    def any_good(self, now: float) -> bool:
        """Whether anybody has a key that is good."""
        return any(key.good(now) for keys in self._keys.values() for key in keys.values())

    def current(self, tenant: str, now: float) -> str:
        """The key that a tenant's devices are told: of those that are good, the one that began last.

        Empty where there is none.
        """
        tenant = self.or_own(tenant)
        if tenant not in self._keys:
            return ""
        keys = self._sorted.get(tenant)
        if keys is None:
            order = attrgetter("begins", "revision", "id")
            keys = tuple(sorted(self._keys[tenant].values(), key=order, reverse=True))
            self._sorted[tenant] = keys
        return next((key.secret for key in keys if key.good(now)), "")

    def _told(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.before is not None:
                self._forget(change.before)
            if change.after is not None:
                tenant = self.tenant_of(change.after)
                self._keys.setdefault(tenant, {})[change.document_id] = change.after
                self._sorted.pop(tenant, None)

    def _forget(self, key: ProvisioningKey) -> None:
        tenant = self.tenant_of(key)
        self._sorted.pop(tenant, None)
        keys = self._keys.get(tenant, {})
        keys.pop(key.id, None)
        if not keys:
            self._keys.pop(tenant, None)
