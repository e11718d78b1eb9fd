"""Whoever may not see a document is told of it what they are told of one that there is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from provd.testing.reached import JSON, OF_THE_SITE, Answer, Site

pytestmark = pytest.mark.system

MERGE = "application/merge-patch+json"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all of them: none may harm the next."""
    made = Site(tmp_path_factory.mktemp("hostile") / "server")
    try:
        made.settle()
        yield made
    finally:
        made.connection.close()
        made.server.close()


VALID: Mapping[str, Any] = {
    "users": {"roles": []},
    "roles": {"claims": []},
    "configs": {"parent_ids": [], "raw_config": {"sip_proxy_ip": "192.0.2.1"}},
    "devices": {"description": "mine now"},
    **OF_THE_SITE,
}


FLEETING = {
    *("alerts", "operations", "leases", "tenures", "backups", "clear"),
    *("keys", "credentials", "url-tokens"),
}
"""Of these there may be none; to ask for the last leaves a line."""

LISTED = frozenset(
    {
        *("alerts", "audit", "decisions", "operations", "plugin-packages", "plugins"),
        *("rights", "tokens"),
    }
)
"""What nobody of this test makes: there is what the server has."""

CONDITIONS: tuple[dict[str, str], ...] = (
    {},
    {"if_match": '"1"'},
    {"if_none_match": '"1"'},
    {"if_none_match": "*"},
)


def there(site: Site, path: str) -> str:
    """The id of something that there is, of what a route is about."""
    noun = path.split("/")[3]
    if noun in LISTED:
        items = site.ask("root", "GET", f"/api/v1/{noun}").json["items"]
        return str(items[0]["id"]) if items else "there-is"
    return "reload" if noun == "system" else "there-is"


def elsewhere(document_id: str) -> str:
    """An id as long, that there is not."""
    return "".join("q" if each.isalpha() else each for each in document_id[:-1]) + "0"


def told(answer: Answer, document_id: str) -> tuple[Any, ...]:
    """All that a caller can tell, but for the names of the document and of the call."""
    moving = ("x-request-id", "date")
    headers = {name: text for name, text in answer.headers.items() if name not in moving}
    text = (
        answer.body.decode().replace(document_id, "ID").replace(answer.headers["x-request-id"], "")
    )
    return answer.status, headers, text


@pytest.mark.parametrize("who", ["nobody", "none", "viewer-b", "mighty-b"])
def test_what_may_not_be_seen_is_not_there(site: Site, who: str) -> None:
    """By every route that names a document, in every manner of asking."""
    routes = site.ask("root", "GET", "/api/v1").json["routes"]
    about = [each for each in routes if "{" in each["path"] and "indexes" not in each["path"]]
    assert len(about) > 25
    before = site.position()
    for route in about:
        ids = there(site, route["path"]), elsewhere(there(site, route["path"]))
        noun = route["path"].split("/")[3]
        if (
            route["method"] == "GET"
            and route["path"].count("{") == 1
            and not FLEETING & {*route["path"].split("/")}
        ):
            there_is = re.sub(r"{[^}]+}", ids[0], route["path"])
            assert site.ask("root", "GET", there_is).status == 200
        reads = route["method"] in {"GET", "DELETE"}
        bodies: tuple[Any, ...] = (None,) if reads else ({}, VALID.get(noun, {}))
        for body, headers, query in product(bodies, CONDITIONS, ("", "?dryrun")):
            seen = []
            for document_id in ids:
                path = re.sub(r"{[^}]+}", document_id, route["path"]) + query
                sent = headers | ({"content_type": MERGE} if route["method"] == "PATCH" else {})
                answer = site.ask(who, route["method"], path, body, **sent)
                assert 400 <= answer.status < 500, (path, headers, answer)
                seen.append(told(answer, document_id))
            assert seen[0] == seen[1], (route, headers, query)
    assert site.position() == before


@pytest.mark.parametrize("who", ["viewer-b", "mighty-b"])
def test_what_may_not_be_seen_is_in_no_list(site: Site, who: str) -> None:
    """However it is asked for, and by whatever it is referred to."""
    for noun in ("devices", "configs"):
        for query in (
            "id=ID",
            "tenant=a",
            'q={"id":"ID"}',
            "id=Re(ID)",
            "id=In(ID,x)",
            "limit=1&skip=1",
        ):
            seen = []
            for document_id in ("there-is", "there-0s"):
                asked = query.replace("ID", document_id).replace('"', "%22").replace("{", "%7B")
                answer = site.ask(who, "GET", f"/api/v1/{noun}?{asked.replace('}', '%7D')}")
                assert b"there-is" not in answer.body
                seen.append(told(answer, document_id))
            assert seen[0] == seen[1], query
    before = site.position()
    for method, path, body in (
        ("PATCH", "/api/v1/devices/own", {"config": "ID"}),
        ("PATCH", "/api/v1/configs/own", {"parent_ids": ["ID"]}),
        ("POST", "/api/v1/devices", {"config": "ID"}),
        ("POST", "/api/v1/devices", {"id": "ID"}),
        ("POST", "/api/v1/configs", {"id": "ID"}),
        ("POST", "/api/v1/configs", {"parent_ids": ["ID"]}),
        ("POST", "/api/v1/devices:bulk", {"operations": [{"op": "delete", "id": "ID"}]}),
        (
            "POST",
            "/api/v1/configs:bulk",
            {"operations": [{"op": "patch", "id": "ID", "patch": {}}]},
        ),
        ("POST", "/api/v1/whatif", {"protocol": "http", "path": "/ID"}),
    ):
        seen = []
        for document_id in ("there-is", "there-0s"):
            sent = json.dumps(body).replace("ID", document_id).encode()
            kind = MERGE if method == "PATCH" else JSON
            answer = site.ask(who, method, path, sent, content_type=kind)
            assert 400 <= answer.status < 500, (path, body, answer)
            seen.append(told(answer, document_id))
        assert seen[0] == seen[1], (path, body)
    assert site.position() == before
