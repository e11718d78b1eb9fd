"""What operators may do with configs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from provd.application.changing import Patch, Proposal, patched
from provd.application.grades import GRADES, grades, require_own
from provd.application.lifecycle import require_deletable
from provd.application.listing import Listing, list_documents, resolving
from provd.application.precondition import ABSENT, UNCONDITIONAL, Precondition
from provd.application.readiness import BaseRawConfig
from provd.application.resolved import RESOLVED, Resolver
from provd.application.slices import Slices
from provd.application.writing import settled, with_secrets
from provd.contracts import IDocumentStore, IDraft
from provd.documents import (
    Config,
    Document,
    Query,
    check_id,
    explain,
    flatten,
    linearize,
    parse_config,
    to_dict,
)
from provd.values import NoSuchDocument

COLLECTION = "configs"


class Configs:
    """Configs, and what each comes to over its parents.

    A change is told as soon as it is kept; whether the devices that inherit from it are still
    configured is looked at afterwards (see `revalidation`).
    """

    def __init__(
        self,
        store: IDocumentStore,
        base: BaseRawConfig,
        slices: Slices,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._base = base
        self._slices = slices
        self._new_id = new_id
        self._derived = {RESOLVED: Resolver(store, base).of_config}

    async def list(self, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The configs a query is about; it may ask for what they come to (`resolved.…`) as well.

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

    async def get(self, config_id: str) -> dict[str, Any]:
        """One config. @raise NoSuchDocument: there is none."""
        config = await settled(self._store, COLLECTION, config_id)
        if config is None:
            raise NoSuchDocument(COLLECTION, config_id)
        return self.shown(config)

    async def raw(self, config_id: str) -> dict[str, Any]:
        """`raw_config` flattened over its parents and the server's base, and the `origin` of each value.

        An origin is the id of a config, or `(server)` for what the server itself gives; `lineage`
        lists the configs in order of application.

        @raise NoSuchDocument: there is none.
        """
        lineage = linearize(config_id, lambda each: self._store.get(COLLECTION, each))
        if lineage is None:
            raise NoSuchDocument(COLLECTION, config_id)
        for config in lineage.configs:
            await settled(self._store, COLLECTION, config.id)
        base = self._base()
        return {
            "id": config_id,
            "raw_config": flatten(lineage, base),
            "origin": explain(lineage, base),
            "lineage": [config.id for config in lineage.configs],
            "missing": [each for each, revision in lineage.seen if not revision],
        }

    def shown(self, config: Document) -> dict[str, Any]:
        """A config as clients see it: what a config must have is there, be it empty."""
        shown = {"parent_ids": [], "raw_config": {}, **to_dict(config)}
        return shown | grades(config, self._errors(config))

    def _errors(self, config: Document) -> Sequence[str]:
        """Parents that are not there: the config is used without them."""
        parents = config.parent_ids if isinstance(config, Config) else ()
        return [
            f"its parent {parent_id!r} does not exist; create it, or take it out of `parent_ids`"
            for parent_id in parents
            if self._store.get(COLLECTION, parent_id) is None
        ]

    def creating(self, given: Mapping[str, Any]) -> Proposal:
        """A new config, under its own id or one that is chosen.

        Proposing it raises `Invalid` with every problem, or `AlreadyThere`.
        """
        return self.replacing(given.get("id") or self._new_id(), given, ABSENT)

    def replacing(
        self, config_id: str, given: Mapping[str, Any], precondition: Precondition = UNCONDITIONAL
    ) -> Proposal:
        """A config in the place of the present one.

        Proposing it raises `NoSuchDocument` where there is none, and none was to be created, or
        `Invalid`, `AlreadyThere`, `PreconditionFailed`.

        @raise Invalid: that can be no id.
        """
        check_id(config_id, "config")
        op = "create" if precondition.absent else "replace"
        return self._changing(config_id, op, lambda _present: given, precondition)

    def patching(
        self,
        config_id: str,
        patch: Patch,
        precondition: Precondition = UNCONDITIONAL,
        *,
        hides: bool = False,
    ) -> Proposal:
        """A patch of a config. Proposing it raises as replacing does, and `PatchFailed`."""
        return self._changing(
            config_id, "patch", lambda present: patched(present, patch, hides=hides), precondition
        )

    def deleting(self, config_id: str, precondition: Precondition = UNCONDITIONAL) -> Proposal:
        """Deleting a config; devices and configs that refer to it stay, and say so.

        Proposing it raises `NoSuchDocument`, `PreconditionFailed`, `NotDeletable`.
        """

        def propose(draft: IDraft) -> None:
            require_deletable(COLLECTION, _present(draft, config_id, precondition))
            draft.delete(COLLECTION, config_id)

        return Proposal(
            collection=COLLECTION,
            document_id=config_id,
            op="delete",
            propose=propose,
            insists=precondition.conditional,
        )

    def _changing(
        self,
        config_id: str,
        op: str,
        wanted: Callable[[dict[str, Any]], Mapping[str, Any]],
        precondition: Precondition,
    ) -> Proposal:
        def propose(draft: IDraft) -> None:
            before: Config | None = precondition.before_in(draft, COLLECTION, config_id)
            if before is not None:
                require_own(COLLECTION, before)
            present = self.shown(before) if before else {}
            given = with_secrets(wanted(present), present, "config")
            own = {key: value for key, value in given.items() if key not in GRADES}
            config = parse_config(own, document_id=config_id)
            draft.put(COLLECTION, _with_what_the_server_keeps(config, before))

        return Proposal(
            collection=COLLECTION,
            document_id=config_id,
            op=op,
            propose=propose,
            insists=precondition.conditional,
        )


def _with_what_the_server_keeps(config: Config, before: Config | None) -> Config:
    if before is None:
        return replace(config, endpoint="")
    return replace(config, revision=before.revision, endpoint=before.endpoint)


def _present(draft: IDraft, config_id: str, precondition: Precondition) -> Config:
    config: Config = precondition.present_in(draft, COLLECTION, config_id)
    require_own(COLLECTION, config)
    return config
