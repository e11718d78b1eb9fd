"""Many changes that are made each for itself, with an `Idempotency-Key`: each of them is made once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from provd.application.changing import Proposal
from provd.application.slices import Slices
from provd.testing.api import Answer, Bench, bench

URL = "/api/v1/devices"
COLLECTIONS = ("devices", "configs", "users", "roles")
BODIES: dict[str, dict[str, Any]] = {
    "devices": {},
    "configs": {"parent_ids": [], "raw_config": {}},
    "users": {"roles": []},
    "roles": {"claims": []},
}


@pytest.fixture
def api() -> Bench:
    """A server with one device."""
    made = bench()
    made.ask("POST", URL, {"id": "phone"})
    return made


def send(api: Bench, *operations: Any, collection: str = "devices", key: str = "k") -> Answer:
    """The operations, each for itself."""
    body = {"operations": list(operations), "atomic": False}
    return api.ask("POST", f"/api/v1/{collection}:bulk", body, idempotency_key=key)


def receipts(api: Bench) -> int:
    """How many are kept."""
    return len(api.core.store.collection("receipts"))


MANY = (
    {"op": "create", "document": {"sn": "1"}},
    {"op": "create", "document": {"id": "phone"}},
    {"op": "patch", "id": "phone", "patch": [{"op": "add", "path": "/X_a", "value": 1}]},
    {"op": "patch", "id": "phone", "patch": {"mac": "x"}},
    {"op": "delete", "id": "nobody"},
)


def test_the_same_call_again(api: Bench) -> None:
    """It is answered again, refusals and chosen ids among it, and one receipt is left of it all."""
    first = send(api, *MANY)
    before = api.core.store.feed.applied()
    again = send(api, *MANY)
    assert api.core.store.feed.applied() == before
    assert (first.json["made"], first.json["refused"]) == (2, 3)
    assert first.json == again.json
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert receipts(api) == 1


def test_another_call_with_the_same_key(api: Bench) -> None:
    """Is refused."""
    send(api, *MANY)
    answer = send(api, *MANY[:2])
    assert (answer.status, answer.json["type"]) == (422, "urn:provd:problem:key-reused")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection(api: Bench, collection: str) -> None:
    """Takes many changes, and takes them once."""
    for _time in range(2):
        create = {"op": "create", "document": {"id": "new", **BODIES[collection]}}
        answer = send(api, create, collection=collection)
        assert (answer.status, answer.json["made"]) == (200, 1), answer.body
        assert answer.json["results"][0]["document"]["id"] == "new"


class Crash(Exception):
    """The process ends."""


def test_after_a_crash(api: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What had been made is not made again, under the ids of then; the rest is."""
    numbers = [{"op": "create", "document": {"sn": str(number)}} for number in range(6)]
    over = Slices.over

    async def three(self: Slices, items: Iterable[Any]) -> AsyncIterator[Any]:
        done = 0
        async for item in over(self, items):
            if done == 3:
                raise Crash
            # Of all that is done in turns, those in which the changes are made.
            done += isinstance(item, tuple) and isinstance(item[1], Proposal)
            yield item

    monkeypatch.setattr(Slices, "over", three)
    assert send(api, *numbers).status == 500
    monkeypatch.undo()
    there = {each["id"] for each in api.ask("GET", URL).json["items"]} - {"phone"}
    assert (len(there), receipts(api)) == (3, 3)
    answer = send(api, *numbers)
    made = [each["id"] for each in answer.json["results"]]
    assert (answer.json["made"], len(set(made))) == (6, 6)
    assert there == set(made[:3])
    assert [each["document"]["sn"] for each in answer.json["results"]] == list("012345")
    assert api.ask("GET", URL).json["total"] == 7
    assert receipts(api) == 1
    assert send(api, *numbers).json == answer.json
