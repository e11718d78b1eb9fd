"""A collection of documents as those who call the API see and change it.

Whatever is the same for devices, roles or anything else is here, once.  A collection of its own is a
class that names its kind of document and says, in the methods made for it, what is special about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar, cast

from msgspec.structs import replace

from provd.access import Principal
from provd.application.changing import Patch, Proposal, patched
from provd.application.grades import ASKED_OF_GRADES, GRADES, Grades, references, require_own
from provd.application.lifecycle import require_deletable
from provd.application.listing import Listing, list_documents, resolving
from provd.application.precondition import ABSENT, UNCONDITIONAL, Precondition
from provd.application.slices import Slices
from provd.application.writing import settled, with_secrets
from provd.contracts import IDocumentStore, IDraft
from provd.documents import Document, Kind, Query, check_id, to_show
from provd.documents.query import Derived
from provd.values import Invalid, NoSuchDocument, Problem

D = TypeVar("D", bound=Document)

GIVEN = frozenset({"roles"})
"""What is referred to is given: whoever does it must have what it allows, and need not read it."""

Wanted = Callable[[dict[str, Any]], Mapping[str, Any]]
"""From a document as it is shown, `{}` for none, to the one that is wanted in its place."""


class Documents(Generic[D]):
    """A collection that is looked at."""

    kind: ClassVar[Kind]

    def __init__(self, store: IDocumentStore, slices: Slices) -> None:
        self._store = store
        self._slices = slices
        self.derived: Mapping[str, Derived] = {}
        """What a list can be asked for that is computed of a document, by key."""

    async def list(self, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The documents a query is about; it may ask for what is derived as well.

        @raise MalformedSelector: the query's selector is none.
        @raise TooBroad: it computes too much.
        """
        asked = resolving(query, self.computed())
        return await list_documents(
            self._store, self.kind.name, asked, self.shown, self._slices, fields
        )

    def computed(self) -> Mapping[str, Derived]:
        """What is derived, and what else a list can be asked for."""
        return self.derived

    async def get(self, document_id: str) -> dict[str, Any]:
        """One as it is shown, once that survives a crash. @raise NoSuchDocument: there is none."""
        return self.shown(await self.find(document_id))

    async def find(self, document_id: str) -> D:
        """One as it is kept. @raise NoSuchDocument: there is none."""
        document = await settled(self._store, self.kind.name, document_id)
        if document is None:
            raise NoSuchDocument(self.kind.name, document_id)
        return cast("D", document)

    def shown(self, document: Any) -> dict[str, Any]:
        """A document as clients see it."""
        return to_show(document)


class Editable(Documents[D]):
    """A collection that is changed, too.

    Every change is a `Proposal` of somebody.  Proposing it raises `NoSuchDocument` where there is no
    such document and none was to be created, `AlreadyThere`, `PreconditionFailed`, `ReadOnly`,
    `NotDeletable`, `PatchFailed`, `Invalid` with every problem there is, and what `check` raises.
    """

    told: ClassVar[frozenset[str]] = frozenset()
    """Keys that are shown `beside` a document's own."""

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        new_id: Callable[[], str] | None = None,
        *,
        grades: Grades | None = None,
    ) -> None:
        """`new_id` answers an id nobody has; None: whoever makes a document chooses its id.

        `grades` judges by what there is; None: by what is in `store`.
        """
        super().__init__(store, slices)
        self._grades = grades if grades is not None else Grades(store)
        self._new_id = new_id

    # What a collection may have of its own.

    def beside(self, document: D) -> dict[str, Any]:
        """What is shown with a document that is not kept in it; its keys are `told`."""
        return {}

    def errors(self, document: D) -> Sequence[str]:
        """What keeps a document from being used, as sentences: what it refers to and is not there."""
        return self._grades.missing(self.kind, document)

    def keep(self, wanted: D, before: D | None) -> D:
        """A client's document, with the fields that no client sets as they are in the present one."""
        if before is None:
            return replace(wanted, endpoint="")
        return replace(wanted, revision=before.revision, endpoint=before.endpoint)

    def present(self, draft: IDraft, document_id: str, precondition: Precondition) -> D | None:
        """The document that is to be changed; None, and only then, where there was to be none."""
        document: D | None = precondition.before_in(draft, self.kind.name, document_id)
        if document is not None:
            require_own(self.kind.name, document)
        return document

    def check(self, draft: IDraft, by: Principal, before: D | None, after: D | None) -> None:
        """Let a change go on; `before` None: it is created, `after` None: it is deleted.

        @raise ProvdError: it may not be made.
        """

    def put(self, draft: IDraft, before: D | None, after: D) -> None:
        """Propose a document, with whatever follows from it."""
        draft.put(self.kind.name, after)

    def drop(self, draft: IDraft, document: D) -> None:
        """Propose that a document goes, with whatever goes with it."""
        draft.delete(self.kind.name, document.id)

    # What every collection offers.

    def shown(self, document: Any) -> dict[str, Any]:
        """A document as clients see it, with its grades."""
        kept = to_show(document)
        return kept | self.beside(document) | self._graded(document, kept)

    def computed(self) -> Mapping[str, Derived]:
        """The grades, too."""
        return {**self.derived, **{key: partial(self._grade, key) for key in ASKED_OF_GRADES}}

    def _grade(self, key: str, document: Any) -> Any:
        return self._graded(document, to_show(document))[key]

    def _graded(self, document: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
        return self._grades.of(self.kind, document, kept, self.errors(document))

    def creating(self, given: Mapping[str, Any], by: Principal) -> Proposal:
        """A new one, under its own id or one that is chosen.

        @raise Invalid: it has none and must, or one that can be none.
        """
        return self.replacing(self._id_of(given), given, by, ABSENT)

    def replacing(
        self,
        document_id: str,
        given: Mapping[str, Any],
        by: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> Proposal:
        """One in the place of another. @raise Invalid: that can be no id."""
        check_id(document_id, self._noun)
        op = "create" if precondition.absent else "replace"
        return self._changing(document_id, op, lambda _present: given, by, precondition)

    def patching(
        self,
        document_id: str,
        patch: Patch,
        by: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> Proposal:
        """A patch of one as its maker sees it."""
        hides = not by.anonymous
        return self._changing(
            document_id,
            "patch",
            lambda present: patched(present, patch, hides=hides),
            by,
            precondition,
        )

    def deleting(
        self, document_id: str, by: Principal, precondition: Precondition = UNCONDITIONAL
    ) -> Proposal:
        """One gone."""

        def propose(draft: IDraft) -> None:
            document = self.present(draft, document_id, precondition)
            if document is None:
                raise NoSuchDocument(self.kind.name, document_id)
            require_deletable(self.kind.name, document)
            self.check(draft, by, document, None)
            self.drop(draft, document)

        return self._proposal(document_id, "delete", propose, precondition)

    def _changing(
        self, document_id: str, op: str, wanted: Wanted, by: Principal, precondition: Precondition
    ) -> Proposal:
        def propose(draft: IDraft) -> None:
            before = self.present(draft, document_id, precondition)
            shown = self.shown(before) if before is not None else {}
            given = with_secrets(wanted(shown), shown, self._noun)
            after = self.keep(self._parsed(given, document_id), before)
            self._require_readable(by, before, after)
            self.check(draft, by, before, after)
            self.put(draft, before, after)

        return self._proposal(document_id, op, propose, precondition)

    def _require_readable(self, by: Principal, before: D | None, after: D) -> None:
        """Let a document refer to what whoever writes it may read; what was referred to already, may stay.

        @raise Invalid: else the grades would tell that it is there, and inheriting what is in it.
        """
        there = references(self.kind, before) if before is not None else ()
        known = {(collection, name) for _path, collection, name in there}
        problems = [
            Problem(path, f"{name[:64]!r} is none of the {collection} that you can see")
            for path, collection, name in references(self.kind, after)
            if collection not in GIVEN
            and (collection, name) not in known
            and not by.permits((collection, "read"), name)
        ]
        if problems:
            raise Invalid(self._noun, problems)

    def _parsed(self, given: Mapping[str, Any], document_id: str) -> D:
        assert self.kind.parse is not None  # noqa: S101 - a kind that nobody may send is not editable
        own = {key: each for key, each in given.items() if key not in (self.told | GRADES)}
        return cast("D", self.kind.parse(own, document_id=document_id))

    def _id_of(self, given: Mapping[str, Any]) -> str:
        chosen = given.get("id")
        if self._new_id is not None:
            return chosen or self._new_id()
        if not isinstance(chosen, str) or not chosen:
            raise Invalid(self._noun, (Problem("id", "is missing", "a name"),))
        return chosen

    @property
    def _noun(self) -> str:
        return self.kind.type.__name__.lower()

    def _proposal(
        self,
        document_id: str,
        op: str,
        propose: Callable[[IDraft], None],
        precondition: Precondition,
    ) -> Proposal:
        return Proposal(
            collection=self.kind.name,
            document_id=document_id,
            op=op,
            propose=propose,
            insists=precondition.conditional,
        )
