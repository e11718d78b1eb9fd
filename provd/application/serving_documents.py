"""What operators may ask for about secrets: policies, enrolments, and alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from attrs import frozen
from msgspec.structs import replace

from provd.application.built_in import WithBuiltIn
from provd.application.collection import Documents, Editable
from provd.application.grades import Grades
from provd.application.slices import Slices
from provd.contracts import IDocumentStore
from provd.documents import (
    ALERTS,
    ENROLMENTS,
    SERVING_POLICIES,
    SHIPPED_SERVING_POLICIES,
    Alert,
    Document,
    Enrolment,
    Kind,
    ServingPolicy,
)


class ServingPolicies(WithBuiltIn[ServingPolicy]):
    """Policies: a site's own, and the one that is shipped."""

    kind: ClassVar[Kind] = SERVING_POLICIES
    built_in: ClassVar[Mapping[str, Document]] = SHIPPED_SERVING_POLICIES

    def errors(self, document: ServingPolicy) -> Sequence[str]:
        """A device that is not there: the policy is about nobody."""
        device = document.when.device
        if not device or self._store.get("devices", device) is not None:
            return ()
        return (f"its device {device!r} does not exist; create it, or take it out of `when`",)


class Enrolments(Editable[Enrolment]):
    """Enrolments: opened by making one, closed by deleting it, and over by themselves."""

    kind: ClassVar[Kind] = ENROLMENTS
    told: ClassVar[frozenset[str]] = frozenset({"until", "open"})

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        new_id: Callable[[], str],
        now: Callable[[], float],
        grades: Grades,
    ) -> None:
        super().__init__(store, slices, new_id, grades=grades)
        self._now = now
        self.derived = {"until": _until, "open": self._is_open}

    def beside(self, document: Enrolment) -> dict[str, Any]:
        """When it ends, and whether it is open now."""
        return {"until": document.until, "open": self._is_open(document)}

    def keep(self, wanted: Enrolment, before: Enrolment | None) -> Enrolment:
        """It is open from now on; one that is changed otherwise than in its time is so from when it was."""
        kept = super().keep(wanted, before)
        if before is not None and before.seconds == wanted.seconds:
            return replace(kept, opened=before.opened)
        return replace(kept, opened=self._now())

    def _is_open(self, document: Any) -> bool:
        return bool(document.opened <= self._now() < document.until)


def _until(document: Any) -> float:
    until: float = document.until
    return until


class Alerts(Documents[Alert]):
    """Alerts: written by the server, and forgotten for newer ones."""

    kind: ClassVar[Kind] = ALERTS


@frozen(kw_only=True)
class ServingDocuments:
    """The use cases of operators who care for secrets."""

    policies: ServingPolicies
    enrolments: Enrolments
    alerts: Alerts


def make_serving_documents(
    store: IDocumentStore,
    slices: Slices,
    grades: Grades,
    new_id: Callable[[], str],
    now: Callable[[], float],
) -> ServingDocuments:
    """The use cases over a store; `now` tells seconds since the epoch."""
    return ServingDocuments(
        policies=ServingPolicies(store, slices, grades=grades),
        enrolments=Enrolments(store, slices, new_id, now, grades),
        alerts=Alerts(store, slices),
    )
