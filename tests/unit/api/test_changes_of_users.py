"""Users and roles are changed as devices are: rehearsed, once, together, by operations; by whoever may."""

from __future__ import annotations

from typing import Any

import pytest

from provd.documents import Claim, Role
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench, bench
from provd.testing.guarded import guarded

ROLE = {"id": "desk", "claims": [{"scope": "devices", "actions": ["read"]}]}


@pytest.fixture
def api() -> Bench:
    """A server that requires proof; `clerk` may administer users, and no more than read devices."""
    made = guarded()
    claims = (
        Claim(scope="users", actions=("*",)),
        Claim(scope="roles", actions=("*",)),
        Claim(scope="devices", actions=("read",)),
    )
    keep(
        made.core.store,
        roles=[Role(id="clerks", claims=claims)],
        users=[user("clerk", "clerks")],
    )
    return made


def ask(made: Bench, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """As the clerk."""
    return made.ask(method, f"/api/v1/{path}", body, authorization=basic("clerk"), **headers)


def test_rehearsed(api: Bench) -> None:
    """Nothing is changed, and no hash of a password is told."""
    # Until what was there has been looked at, however slow this machine is.
    api.core.clock.pump([0.1] * 20)
    before = api.core.store.feed.applied()
    for method, path, body in (
        ("POST", "roles?dryrun", ROLE),
        ("POST", "users?dryrun", {"id": "new", "roles": []}),
        ("PATCH", "users/none?dryrun", {"X_desk": 3}),
        ("DELETE", "users/none?dryrun", None),
    ):
        answer = ask(api, method, path, body)
        assert answer.status == 200, answer.body
        assert answer.json["changes"]
        assert "password_hash" not in answer.body.decode()
    assert api.core.store.feed.applied() == before


def test_no_hash_is_told_where_nothing_has_to_be_proved() -> None:
    """Not by a rehearsal either."""
    made = bench()
    keep(made.core.store, users=[user("somebody")])
    for method, path in (("DELETE", "somebody?dryrun"), ("PATCH", "somebody?dryrun")):
        answer = made.ask(method, f"/api/v1/users/{path}", {} if method == "PATCH" else None)
        assert answer.status == 200
        assert b"hash" not in answer.body


def test_once(api: Bench) -> None:
    """Sent twice, made once."""
    for _time in range(2):
        assert ask(api, "POST", "roles", ROLE, idempotency_key="k").status == 201
    assert ask(api, "POST", "roles", ROLE).status == 409


def test_together(api: Bench) -> None:
    """In one commit; who may not make one of them makes none."""
    many = [
        {"op": "create", "document": ROLE},
        {"op": "patch", "id": "desk", "patch": [{"op": "add", "path": "/X_a", "value": 1}]},
    ]
    answer = ask(api, "POST", "roles:bulk", {"operations": many})
    assert (answer.status, answer.json["made"]) == (200, 2)
    assert answer.json["results"][0]["document"]["X_a"] == 1
    users = [
        {"op": "create", "document": {"id": "new", "roles": ["desk"]}},
        {"op": "create", "document": {"id": "king", "roles": ["superuser"]}},
        {"op": "create", "document": {"roles": []}},
        {"op": "delete", "id": "clerk"},
        {"op": "delete", "id": "superuser"},
    ]
    refused = ask(api, "POST", "users:bulk", {"operations": users[:2]})
    assert refused.status == 422
    assert api.core.store.get("users", "new") is None
    answer = ask(api, "POST", "users:bulk", {"operations": users, "atomic": False})
    assert [each["status"] for each in answer.json["results"]] == [201, 403, 422, 403, 403]
    assert api.core.store.get("users", "superuser") is not None
    built_in = [{"op": "delete", "id": "viewer"}]
    answer = ask(api, "POST", "roles:bulk", {"operations": built_in, "atomic": False})
    assert answer.json["results"][0]["status"] == 409


@pytest.mark.parametrize("parameters", ["", "reverse=true", "sort=description", "skip=1"])
def test_pages_of_roles(api: Bench, parameters: str) -> None:
    """Cover the built-in ones and the others, each once, whatever the size of a page."""
    for number in range(4):
        ask(api, "POST", "roles", ROLE | {"id": f"desk-{number}"})
    whole = [each["id"] for each in ask(api, "GET", f"roles?{parameters}").json["items"]]
    assert len(whole) == 9 - parameters.count("skip")
    for limit in (1, 2, 3, 4, 20):
        found: list[str] = []
        path = f"roles?{parameters}&limit={limit}"
        while path:
            answer = ask(api, "GET", path)
            found += [each["id"] for each in answer.json["items"]]
            link = answer.headers.get("link", "").partition(">")[0]
            path = link.removeprefix("</api/v1/")
        assert found == whole, limit
