"""The description of the API: valid, complete, and true of what is served."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from provd.api import Noun, Route
from provd.api._errors import DEFECT, METHOD_NOT_ALLOWED, TABLE
from provd.api._openapi._raw_config import up_to
from provd.api._openapi._shapes import Description
from provd.api._openapi._words import words_of
from provd.api._routes import NOTHING_SAID, template
from provd.application.describe import _KEYS
from provd.documents.raw_config.schema import KEYS, TABLES
from provd.testing.api import Bench, bench
from provd.testing.plugins import acme

API: Bench = bench(acme())
DESCRIPTION: dict[str, Any] = API.ask("GET", "/api/v1/openapi.json").json
SCHEMAS: dict[str, Any] = DESCRIPTION["components"]["schemas"]


def routes() -> list[tuple[Noun, Route]]:
    """Every route that is served."""
    return [(noun, each) for noun in API.site.resource.nouns for each in noun.app.census.values()]


def operation(noun: Noun, route: Route) -> dict[str, Any]:
    """What is said of a route."""
    found = DESCRIPTION["paths"][template(noun.prefix + route.path)][route.method.lower()]
    assert isinstance(found, dict)
    return found


NAMES = [f"{route.method} {template(noun.prefix + route.path)}" for noun, route in routes()]
each_route = pytest.mark.parametrize(("noun", "route"), routes(), ids=NAMES)


def test_valid() -> None:
    """By the specification's own schema."""
    validate(DESCRIPTION)


def test_every_route_and_no_other() -> None:
    """What is described is what is served."""
    described = [
        f"{method.upper()} {path}"
        for path, operations in DESCRIPTION["paths"].items()
        for method in operations
    ]
    assert sorted(described) == sorted(NAMES)


@each_route
def test_every_route_says_something(noun: Noun, route: Route) -> None:
    """Give `route(…)` its `says`: what it reads, answers and refuses."""
    assert route.says != NOTHING_SAID
    assert operation(noun, route)["summary"]


def test_operations_have_names_of_their_own() -> None:
    """Generated clients make methods of them."""
    names = [operation(*each)["operationId"] for each in routes()]
    assert len(names) == len(set(names))


@each_route
def test_parameters_are_those_that_the_route_knows(noun: Noun, route: Route) -> None:
    """The route itself says which it knows, when it refuses another."""
    path = template(noun.prefix + route.path).replace("{", "").replace("}", "")
    answer = API.ask(route.method, f"{path}?no_such_parameter=1", {} if route.says.reads else None)
    assert answer.status == 400
    [problem] = answer.json["problems"]
    known = {each for each in problem["expected"].split(", ") if each}
    described = operation(noun, route)["parameters"]
    assert known == {each["name"] for each in described if each["in"] == "query"}


def test_what_proves_who_calls() -> None:
    """A token or a password, or nothing where that is enough; and what anybody may ask is marked."""
    proofs = DESCRIPTION["components"]["securitySchemes"]
    assert {each["scheme"] for each in proofs.values()} == {"bearer", "basic"}
    assert DESCRIPTION["security"] == [*({name: []} for name in proofs), {}]
    public = {
        name for name, each in zip(NAMES, routes(), strict=True) if "security" in operation(*each)
    }
    assert public == {"GET /healthz"}


def test_every_refusal_is_told_somewhere() -> None:
    """Name its slug in the `refuses` of the routes that raise it, or in `EVERYWHERE`."""
    told = {slug for name in DESCRIPTION["components"]["responses"] for slug in name.split(".")[1:]}
    assert {row.slug for row in (*TABLE.values(), METHOD_NOT_ALLOWED, DEFECT)} == told


def undocumented() -> Iterator[str]:
    """Properties without words; those of a raw config have a page of their own."""
    for name, schema in SCHEMAS.items():
        if not schema.get("description"):
            yield name
        if name != "RawConfig":
            for key, each in schema.get("properties", {}).items():
                if not each.get("description"):
                    yield f"{name}.{key}"


def test_every_field_is_documented() -> None:
    """Write a text below the field of the Struct."""
    assert not list(undocumented())


def test_parameters_of_raw_configs() -> None:
    """All of them, and nothing else but what anybody may add."""
    raw = SCHEMAS["RawConfig"]
    assert set(raw["properties"]) == {*KEYS, *TABLES}
    assert set(raw["patternProperties"]) == {"^X_"}


@pytest.mark.parametrize("high", [0, 7, 9, 10, 99, 100, 4094, 65535])
def test_numbers_spelled_as_texts(high: int) -> None:
    """A regular expression takes those up to the bound, and no other."""
    pattern = re.compile(up_to(high))
    assert [n for n in range(2 * high + 200) if pattern.fullmatch(str(n))] == [*range(high + 1)]


def test_the_description_of_a_request() -> None:
    """What a what-if understands."""
    assert set(words_of(Description)) == _KEYS


def strict(schema: Any) -> Any:
    """The schema, where every object has the properties it names and no other."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(each) for key, each in schema.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made["additionalProperties"] = False
    return made


def check(noun: Noun, route: Route, status: int, value: Any) -> None:
    """Hold an answer to what is said of it, unknown keys included."""
    described = operation(noun, route)["responses"][str(status)]
    if "$ref" in described:
        name = described["$ref"].rpartition("/")[2]
        described = DESCRIPTION["components"]["responses"][name]
    content = next(iter(described["content"].values()))
    components = {"schemas": strict(SCHEMAS)}
    Draft202012Validator({**content["schema"], "components": components}).validate(value)


@pytest.fixture(scope="module")
def filled() -> Bench:
    """A server that has one of everything."""
    phone = {"id": "phone", "plugin": "acme-1.0", "config": "base", "ip": "192.0.2.7"}
    request = {"protocol": "http", "path": "/x.cfg", "ip": "192.0.2.7"}
    for path, body in (
        ("configs", {"id": "base", "parent_ids": ["missing"], "raw_config": {"sip_lines": {}}}),
        ("devices", phone),
        ("whatif", request),
    ):
        assert API.ask("POST", f"/api/v1/{path}", body).status < 300
    API.ask("POST", "/api/v1/plugins/acme-1.0/reload")
    return API


IDS = {
    "/api/v1/devices/{document_id}": "phone",
    "/api/v1/configs/{document_id}": "base",
    "/api/v1/configs/{document_id}/raw": "base",
    "/api/v1/plugins/{plugin_id}": "acme-1.0",
}


@each_route
def test_answers_are_as_described(filled: Bench, noun: Noun, route: Route) -> None:
    """Every GET, with all that is there, and where there is nothing."""
    if route.method != "GET" or route.says.answers in {"", "OpenApi"}:
        return
    path = template(noun.prefix + route.path)
    for name in (IDS.get(path, "nobody"), "nobody"):
        answer = filled.ask("GET", re.sub(r"{[^}]+}", name, path))
        assert answer.status == (404 if "{" in path and name == "nobody" else 200)
        check(noun, route, answer.status, answer.json)


def test_other_answers_are_as_described(filled: Bench) -> None:
    """What-if, creation and refusals of it."""
    by_name = dict(zip(NAMES, routes(), strict=True))
    request = {"protocol": "http", "path": "/x.cfg", "ip": "192.0.2.7"}
    for path, body in (
        ("whatif", request),
        ("whatif", {}),
        ("devices", {}),
        ("devices", {"id": 7}),
    ):
        answer = filled.ask("POST", f"/api/v1/{path}", body)
        check(*by_name[f"POST /api/v1/{path}"], answer.status, answer.json)


@pytest.mark.parametrize("name", ["openapi.json", "docs"])
def test_as_a_browser_and_as_a_program_ask(name: str) -> None:
    """In its one form, gzipped where that is wanted; who reads neither is told so."""
    path = f"/api/v1/{name}"
    plain = API.ask("GET", path, accept="text/html" if name == "docs" else "application/json")
    packed = API.ask("GET", path, accept="*/*;q=0.1", accept_encoding="gzip, br")
    assert (plain.status, packed.status) == (200, 200)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    assert API.ask("GET", path, accept="image/png").status == 406


def test_lists_are_told_in_all_their_forms() -> None:
    """And one document in all but CSV."""
    paths = DESCRIPTION["paths"]
    listed = paths["/api/v1/devices"]["get"]["responses"]["200"]["content"]
    single = paths["/api/v1/devices/{document_id}"]["get"]["responses"]["200"]["content"]
    assert set(listed) == {"application/json", "application/yaml", "text/csv"}
    assert set(single) == {"application/json", "application/yaml"}


def test_bodies_are_told_in_both_their_forms() -> None:
    """Of the same shape, and with what YAML must be besides."""
    body = DESCRIPTION["paths"]["/api/v1/devices"]["post"]["requestBody"]
    assert body["content"]["application/yaml"] == body["content"]["application/json"]
    assert "quote" in body["description"]


def test_a_client_that_has_it_is_not_sent_it_again() -> None:
    """It has a validator."""
    for path in ("/api/v1/openapi.json", "/api/v1/docs"):
        first = API.ask("GET", path)
        again = API.ask("GET", path, if_none_match=first.headers["etag"])
        assert (first.status, again.status, again.body) == (200, 304, b"")


class TestPage:
    """The description for a browser."""

    def test_it_shows_every_operation_and_schema(self) -> None:
        """Each can be linked to."""
        body = API.ask("GET", "/api/v1/docs").body.decode()
        names = [operation(*each)["operationId"] for each in routes()]
        for name in (*names, *(f"schema-{name}" for name in SCHEMAS)):
            assert f'id="{name}"' in body

    def test_it_is_well_formed(self) -> None:
        """Whatever is opened is closed, in order."""
        left: list[str] = []

        class Tags(HTMLParser):
            def handle_starttag(self, tag: str, attrs: object) -> None:
                if tag not in {"meta", "br"}:
                    left.append(tag)

            def handle_endtag(self, tag: str) -> None:
                assert left.pop() == tag

        Tags().feed(API.ask("GET", "/api/v1/docs").body.decode())
        assert not left

    def test_it_needs_nothing_from_elsewhere(self) -> None:
        """No script, and no address of another host."""
        body = API.ask("GET", "/api/v1/docs").body.decode()
        assert "<script" not in body
        assert not re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", body)
        assert set(re.findall(r'href="([^#"]+)"', body)) == {"openapi.json"}

    def test_its_policy_lets_in_its_own_style_alone(self) -> None:
        """Whatever else would get into it is not run, loaded or framed."""
        answer = API.ask("GET", "/api/v1/docs")
        style = re.search(rb"<style>(.*?)</style>", answer.body, re.DOTALL)
        assert style
        digest = b64encode(sha256(style[1]).digest()).decode()
        policy = answer.headers["content-security-policy"]
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
        assert "frame-ancestors 'none'" in policy
