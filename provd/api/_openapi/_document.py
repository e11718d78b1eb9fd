"""From routes to paths: the document that a client's generator reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from provd.api._asked import LONGEST_KEY
from provd.api._call import JSON_PATCH
from provd.api._errors import DEFECT, METHOD_NOT_ALLOWED, TABLE, Told
from provd.api._forms import YAML_TYPES
from provd.api._openapi._components import ID, components, ref
from provd.api._permission import PUBLIC
from provd.api._routes import Noun, Route, template
from provd.api._says import EVERYWHERE, TEXT, WITH_A_BODY, Parameter, Says
from provd.api._trace import LOG_LEVEL, LOG_WORD
from provd.api._yaml import BYTES_LIMIT, VALUES_LIMIT

Schema = dict[str, Any]

PROBLEM = "application/problem+json"

ROWS: Mapping[str, Told] = {row.slug: row for row in (*TABLE.values(), METHOD_NOT_ALLOWED, DEFECT)}
"""Every condition by the last part of its type."""

ABOUT = (
    "Everything that operators and programs may ask of provd. What holds for every route: GET answers"
    " HEAD too; parameters that a route does not know are refused; a refusal is problem details"
    " (RFC 9457) whose `problems` name everything that is wrong."
    f" With `{LOG_WORD}`, a word of the caller's own, the call has a line in the log whatever its level;"
    f" with `{LOG_LEVEL}` everything that is written of it from that level on is, in all that it passes through,"
    " for whoever has the right `logs detail`."
)

IN_YAML = (
    "In YAML, what readers differ about is refused, so quote what is a text (`no`, `012`, `1:30`); so are tags,"
    f" anchors, more than {BYTES_LIMIT} bytes and more than {VALUES_LIMIT} values."
)

CONDITIONS: Mapping[str, str] = {
    "If-Match": 'Only if the document is still at this revision: `"7"`.',
    "If-None-Match": "`*`: only if there is no such document yet.",
}
ONCE: Mapping[str, str] = {
    "Idempotency-Key": "Of the client's choice: the same call with the same key is made once, within a day.",
}
WAIT: Mapping[str, str] = {
    "If-None-Match": "The ETag of what the client has: 304 where there is nothing else.",
    "Prefer": "`wait=30`: with If-None-Match, wait so many seconds (300 at most) for something else.",
}
SPELLED_SO: Mapping[str, Schema] = {
    "Idempotency-Key": {"type": "string", "pattern": f"^[ -~]{{0,{LONGEST_KEY}}}$"},
}
"""Headers that are no plain texts."""

REVISION: Schema = {
    "ETag": {"description": "The revision, in quotes.", "schema": {"type": "string"}},
}
PROOFS: Schema = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token. Where `access.required` is off, programs on the host need none.",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "A name and a password, to get a token with.",
    },
}
"""What proves who calls."""

NAME_OF_CALL: Schema = {
    "X-Request-Id": {
        "description": "The name of the call: its changes and log lines carry it.",
        "schema": {"type": "string"},
    }
}


def describe(nouns: Iterable[Noun]) -> dict[str, Any]:
    """The description of the API that serves these nouns."""
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, str] = {}
    refusals: dict[str, Schema] = {}
    for noun in nouns:
        for route in noun.app.census.values():
            path = template(noun.prefix + route.path)
            paths.setdefault(path, {})[route.method.lower()] = _operation(noun, route, refusals)
            tags.setdefault(route.scope, type(noun).__doc__ or "")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "provd",
            "version": version("provd"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in sorted(tags.items())],
        "paths": dict(sorted(paths.items())),
        "security": [{"bearer": []}, {"basic": []}, {}],
        "components": {
            "schemas": components(),
            "responses": refusals,
            "securitySchemes": PROOFS,
        },
    }


def _operation(noun: Noun, route: Route, refusals: dict[str, Schema]) -> Schema:
    says = route.says
    made: Schema = {
        "operationId": f"{template(noun.prefix).rpartition('/')[2]}_{route.endpoint}",
        "summary": route.about.partition("\n")[0],
        "description": " ".join(route.about.split()),
        "tags": [route.scope],
        "x-provd-claim": {"scope": route.scope, "action": route.action},
        "parameters": [*_of_path(noun, route), *_of_query(says), *_of_headers(says)],
        "responses": _successes(route) | _refusals(route.says, refusals),
    }
    if (route.scope, route.action) in PUBLIC:
        made["security"] = []
    if says.hears:
        made["x-provd-websocket"] = {
            "hears": {"anyOf": [ref(name) for name in says.hears]},
            "tells": {"anyOf": [ref(name) for name in says.tells]},
        }
    return made | ({"requestBody": _body(says)} if says.reads else {})


def _of_path(noun: Noun, route: Route) -> list[Schema]:
    names = re.findall(r"{([^}]+)}", template(noun.prefix + route.path))
    return [{"name": name, "in": "path", "required": True, "schema": ID} for name in names]


def _of_query(says: Says) -> list[Schema]:
    return [_parameter(each, "query") for each in says.parameters]


def _of_headers(says: Says) -> list[Schema]:
    read = {
        **(CONDITIONS if says.conditional else {}),
        **(ONCE if says.rehearses else {}),
        **(WAIT if says.waits else {}),
    }
    return [
        _parameter(Parameter(name, about, SPELLED_SO.get(name, TEXT)), "header")
        for name, about in read.items()
    ]


def _parameter(parameter: Parameter, where: str) -> Schema:
    return {
        "name": parameter.name,
        "in": where,
        "description": parameter.about,
        "schema": dict(parameter.schema),
    }


def _body(says: Says) -> Schema:
    # What a declared type may be is the route's business; the first is what a client should send.
    types = sorted(says.types, key=lambda name: (name != "application/json", name))
    return {
        **({"description": IN_YAML} if YAML_TYPES[0] in says.types else {}),
        "required": True,
        "content": {name: {"schema": ref(_read_as(says, name))} for name in types},
    }


def _read_as(says: Says, media: str) -> str:
    """The schema of a body of that type."""
    return "JsonPatch" if media == JSON_PATCH else says.reads


def _successes(route: Route) -> Schema:
    says = route.says
    made = {str(status): _success(route, status) for status in (says.status, *says.also)}
    if says.rehearses:
        made["200"] = _rehearsed(made.get("200"))
    if route.method == "GET" and (says.waits or _has_revision(says)):
        about = "The client has it already: If-None-Match names its revision."
        made["304"] = {"description": about, "headers": {**REVISION, **NAME_OF_CALL}}
    return made


def _rehearsed(made: Schema | None) -> Schema:
    """A success, or with `dryrun` what would have been done."""
    told = ref("DryRun")
    if made is None:
        about = "With `dryrun`: what would change."
        return {
            "description": about,
            "headers": dict(NAME_OF_CALL),
            "content": {media: {"schema": told} for media in _forms(Says())},
        }
    either = {
        media: {"schema": {"anyOf": [content["schema"], told]}}
        for media, content in made["content"].items()
    }
    return {**made, "content": either}


def _refusals(says: Says, shared: dict[str, Schema]) -> Schema:
    """References to refusals; each kind of refusal is written once, among those that are `shared`."""
    by_status: dict[int, set[str]] = {}
    for slug in (*EVERYWHERE, *(WITH_A_BODY if says.reads else ()), *says.refuses):
        by_status.setdefault(ROWS[slug].status, set()).add(slug)
    made: Schema = {}
    for status, slugs in sorted(by_status.items()):
        name = ".".join((str(status), *sorted(slugs)))
        shared.setdefault(name, _refusal([ROWS[slug] for slug in sorted(slugs)]))
        made[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return made


def _success(route: Route, status: int) -> Schema:
    says = route.says
    made: Schema = {"description": HTTPStatus(status).phrase, "headers": dict(NAME_OF_CALL)}
    if status == 201:
        about = "Where the new document is."
        made["headers"]["Location"] = {"description": about, "schema": {"type": "string"}}
    if _has_revision(says):
        made["headers"] |= REVISION
    if says.answers:
        schema = _listing(says.answers) if says.listed else ref(says.answers)
        made["content"] = {media: {"schema": schema} for media in _forms(says)}
    if says.listed:
        made["content"]["text/csv"] = {"schema": TEXT}
    if says.media == "text/html":
        made["content"] = {says.media: {"schema": TEXT}}
    return made


def _forms(says: Says) -> tuple[str, ...]:
    """In which a value is sent, the usual one first."""
    return (says.media,) if says.page else (says.media, "application/yaml")


def _has_revision(says: Says) -> bool:
    """Whether the answer is a stored document, whose revision is its validator."""
    known = components().get(says.answers, {}).get("properties", {})
    return not says.listed and "revision" in known


def _listing(name: str) -> Schema:
    return {
        "type": "object",
        "properties": {
            "total": {"type": "integer", "description": "How many match in all."},
            "next": {
                "type": ["string", "null"],
                "description": "The `cursor` of the next page, where there is one.",
            },
            "items": {"type": "array", "items": ref(name)},
        },
        "required": ["total", "next", "items"],
        "additionalProperties": False,
    }


def _refusal(rows: list[Told]) -> Schema:
    types = [f"urn:provd:problem:{row.slug}" for row in rows]
    problem = {
        "allOf": [ref("ProblemDetails"), {"properties": {"type": {"enum": types}}}],
    }
    return {
        "description": "; ".join(f"`{row.slug}`: {row.title}" for row in rows) + ".",
        "content": {PROBLEM: {"schema": problem}},
    }
