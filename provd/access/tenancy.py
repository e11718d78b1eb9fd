"""A store as one tenant's people see it: what is not theirs is not there, whatever way they ask.

Everything that a use case does goes through a store and its drafts.  So a use case over this store
needs to know nothing of tenants, and none can forget to ask.

Theirs are devices, configs and provisioning keys of their tenants, and rights on those devices, their
credentials and their one-time URLs.  Configs of the site (of no tenant) may be read and inherited from, but
not changed; they are not listed.  One that was made for a single device is there for whoever has that
device, and goes with it; nobody else learns of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.access.errors import NotToBeHad, SiteOwned
from provd.access.guesses import Guesses
from provd.contracts import ICollection, IDocumentStore, IDraft, IFeed
from provd.documents import Config, Device, Document, Kind, Page, Query
from provd.values import (
    Committed,
    DraftRefused,
    Invalid,
    KeyClaimed,
    NoSuchDocument,
    Problem,
)

OWNED = frozenset({"devices", "configs", "rights", "keys", "credentials", "url-tokens"})
"""Collections whose documents have owners."""

KEPT_WITH = frozenset({"statuses", "synchronizations"})
"""Collections whose documents belong to whoever the device of their id belongs to."""

INTERNAL = frozenset({"audit", "receipts"})
"""What use cases keep beside: written through, and shown by routes that a tenant's people have not got."""

log = Logger("provd.access")


class Tenancy:
    """Which documents are some tenants', and what they may ask for."""

    def __init__(self, tenants: frozenset[str], store: Any, guesses: Guesses) -> None:
        self.tenants = tenants
        self._store = store
        self._guesses = guesses

    def require_fair(self, kind: Kind, document: Any, before: Any) -> None:
        """Let a document have the values that only one may hold.

        @raise TooManyClaims: too many were asked for that others hold; free ones are refused alike.
        """
        for field in kind.unique:
            wanted = getattr(document, field)
            if wanted and (before is None or wanted != getattr(before, field)):
                self._guesses.require(self.tenants)

    def refusal(self, claimed: KeyClaimed, cause: str) -> DraftRefused:
        """What they are told of a value that somebody holds: of others' documents, only that much."""
        if self.seen(claimed.collection, self._store.get(claimed.collection, claimed.holder)):
            return claimed
        self._guesses.told(self.tenants)
        log.warn(
            "{cause}: tenants {tenants} were refused {field} {value}, which another's document has",
            cause=cause,
            tenants=", ".join(sorted(self.tenants)),
            field=claimed.field,
            value=claimed.value,
        )
        return NotToBeHad(claimed.collection, claimed.field, claimed.value)

    def owns(self, collection: str, document: Document | None) -> bool:
        """Whether a document is theirs to change."""
        return collection in OWNED and document is not None and document.tenant in self.tenants

    def sees(self, collection: str, document: Any) -> bool:
        """Whether a document is there for them."""
        if document is None:
            return False
        if collection in KEPT_WITH:
            return self.owns("devices", self._store.get("devices", document.id))
        if collection in INTERNAL or self.owns(collection, document):
            return True
        if collection != "configs" or document.tenant:
            return False
        return not document.transient or self._have(document)

    def _have(self, config: Config) -> bool:
        """Whether a device of theirs has a config."""
        having = self._store.by("devices", "config", config.id)
        return any(self.owns("devices", each) for each in having)

    def seen(self, collection: str, document: Any) -> Any:
        """The document, or None."""
        return document if self.sees(collection, document) else None


@implementer(IDraft)
class TenantDraft:
    """A draft on which they propose; `whole` is what will be committed."""

    def __init__(self, whole: IDraft, tenancy: Tenancy, kinds: Mapping[str, Kind]) -> None:
        self.whole = whole
        self._tenancy = tenancy
        self._kinds = kinds

    @property
    def cause(self) -> str:
        return str(self.whole.cause)

    @property
    def urgent(self) -> bool:
        return bool(self.whole.urgent)

    @property
    def changed(self) -> bool:
        return bool(self.whole.changed)

    def get(self, collection: str, document_id: str) -> Any:
        return self._tenancy.seen(collection, self.whole.get(collection, document_id))

    def by(self, collection: str, field: str, value: str) -> tuple[Any, ...]:
        found = self.whole.by(collection, field, value)
        return tuple(each for each in found if self._tenancy.sees(collection, each))

    def position(self, collection: str) -> int:
        return self.whole.position(collection)

    def read(self, collection: str, document_id: str) -> Any:
        return self._tenancy.seen(collection, self.whole.read(collection, document_id))

    def rely_on(self, collection: str) -> None:
        self.whole.rely_on(collection)

    def claim(self, collection: str, field: str, value: str, holder: str) -> None:
        self.whole.claim(collection, field, value, holder)

    def proposals(self) -> tuple[tuple[str, Document | None, Document | None], ...]:
        return self.whole.proposals()

    def put(self, collection: str, document: Document, *, urgent: bool = True) -> Document:
        """Propose a document of theirs; a new one is theirs if it names no tenant.

        @raise NoSuchDocument, SiteOwned: it is not theirs to change.
        @raise Invalid: it would be another tenant's, or refers to what is not there for them.
        @raise TooManyClaims: they asked too often for what others have.
        """
        before = self.whole.get(collection, document.id)
        if collection in OWNED:
            document = self._owned(collection, document, before)
            self._tenancy.require_fair(self._kinds[collection], document, before)
        elif collection in KEPT_WITH:
            self._require_owned("devices", document.id)
        return self.whole.put(collection, document, urgent=urgent)

    def delete(self, collection: str, document_id: str) -> None:
        """Propose that a document of theirs goes; with a device, the site's config made for it.

        That one stays, without a word, where others have it as well, whom they do not see.

        @raise NoSuchDocument, SiteOwned: it is not theirs.
        """
        document = self.get(collection, document_id)
        if collection in KEPT_WITH:
            if document is None:
                raise NoSuchDocument(collection, document_id)
        elif not self._is_left(collection, document):
            self._require_owned(collection, document_id)
        elif self._is_used(document_id):
            return
        self.whole.delete(collection, document_id)

    def _is_left(self, collection: str, document: Any) -> bool:
        """Whether it is a config of the site made for one device, and this draft takes it from that."""
        if not isinstance(document, Config) or not document.transient or document.tenant:
            return False
        return any(
            where == "devices"
            and getattr(before, "config", "") == document.id != getattr(after, "config", "")
            for where, before, after in self.whole.proposals()
        )

    def _is_used(self, config_id: str) -> bool:
        """Whether any device or config, whosever it is, refers to a config after this draft."""
        having = self.whole.by("devices", "config", config_id)
        return bool(having or self.whole.by("configs", "parent_ids", config_id))

    def _require_owned(self, collection: str, document_id: str) -> None:
        present = self.whole.get(collection, document_id)
        if self._tenancy.owns(collection, present):
            return
        if self._tenancy.sees(collection, present):
            raise SiteOwned(collection, document_id)
        raise NoSuchDocument(collection, document_id)

    def _owned(self, collection: str, document: Document, before: Any) -> Document:
        if before is not None:
            self._require_owned(collection, document.id)
        tenants = self._tenancy.tenants
        tenant = document.tenant or (before.tenant if before is not None else "")
        if not tenant and len(tenants) == 1:
            (tenant,) = tenants
        if tenant not in tenants:
            told = "is missing" if not tenant else "is none of yours"
            raise Invalid(collection, (Problem("tenant", told, ", ".join(sorted(tenants))),))
        document = replace(document, tenant=tenant)
        self._require_references(collection, document, before)
        return document

    def _require_references(self, collection: str, document: Any, before: Any) -> None:
        """What they refer to is there for them: else inheriting would show it, or that it exists."""
        known = set(_references(before))
        problems = [
            Problem(path, f"{config_id[:64]!r} is no config that you can see", "one of yours")
            for path, config_id in _references(document)
            if (path, config_id) not in known and self.get("configs", config_id) is None
        ]
        if problems:
            raise Invalid(collection, problems)


def _references(document: Any) -> list[tuple[str, str]]:
    """Path and id of each config that a document refers to."""
    if isinstance(document, Config):
        return [(f"parent_ids.{at}", each) for at, each in enumerate(document.parent_ids)]
    if isinstance(document, Device) and document.config:
        return [("config", document.config)]
    return []


@implementer(ICollection)
class TenantCollection:
    """One collection, as they see it."""

    def __init__(self, whole: ICollection, tenancy: Tenancy) -> None:
        self._whole = whole
        self._tenancy = tenancy
        self.name = str(whole.name)

    @property
    def position(self) -> int:
        return int(self._whole.position)

    def get(self, document_id: str) -> Document | None:
        found: Document | None = self._tenancy.seen(self.name, self._whole.get(document_id))
        return found

    def by(self, field: str, value: str) -> tuple[Document, ...]:
        found = self._whole.by(field, value)
        return tuple(each for each in found if self._tenancy.sees(self.name, each))

    def __len__(self) -> int:
        return sum(1 for _each in self)

    def __iter__(self) -> Iterator[Document]:
        return (each for each in self._whole if self._tenancy.sees(self.name, each))

    def find(self, query: Query) -> Deferred[Page]:
        """Documents of theirs; of collections that have no owners, none."""
        selector = dict(query.selector)
        if self.name in OWNED:
            selector["tenant"] = _among(selector.get("tenant", ...), self._tenancy.tenants)
        else:
            selector["id"] = {"$in": []}
        return self._whole.find(replace(query, selector=selector))


def _among(asked: Any, tenants: frozenset[str]) -> Mapping[str, Any]:
    """A condition on the tenant that is what was asked and among these."""
    if asked is ...:
        return {"$in": sorted(tenants)}
    if isinstance(asked, Mapping) and any(str(key).startswith("$") for key in asked):
        wanted = asked.get("$in")
        allowed = [
            each for each in sorted(tenants) if not isinstance(wanted, list) or each in wanted
        ]
        return {**asked, "$in": allowed}
    return {"$in": [each for each in sorted(tenants) if each == asked]}


@implementer(IDocumentStore)
class TenantStore:
    """A store, as they see it."""

    def __init__(self, whole: IDocumentStore, tenants: frozenset[str], guesses: Guesses) -> None:
        """`guesses` is shared by all stores of all tenants."""
        self._whole = whole
        self._tenancy = Tenancy(tenants, whole, guesses)

    @property
    def feed(self) -> IFeed:
        return self._whole.feed  # type: ignore[no-any-return]  # an Attribute says no type

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return self._whole.kinds  # type: ignore[no-any-return]  # an Attribute says no type

    @property
    def pending(self) -> bool:
        return bool(self._whole.pending)

    def get(self, collection: str, document_id: str) -> Any:
        return self._tenancy.seen(collection, self._whole.get(collection, document_id))

    def by(self, collection: str, field: str, value: str) -> tuple[Any, ...]:
        found = self._whole.by(collection, field, value)
        return tuple(each for each in found if self._tenancy.sees(collection, each))

    def position(self, collection: str) -> int:
        return self._whole.position(collection)

    def collection(self, name: str) -> ICollection:
        return TenantCollection(self._whole.collection(name), self._tenancy)

    def draft(self, cause: str) -> IDraft:
        return TenantDraft(self._whole.draft(cause), self._tenancy, self.kinds)

    def refusal(self, draft: IDraft) -> DraftRefused | None:
        refusal = self._whole.refusal(_whole(draft))
        if isinstance(refusal, KeyClaimed):
            return self._tenancy.refusal(refusal, draft.cause)
        return refusal

    def commit(self, draft: IDraft) -> Deferred[Committed]:
        """Commit what was proposed; of a value that another tenant holds they hear that it is not to be had."""

        def refused(failure: Failure) -> Failure:
            if isinstance(failure.value, KeyClaimed):
                raise self._tenancy.refusal(failure.value, draft.cause)
            return failure

        return self._whole.commit(_whole(draft)).addErrback(refused)

    def durable(self, committed: Committed) -> Deferred[None]:
        return self._whole.durable(committed)

    def awaited(self, collection: str, document_id: str) -> Deferred[None] | None:
        return self._whole.awaited(collection, document_id)

    def unavailable(self) -> str:
        return self._whole.unavailable()

    def quarantined(self) -> tuple[str, ...]:
        return ()

    def close(self) -> Deferred[None]:
        return self._whole.close()


def _whole(draft: IDraft) -> IDraft:
    """What will be committed. @raise TypeError: another store's draft; a caller's defect."""
    if isinstance(draft, TenantDraft):
        return draft.whole
    raise TypeError(f"a tenant's store commits its own drafts, not {draft!r}")
