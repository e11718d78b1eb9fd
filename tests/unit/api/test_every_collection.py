"""What every collection does whose documents clients make; a new one is tried by one line here."""

from __future__ import annotations

from typing import Any

import click
import pytest
from msgspec.structs import replace

from provd.api import Noun
from provd.api._about import ABOUT_ALL
from provd.api._collection import Collection
from provd.cli import main
from provd.client import Api
from provd.documents import KINDS
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench, bench

SMALLEST: dict[str, dict[str, Any]] = {
    "devices": {},
    "configs": {"parent_ids": [], "raw_config": {}},
    "users": {"roles": []},
    "roles": {"claims": []},
    "subnets": {
        "network": "192.0.2.0/24",
        "pools": [{"first": "192.0.2.10", "last": "192.0.2.99"}],
    },
    "reservations": {
        "address": "192.0.2.5",
        "strategy": "mac",
        "token": "00:00:5e:00:53:01",
        "options": [{"code": 1, "value": "255.255.255.0"}],
    },
    "boot-rules": {},
    "serving-policies": {},
    "enrolments": {"seconds": 3600},
    "keys": {"secret": "neverEndingSummer"},
}
"""What a client must say of one."""

JSON_PATCH = "application/json-patch+json"
each_collection = pytest.mark.parametrize("name", SMALLEST)


@pytest.fixture
def api() -> Bench:
    """A server in which there is nothing."""
    return bench()


def url(name: str, document_id: str = "") -> str:
    """Where a collection is, or one of its documents."""
    return f"/api/v1/{name}/{document_id}".rstrip("/")


def make(api: Bench, name: str, **how: str) -> Answer:
    """One called `it`."""
    return api.ask("POST", url(name), {"id": "it", **SMALLEST[name]}, **how)


def is_there(api: Bench, name: str) -> bool:
    """Whether there is one called `it`."""
    return api.core.store.get(name, "it") is not None


def test_none_is_forgotten() -> None:
    """Every kind of document that clients make has its routes, its commands, its place in the client, and
    is tried here.
    """
    kinds = {kind.name for kind in KINDS if kind.parse is not None}
    nouns: list[Noun] = list(bench().site.resource.nouns)
    served = {noun.about.scope for noun in nouns if isinstance(noun, Collection)}
    assert kinds == {about.scope for about in ABOUT_ALL if about.editable} == set(SMALLEST)
    assert served == {about.scope for about in ABOUT_ALL}
    for name in kinds:
        assert name in main.list_commands(click.Context(main))
        assert hasattr(Api("http://127.0.0.1:1"), name.replace("-", "_"))


@each_collection
def test_a_life(api: Bench, name: str) -> None:
    """Made, listed, shown, patched in both ways, replaced and deleted."""
    made = make(api, name)
    assert (made.status, made.headers["location"]) == (201, url(name, "it")), made.body
    it = url(name, "it")
    assert "it" in {each["id"] for each in api.ask("GET", url(name)).json["items"]}
    head = api.ask("HEAD", it)
    assert (head.status, head.body) == (200, b"")
    assert api.ask("PATCH", it, {"X_a": 1}).json["X_a"] == 1
    add = [{"op": "test", "path": "/X_a", "value": 1}, {"op": "add", "path": "/X_b", "value": 2}]
    assert api.ask("PATCH", it, add, content_type=JSON_PATCH).json["X_b"] == 2
    replaced = api.ask("PUT", it, SMALLEST[name]).json
    assert "X_a" not in replaced
    assert api.ask("PUT", it, replaced).status == 200
    assert api.ask("DELETE", it).status == 204
    assert api.ask("GET", it).status == 404


@each_collection
def test_conditions(api: Bench, name: str) -> None:
    """Whoever insists on a revision changes no other; who has it already is told so."""
    etag, it = make(api, name).headers["etag"], url(name, "it")
    assert api.ask("GET", it, if_none_match=etag).status == 304
    assert api.ask("PATCH", it, {"X_a": 1}, if_match=etag).status == 200
    for method, body in (("PATCH", {"X_a": 2}), ("PUT", SMALLEST[name]), ("DELETE", None)):
        assert api.ask(method, it, body, if_match=etag).status == 412
    assert api.ask("PUT", it, SMALLEST[name], if_none_match="*").status == 409
    assert make(api, name).status == 409


@each_collection
def test_rehearsed(api: Bench, name: str) -> None:
    """Each change is told, and not made."""
    assert api.ask("POST", f"{url(name)}?dryrun", {"id": "it", **SMALLEST[name]}).json["dryrun"]
    assert not is_there(api, name)
    make(api, name)
    before = api.core.store.feed.applied()
    for method, body in (
        ("PATCH", {"X_a": 2}),
        ("PUT", {**SMALLEST[name], "X_a": 1}),
        ("DELETE", None),
    ):
        told = api.ask(method, f"{url(name, 'it')}?dryrun", body)
        assert told.json["changes"][0]["id"] == "it", told.body
    assert api.core.store.feed.applied() == before


@each_collection
def test_once(api: Bench, name: str) -> None:
    """A call that is sent again is made once, alone and in bulk."""
    for _time in range(2):
        assert make(api, name, idempotency_key="a").status == 201
    patch = {"operations": [{"op": "patch", "id": "it", "patch": {"X_a": 1}}]}
    for atomic in (True, False):
        revisions = {
            api.ask(
                "POST",
                f"{url(name)}:bulk",
                patch | {"atomic": atomic},
                idempotency_key=f"b{atomic}",
            ).json["results"][0]["document"]["revision"]
            for _time in range(2)
        }
        assert len(revisions) == 1


@each_collection
def test_in_bulk(api: Bench, name: str) -> None:
    """Together or not at all, or each for itself."""
    make_one = {"op": "create", "document": {"id": "it", **SMALLEST[name]}}
    wrong = {"op": "delete", "id": "nobody"}
    refused = api.ask("POST", f"{url(name)}:bulk", {"operations": [make_one, wrong]})
    assert (refused.status, is_there(api, name)) == (422, False)
    body = {"operations": [make_one, wrong], "atomic": False}
    results = api.ask("POST", f"{url(name)}:bulk", body).json["results"]
    assert ([each["status"] for each in results], is_there(api, name)) == ([201, 404], True)


@each_collection
def test_graded(api: Bench, name: str) -> None:
    """What it is worth is shown with it, and says nothing when it is sent back."""
    shown = make(api, name).json
    assert shown["validated"] is True
    assert shown["available"] is not bool(shown["errors"])
    assert (shown["read_only"], shown["owner"]) == (False, "")
    answer = api.ask("PUT", url(name, "it"), shown | {"errors": ["x"], "validated": False})
    assert answer.json["validated"] is True
    found = api.ask("GET", f"{url(name)}?available={str(shown['available']).lower()}").json["items"]
    assert "it" in {each["id"] for each in found}


@each_collection
def test_what_belongs_elsewhere_or_stays(api: Bench, name: str) -> None:
    """Another site's is not changed here, and what may not be deleted is not."""
    make(api, name)
    api.ask("PATCH", url(name, "it"), {"deletable": False})
    assert api.ask("DELETE", url(name, "it")).json["type"] == "urn:provd:problem:not-deletable"
    draft = api.core.store.draft("test")
    kept: Any = draft.get(name, "it")
    draft.put(name, replace(kept, endpoint="paris"))
    api.core.store.commit(draft)
    shown = api.ask("GET", url(name, "it")).json
    assert (shown["read_only"], shown["owner"]) == (True, "paris")
    for method, body in (("PATCH", {"X_a": 2}), ("PUT", SMALLEST[name]), ("DELETE", None)):
        refused = api.ask(method, url(name, "it"), body)
        assert refused.json["type"] == "urn:provd:problem:read-only"


@each_collection
def test_a_hidden_secret_comes_back(name: str) -> None:
    """Who is not shown a secret of somebody's own sends its placeholder back, and changes nothing."""
    api = bench()
    make(api, name)
    api.ask("PATCH", url(name, "it"), {"X_password": "s3cret"})
    keep(api.core.store, users=[user("root", "superuser")])
    shown = api.ask("GET", url(name, "it"), authorization=basic("root")).json
    assert shown["X_password"] == "(not shown)"
    again = api.ask("PUT", url(name, "it"), shown, authorization=basic("root"))
    assert again.status == 200, again.body
    assert api.ask("GET", url(name, "it")).json["X_password"] == "s3cret"
