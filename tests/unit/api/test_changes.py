"""Changes: rehearsed, made once, made together; and JSON patches."""

from __future__ import annotations

from typing import Any

import pytest

from provd.application import receipts
from provd.application.receipts import LIFE
from provd.testing.api import Answer, Bench, bench
from provd.testing.plugins import acme

URL = "/api/v1/devices"
MAC = "00:00:5e:00:53:01"
PHONE = {"id": "phone", "mac": MAC, "plugin": "acme-1.0", "config": "autoprov"}
JSON_PATCH = "application/json-patch+json"


@pytest.fixture
def api() -> Bench:
    """A server with one device."""
    made = bench(acme())
    assert made.ask("POST", URL, PHONE).status == 201
    return made


def unchanged(api: Bench, *asked: Any, **headers: str) -> Answer:
    """An answer to a call that left everything as it was."""
    before = api.core.store.feed.applied()
    answer = api.ask(*asked, **headers)
    assert api.core.store.feed.applied() == before
    return answer


def patch(api: Bench, *operations: Any, path: str = f"{URL}/phone", **headers: str) -> Answer:
    """A JSON patch."""
    return api.ask("PATCH", path, list(operations), content_type=JSON_PATCH, **headers)


class TestDryRun:
    """The code that changes, on a draft that is thrown away."""

    @pytest.mark.parametrize("spelled", ["dryrun", "dryrun=", "dryrun=true"])
    def test_what_would_change(self, api: Bench, spelled: str) -> None:
        """Is told, with what only follows from it; and does not change."""
        answer = unchanged(api, "PATCH", f"{URL}/phone?{spelled}", {"sn": "S1", "plugin": None})
        assert answer.status == 200
        device, status = answer.json["changes"]
        assert (device["action"], device["before"]["plugin"]) == ("update", "acme-1.0")
        assert device["after"]["sn"] == "S1"
        assert "plugin" not in device["after"]
        assert status == {"collection": "statuses", "id": "phone", "action": "update"}

    def test_every_kind(self, api: Bench) -> None:
        """Creating, replacing, deleting."""
        [created, _] = unchanged(api, "POST", f"{URL}?dryrun", {"sn": "S"}).json["changes"]
        assert (created["action"], created["before"]) == ("create", None)
        replaced = unchanged(api, "PUT", f"{URL}/phone?dryrun", {"mac": MAC}).json["changes"]
        assert replaced[0]["after"]["mac"] == MAC
        deleted = unchanged(api, "DELETE", f"{URL}/phone?dryrun").json["changes"]
        assert {(each["collection"], each["action"]) for each in deleted} == {
            ("devices", "delete"),
            ("statuses", "delete"),
        }

    def test_it_refuses_what_the_change_would(self, api: Bench) -> None:
        """With the same answer: invalid, taken, gone, of another revision."""
        for method, path, body, headers in (
            ("POST", URL, {"id": "phone"}, {}),
            ("POST", URL, {"mac": MAC}, {}),
            ("POST", URL, {"mac": "x"}, {}),
            ("PUT", f"{URL}/phone", {"mac": MAC}, {"if_match": '"1"'}),
            ("DELETE", f"{URL}/nobody", None, {}),
        ):
            rehearsed = unchanged(api, method, f"{path}?dryrun", body, **headers)
            real = api.ask(method, path, body, **headers)
            assert (rehearsed.status, rehearsed.json["type"]) == (real.status, real.json["type"])

    def test_a_refused_parameter_changes_nothing(self, api: Bench) -> None:
        """Neither a value that is none nor a name that is misspelled."""
        for spelled in ("dryrun=maybe", "dry_run", "dryrun=true&dryrun=false"):
            assert unchanged(api, "DELETE", f"{URL}/phone?{spelled}").status == 400


class TestOnce:
    """`Idempotency-Key`."""

    def test_the_same_call_again(self, api: Bench) -> None:
        """Is made once, and answered again: an id that was chosen stays chosen."""
        first = api.ask("POST", URL, {"sn": "S"}, idempotency_key="k1")
        again = unchanged(api, "POST", URL, {"sn": "S"}, idempotency_key="k1")
        assert (first.status, again.status) == (201, 201)
        assert first.json == again.json
        assert first.headers["location"] == again.headers["location"]
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"

    def test_every_kind(self, api: Bench) -> None:
        """Patching, replacing and deleting are made once, too."""
        for number, (method, body, status) in enumerate(
            [("PATCH", {"sn": "S"}, 200), ("PUT", {"mac": MAC}, 200), ("DELETE", None, 204)]
        ):
            for _time in range(2):
                answer = api.ask(method, f"{URL}/phone", body, idempotency_key=f"k{number}")
                assert answer.status == status

    def test_another_call_with_the_same_key(self, api: Bench) -> None:
        """Another body, another path or another method is refused."""
        api.ask("PATCH", f"{URL}/phone", {"sn": "S"}, idempotency_key="k")
        for method, path, body in (
            ("PATCH", f"{URL}/phone", {"sn": "T"}),
            ("PATCH", f"{URL}/other", {"sn": "S"}),
            ("PUT", f"{URL}/phone", {"sn": "S"}),
        ):
            answer = unchanged(api, method, path, body, idempotency_key="k")
            assert (answer.status, answer.json["type"]) == (422, "urn:provd:problem:key-reused")

    def test_a_refused_call_is_not_kept(self, api: Bench) -> None:
        """What was refused may be right the next time."""
        assert api.ask("POST", URL, {"id": "phone"}, idempotency_key="k").status == 409
        api.ask("DELETE", f"{URL}/phone")
        assert api.ask("POST", URL, {"id": "phone"}, idempotency_key="k").status == 201

    def test_what_has_gone_since(self, api: Bench) -> None:
        """It was made; there is nothing left to show but its id."""
        api.ask("POST", URL, {"id": "new"}, idempotency_key="k")
        api.ask("DELETE", f"{URL}/new")
        again = unchanged(api, "POST", URL, {"id": "new"}, idempotency_key="k")
        assert (again.status, again.json) == (201, {"id": "new"})

    def test_a_day_later(self, api: Bench) -> None:
        """It is forgotten, and its receipt goes when there is a new one."""
        api.ask("PATCH", f"{URL}/phone", {"sn": "S"}, idempotency_key="k")
        api.core.clock.advance(LIFE + 1)
        api.ask("PATCH", f"{URL}/phone", {"sn": "T"}, idempotency_key="other")
        assert len(api.core.store.collection("receipts")) == 1
        assert api.ask("PATCH", f"{URL}/phone", {"sn": "U"}, idempotency_key="k").status == 200

    def test_receipts_are_bounded(self, api: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """The oldest go."""
        monkeypatch.setattr(receipts, "KEPT", 3)
        for number in range(10):
            api.ask("PATCH", f"{URL}/phone", {"sn": str(number)}, idempotency_key=f"k{number}")
            api.core.clock.advance(1)
        assert len(api.core.store.collection("receipts")) == 3
        again = unchanged(api, "PATCH", f"{URL}/phone", {"sn": "9"}, idempotency_key="k9")
        assert "idempotency-replayed" in again.headers

    @pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
    def test_keys_that_are_none(self, api: Bench, key: str) -> None:
        """Are refused before anything is read."""
        answer = unchanged(api, "PATCH", f"{URL}/phone", {"sn": "S"}, idempotency_key=key)
        assert answer.status == 400


class TestPatch:
    """RFC 6902."""

    def test_applied(self, api: Bench) -> None:
        """With tests of what is shown, the revision and the status among it."""
        shown = api.ask("GET", f"{URL}/phone").json
        answer = patch(
            api,
            {"op": "test", "path": "", "value": shown},
            {"op": "test", "path": "/configured", "value": True},
            {"op": "add", "path": "/options", "value": {"switchboard": True}},
            {"op": "remove", "path": "/config"},
        )
        assert answer.status == 200
        assert answer.json["options"] == {"switchboard": True}
        assert "config" not in answer.json

    @pytest.mark.parametrize(
        ("operations", "status"),
        [
            ([{"op": "test", "path": "/mac", "value": "x"}], 409),
            ([{"op": "remove", "path": "/nothing"}], 409),
            ([{"op": "add", "path": "/sn", "value": "S"}, {"op": "remove", "path": "/x"}], 409),
            ([{"op": "replace", "path": "/mac", "value": "x"}], 422),
            ([{"op": "replace", "path": "", "value": 3}], 422),
            ([{"op": "add", "path": "/id", "value": "other"}], 422),
            ([{"op": "spam", "path": "/sn"}], 400),
            ([3], 400),
        ],
    )
    def test_refused(self, api: Bench, operations: list[Any], status: int) -> None:
        """Whole, with what is wrong and where; nothing is changed."""
        answer = unchanged(api, "PATCH", f"{URL}/phone", operations, content_type=JSON_PATCH)
        assert answer.status == status, answer.body
        assert answer.json["problems"]

    def test_only_declared(self, api: Bench) -> None:
        """A list under another type is no patch, and an object is no JSON patch."""
        assert unchanged(api, "PATCH", f"{URL}/phone", [{"op": "test"}]).status == 400
        answer = unchanged(api, "PATCH", f"{URL}/phone", {"sn": "S"}, content_type=JSON_PATCH)
        assert answer.status == 400

    def test_a_null_that_is_a_value(self, api: Bench) -> None:
        """What a merge patch cannot say of a config."""
        answer = patch(
            api,
            {"op": "add", "path": "/raw_config/ntp_ip", "value": None},
            path="/api/v1/configs/autoprov",
        )
        assert answer.json["raw_config"]["ntp_ip"] is None


def bulk(api: Bench, *operations: Any, query: str = "", **more: Any) -> Answer:
    """Many changes."""
    headers = {name: more.pop(name) for name in ("idempotency_key",) if name in more}
    return api.ask("POST", f"{URL}:bulk{query}", {"operations": operations, **more}, **headers)


MANY: list[dict[str, Any]] = [
    {"op": "create", "document": {"id": "a", "sn": "1"}},
    {"op": "create", "document": {"sn": "2"}},
    {"op": "patch", "id": "phone", "patch": {"sn": "3"}},
    {"op": "patch", "id": "phone", "patch": [{"op": "test", "path": "/sn", "value": "3"}]},
    {"op": "replace", "id": "a", "document": {"sn": "4"}},
    {"op": "delete", "id": "phone"},
]


class TestBulk:
    """Many changes in one call."""

    def test_together(self, api: Bench) -> None:
        """One commit; each sees what the ones before it did."""
        answer = bulk(api, *MANY)
        assert answer.status == 200
        assert (answer.json["made"], answer.json["refused"]) == (6, 0)
        assert [each["status"] for each in answer.json["results"]] == [201, 201, 200, 200, 200, 204]
        assert answer.json["results"][0]["document"]["sn"] == "4"
        assert api.ask("GET", URL).json["total"] == 2

    def test_together_or_not_at_all(self, api: Bench) -> None:
        """Every reason is told, each with its place."""
        answer = unchanged(
            api,
            "POST",
            f"{URL}:bulk",
            {
                "operations": [
                    {"op": "create", "document": {"id": "a"}},
                    {"op": "create", "document": {"id": "phone"}},
                    {"op": "create", "document": {"id": "b", "mac": "x", "ip": "y"}},
                    {"op": "delete", "id": "nobody"},
                    {"op": "patch", "id": "phone", "patch": {}, "revision": 1},
                ]
            },
        )
        assert (answer.status, answer.json["type"]) == (422, "urn:provd:problem:bulk-refused")
        paths = {problem["path"] for problem in answer.json["problems"]}
        assert paths == {
            "operations.1",
            "operations.2.mac",
            "operations.2.ip",
            "operations.3",
            "operations.4",
        }

    def test_a_value_that_two_of_them_want(self, api: Bench) -> None:
        """Is refused as it is between two calls."""
        answer = unchanged(
            api,
            "POST",
            f"{URL}:bulk",
            {"operations": [{"op": "create", "document": {"mac": MAC[:-1] + "9"}}] * 2},
        )
        assert (answer.status, answer.json["type"]) == (409, "urn:provd:problem:key-claimed")

    def test_each_for_itself(self, api: Bench) -> None:
        """What can be made is made; each of the others has its problem."""
        answer = bulk(
            api,
            {"op": "create", "document": {"id": "a"}},
            {"op": "create", "document": {"id": "phone"}},
            {"op": "create", "document": {"id": "..", "sn": "x"}},
            {"op": "patch", "id": "phone", "patch": [{"op": "remove", "path": "/x"}]},
            {"op": "delete", "id": "a"},
            atomic=False,
        )
        assert answer.status == 200
        statuses = [each["status"] for each in answer.json["results"]]
        assert statuses == [201, 409, 422, 409, 204]
        assert answer.json["results"][1]["problem"]["type"] == "urn:provd:problem:already-there"
        assert (answer.json["made"], answer.json["refused"]) == (2, 3)

    def test_rehearsed(self, api: Bench) -> None:
        """Together or each for itself; nothing is changed."""
        body = {"operations": MANY}
        told = unchanged(api, "POST", f"{URL}:bulk?dryrun", body).json
        assert {each["id"] for each in told["changes"]} >= {"a", "phone"}
        body = {"operations": [*MANY[:1], {"op": "delete", "id": "nobody"}], "atomic": False}
        told = unchanged(api, "POST", f"{URL}:bulk?dryrun", body).json
        assert [each["status"] for each in told["results"]] == [201, 404]

    def test_once(self, api: Bench) -> None:
        """Together, under a key: sent twice, made once, with the same results."""
        first = bulk(api, *MANY[:3], idempotency_key="k")
        again = bulk(api, *MANY[:3], idempotency_key="k")
        assert [each["id"] for each in first.json["results"]] == [
            each["id"] for each in again.json["results"]
        ]
        assert api.ask("GET", URL).json["total"] == 3

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({}, "operations"),
            ({"operations": {}}, "operations"),
            ({"operations": [], "atomic": 1}, "atomic"),
            ({"operations": [], "more": 1}, "more"),
            ({"operations": [1]}, "operations.0"),
            ({"operations": [{"op": "spam"}]}, "operations.0.op"),
            ({"operations": [{"op": ["create"]}]}, "operations.0.op"),
            ({"operations": [{"op": "create"}]}, "operations.0.document"),
            ({"operations": [{"op": "create", "document": 1}]}, "operations.0.document"),
            ({"operations": [{"op": "create", "document": {}, "id": "x"}]}, "operations.0.id"),
            ({"operations": [{"op": "delete", "id": 1}]}, "operations.0.id"),
            ({"operations": [{"op": "patch", "id": "phone", "patch": "x"}]}, "operations.0.patch"),
            (
                {"operations": [{"op": "delete", "id": "phone", "revision": True}]},
                "operations.0.revision",
            ),
            ({"operations": [{"op": "replace", "id": "..", "document": {}}]}, "operations.0.id"),
        ],
    )
    def test_malformed(self, api: Bench, body: Any, path: str) -> None:
        """Each problem has its place; nothing is changed."""
        answer = unchanged(api, "POST", f"{URL}:bulk", body)
        assert answer.status == 422, answer.body
        assert path in {problem["path"] for problem in answer.json["problems"]}

    def test_an_id_of_that_name(self, api: Bench) -> None:
        """Ids with a colon are ids."""
        assert api.ask("POST", URL, {"id": "a:bulk"}).status == 201
        assert api.ask("GET", f"{URL}/a:bulk").status == 200
        assert api.ask("GET", f"{URL}:bulk").status in {404, 405}
