"""What is remembered of decisions: all of the latest ones, and of every device an outline of its last.

The ring forgets when the process ends; a device's status keeps its last answers.  Whatever the
ring has not is told from there, marked as an outline.
"""

from __future__ import annotations

from typing import Any

from provd.application.decisions import Decisions
from provd.application.explain import tell
from provd.contracts import IDocumentStore
from provd.documents import Answered, Query, Status
from provd.values import NoSuchDocument

COLLECTION = "decisions"


class Remembered:
    """Decisions as operators ask for them."""

    def __init__(self, decisions: Decisions, store: IDocumentStore) -> None:
        self._decisions = decisions
        self._store = store

    def latest(self, limit: int, device_id: str | None = None) -> list[dict[str, Any]]:
        """The latest first: of all devices from the ring, of one device from its status too."""
        told = [tell(decision) for decision in self._decisions.latest(limit, device_id)]
        status: Status | None = self._store.get("statuses", device_id) if device_id else None
        if status is not None:
            known = {each["id"] for each in told}
            told += [
                self._outline(status, answer)
                for answer in status.answers
                if answer.inquiry not in known
            ]
        return told[:limit]

    async def get(self, inquiry_id: str) -> dict[str, Any]:
        """How one inquiry was decided. @raise NoSuchDocument: it is not remembered."""
        decision = self._decisions.get(inquiry_id)
        if decision is not None:
            return tell(decision)
        query = Query(selector={"answers.inquiry": inquiry_id}, limit=1)
        found = await self._store.collection("statuses").find(query)
        for status in found.documents:
            if not isinstance(status, Status):
                continue
            for answer in status.answers:
                if answer.inquiry == inquiry_id:
                    return self._outline(status, answer)
        raise NoSuchDocument(COLLECTION, inquiry_id)

    @staticmethod
    def _outline(status: Status, answer: Answered) -> dict[str, Any]:
        """In the form of `explain.tell`, with what is not known left empty."""
        return {
            "id": answer.inquiry,
            "at": answer.time,
            "took": None,
            "protocol": answer.protocol,
            "method": "",
            "path": answer.path,
            "peer": answer.peer,
            "local": "",
            "interface": "",
            "evidence": [],
            "info": {},
            "matched_by": "",
            "device": {"id": status.id},
            "plugin": answer.plugin or None,
            "certificate": None,
            "level": "",
            "proofs": [],
            "verdict": None,
            "answer": {
                "kind": answer.kind,
                "size": answer.size,
                "sha256": None,
                "reason": answer.reason or None,
            },
            "tries": 0,
            "steps": [],
            "notes": [],
            "outline": True,
        }
