"""`/api/v1/configs`: each route, with right and wrong input."""

from __future__ import annotations

from typing import Any

import pytest

from provd.testing.api import Bench, bench
from provd.testing.plugins import acme

URL = "/api/v1/configs"
BASE = {"id": "base", "parent_ids": [], "raw_config": {"ntp_ip": "192.0.2.3"}, "X_type": "internal"}
SITE = {
    "id": "site",
    "parent_ids": ["base", "gone"],
    "raw_config": {"X_site": {"floor": 3}, "locale": "fr_FR"},
}


@pytest.fixture
def api() -> Bench:
    """The API of a server with two configs."""
    made = bench(acme(), autoprov=False)
    for config in (BASE, SITE):
        assert made.ask("POST", URL, config).status == 201
    return made


def test_created_and_shown(api: Bench) -> None:
    """As it was given, with its revision."""
    answer = api.ask("GET", f"{URL}/site")
    assert answer.json | SITE == answer.json
    assert answer.headers["etag"] == f'"{answer.json["revision"]}"'


def test_an_id_is_taken(api: Bench) -> None:
    """A config is never overwritten by a new one."""
    assert api.ask("POST", URL, BASE).json["type"] == "urn:provd:problem:already-there"


def test_all_problems_at_once(api: Bench) -> None:
    """Each with its path into the raw config."""
    wrong = {
        "parent_ids": "base",
        "raw_config": {"vlan_id": 9999, "nonsense": 1, "sip_lines": {"1": {"proxy_port": "x"}}},
    }
    answer = api.ask("POST", URL, wrong)
    assert answer.status == 422
    assert {problem["path"] for problem in answer.json["problems"]} >= {
        "parent_ids",
        "raw_config.vlan_id",
        "raw_config.nonsense",
        "raw_config.sip_lines.1.proxy_port",
    }


def test_raw(api: Bench) -> None:
    """Flattened over its parents and the server's base, and where each value is from."""
    told = api.ask("GET", f"{URL}/site/raw").json
    assert told["raw_config"]["ntp_ip"] == "192.0.2.3"
    assert told["origin"] == {
        "ip": "(server)",
        "http_port": "(server)",
        "tftp_port": "(server)",
        "ntp_ip": "base",
        "X_site.floor": "site",
        "locale": "site",
    }
    assert told["lineage"] == ["base", "site"]
    assert told["missing"] == ["gone"]


def test_raw_of_nothing(api: Bench) -> None:
    """404."""
    assert api.ask("GET", f"{URL}/nobody/raw").status == 404


def test_list(api: Bench) -> None:
    """Filters, sort and window."""
    listed = api.ask("GET", f"{URL}?sort=-id&limit=1").json
    assert (listed["total"], [item["id"] for item in listed["items"]]) == (2, ["site"])
    assert api.ask("GET", f"{URL}?role=autocreate").json["total"] == 0
    assert api.ask("GET", f"{URL}?transient=false").json["total"] == 2
    assert api.ask("GET", f"{URL}?transient=perhaps").status == 400
    assert api.ask("GET", f"{URL}?mac=00005e005301").status == 400


def test_patch_and_put(api: Bench) -> None:
    """A merge keeps what it does not name; a null that is to override needs PUT."""
    patched = api.ask("PATCH", f"{URL}/site", {"raw_config": {"locale": None, "X_new": 1}}).json
    assert patched["raw_config"] == {"X_site": {"floor": 3}, "X_new": 1}
    put = api.ask("PUT", f"{URL}/site", {"parent_ids": [], "raw_config": {"ntp_ip": None}})
    assert put.json["raw_config"] == {"ntp_ip": None}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_conditions(api: Bench, method: str) -> None:
    """If-Match holds here as for devices."""
    body: Any = None if method == "DELETE" else BASE
    assert api.ask(method, f"{URL}/base", body, if_match='"999"').status == 412
    etag = api.ask("GET", f"{URL}/base").headers["etag"]
    assert api.ask(method, f"{URL}/base", body, if_match=etag).status in {200, 204}


def test_not_deletable(api: Bench) -> None:
    """A config that says so is not deleted, until it says otherwise."""
    api.ask("PATCH", f"{URL}/base", {"deletable": False})
    answer = api.ask("DELETE", f"{URL}/base")
    assert (answer.status, answer.json["type"]) == (409, "urn:provd:problem:not-deletable")
    api.ask("PATCH", f"{URL}/base", {"deletable": True})
    assert api.ask("DELETE", f"{URL}/base").status == 204
    assert api.ask("DELETE", f"{URL}/base").status == 404


def test_put_creates_where_nothing_is_to_be(api: Bench) -> None:
    """With `If-None-Match: *`, and only then."""
    config = {"parent_ids": [], "raw_config": {}}
    assert api.ask("PUT", f"{URL}/new", config).status == 404
    assert api.ask("PUT", f"{URL}/new", config, if_none_match="*").status == 201
