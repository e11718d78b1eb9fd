"""Grades are true of every kind of document: of what another version wrote, and of what refers to what is gone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from provd.documents import Claim, Config, Device, Document, Role, User
from provd.testing.access import keep
from provd.testing.api import Bench, bench
from provd.testing.plugins import acme

SECRET = "7654321"


@pytest.fixture
def api() -> Bench:
    """A server with the plugin `acme-1.0`."""
    return bench(acme())


def shown(api: Bench, collection: str, document: Document) -> dict[str, Any]:
    """A document that was kept without having been looked at, as it is shown."""
    keep(api.core.store, **{collection: [document]})
    found = api.ask("GET", f"/api/v1/{collection}/{document.id}").json
    assert isinstance(found, dict)
    return found


MALFORMED: list[tuple[str, Document, list[str]]] = [
    ("devices", Device(id="d", mac="00-00-5E-00-53-01", ip="x"), ["mac", "ip"]),
    ("configs", Config(id="c", raw_config=Raw(b'{"ntp_ip": 7}')), ["raw_config.ntp_ip"]),
    ("users", User(id="u", roles=("viewer", "viewer")), ["roles"]),
    ("roles", Role(id="r", claims=(Claim(scope="", actions=("read",)),)), ["claims.0.scope"]),
]


@pytest.mark.parametrize(("collection", "document", "paths"), MALFORMED)
def test_what_is_not_well_formed(
    api: Bench, collection: str, document: Document, paths: list[str]
) -> None:
    """Whoever wrote it, it is told with every place that is wrong, each time it is asked for."""
    told = shown(api, collection, document)
    assert (told["validated"], told["available"]) == (False, False)
    faults = [each.split("`")[1] for each in told["errors"][: len(paths)]]
    assert faults == paths
    assert api.ask("GET", f"/api/v1/{collection}/{document.id}").json == told


def test_no_secret_is_told(api: Bench) -> None:
    """Of a secret that is malformed, its place is told and not its value."""
    lines = b'{"sip_lines": {"1": {"password": %s}}}' % SECRET.encode()
    told = shown(api, "configs", Config(id="c", raw_config=Raw(lines)))
    assert not told["validated"]
    assert "password" in told["errors"][0]
    assert SECRET not in str(told["errors"])


def test_mended(api: Bench) -> None:
    """Once it is written again, it is well formed."""
    assert not shown(api, "devices", Device(id="d", mac="00-00-5E-00-53-01"))["validated"]
    api.ask("PATCH", "/api/v1/devices/d", {"mac": "00:00:5e:00:53:01"})
    assert api.ask("GET", "/api/v1/devices/d").json["validated"]


REFERRING: list[tuple[str, Document, str]] = [
    ("devices", Device(id="d", plugin="acme-1.0", config="gone"), "config 'gone'"),
    ("devices", Device(id="d", plugin="gone", config="base"), "plugin 'gone'"),
    ("configs", Config(id="c", parent_ids=("base", "gone")), "config 'gone'"),
    ("users", User(id="u", roles=("viewer", "gone")), "role 'gone'"),
    ("roles", Role(id="r", claims=(Claim(scope="gone", actions=("read",)),)), "'gone'"),
    ("roles", Role(id="r", claims=(Claim(scope="devices", actions=("gone",)),)), "'gone'"),
    (
        "roles",
        Role(
            id="r", claims=(Claim(scope="plugins", actions=("read",), specific=("acme-1.0", "no")),)
        ),
        "plugin 'no'",
    ),
]


@pytest.mark.parametrize(("collection", "document", "words"), REFERRING)
def test_what_refers_to_what_is_gone(
    api: Bench, collection: str, document: Document, words: str
) -> None:
    """It is well formed, cannot be used as it is, and tells what it misses, and nothing else."""
    keep(api.core.store, configs=[Config(id="base")])
    told = shown(api, collection, document)
    assert (told["validated"], told["available"]) == (True, False)
    [error] = told["errors"]
    assert words in error


def test_what_is_there() -> None:
    """Is not missed: built-in roles, plugins that are loaded, whatever may be named by `*`; and whether
    a document that a role names is there, is told to nobody.
    """
    api = bench(acme())
    claims = (
        Claim(scope="*", actions=("*",)),
        Claim(scope="plugins", actions=("read",)),
        Claim(scope="devices", actions=("read",), specific=("secret",)),
    )
    for collection, document in (
        ("users", User(id="u", roles=("superuser",))),
        ("roles", Role(id="r", claims=claims)),
    ):
        told = shown(api, collection, document)
        assert (told["validated"], told["available"], told["errors"]) == (True, True, [])


def test_it_goes_while_one_looks(api: Bench) -> None:
    """A role that is deleted is missed by its users from then on, and no more once it is back."""
    role = {"id": "desk", "claims": []}
    api.ask("POST", "/api/v1/roles", role)
    api.ask("POST", "/api/v1/users", {"id": "ann", "roles": ["desk"]})
    seen = [api.ask("GET", "/api/v1/users/ann").json["available"]]
    api.ask("DELETE", "/api/v1/roles/desk")
    seen.append(api.ask("GET", "/api/v1/users/ann").json["available"])
    api.ask("POST", "/api/v1/roles", role)
    seen.append(api.ask("GET", "/api/v1/users/ann").json["available"])
    assert seen == [True, False, True]


@pytest.mark.parametrize(("collection", "document", "_words"), REFERRING[2:5])
def test_lists_are_asked_for_grades(
    api: Bench, collection: str, document: Document, _words: str
) -> None:
    """What cannot be used is found without looking through everything oneself."""
    keep(api.core.store, configs=[Config(id="base")])
    shown(api, collection, document)
    for grade, found in (
        ("available=false", True),
        ("available=true", False),
        ("validated=true", True),
    ):
        listed = api.ask("GET", f"/api/v1/{collection}?{grade}").json["items"]
        assert (document.id in {each["id"] for each in listed}) is found, grade
