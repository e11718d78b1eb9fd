"""The schemas that routes name: stored documents as they are shown and as they may be given, and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec
from msgspec import Raw, Struct

from provd.api._about import ABOUT_ALL, About
from provd.api._openapi._raw_config import raw_config_schema
from provd.api._openapi._shapes import SHAPES
from provd.api._openapi._shapes_of_dhcp import SHAPES_OF_DHCP, WORDS_OF_DHCP
from provd.api._openapi._shapes_of_events import SHAPES_OF_EVENTS
from provd.api._openapi._shapes_of_serving import SHAPES_OF_SERVING, WORDS_OF_SERVING
from provd.api._openapi._words import first_words, words_of
from provd.application.json_patch import DEEPEST, MOST
from provd.documents import (
    NEVER_SHOWN,
    Answered,
    Claim,
    Document,
    Preferences,
    Token,
)
from provd.documents.ids import MAX_ID
from provd.documents.operation import State

Schema = dict[str, Any]

REF = "#/components/schemas/{name}"

ID: Schema = {"type": "string", "pattern": rf"^(?!\.{{1,2}}$)[A-Za-z0-9._:@+~=-]{{1,{MAX_ID}}}$"}
"""What may be an id, as `provd.documents.check_id` has it."""

POINTER: Schema = {"type": "string", "pattern": rf"^(/([^~/]|~[01])*){{0,{DEEPEST}}}$"}
"""A JSON pointer (RFC 6901)."""

NULL: Schema = {"type": "null"}
TEXT_OF_TOKEN: Schema = {
    "type": "string",
    "description": "What is sent as `Authorization: Bearer`; told here and never again.",
}

GRADES: dict[str, Schema] = {
    "validated": {"type": "boolean", "description": "It is well formed."},
    "available": {"type": "boolean", "description": "It is, and can be used as it is."},
    "errors": {
        "type": "array",
        "items": {"type": "string"},
        "description": "What is wrong or missing where it cannot, as sentences.",
    },
    "read_only": {"type": "boolean", "description": "It belongs to another site."},
    "owner": {"type": "string", "description": "The site it belongs to; empty for this one."},
}

INDEXES_OF_ONE: Schema = {
    "type": "object",
    "description": "The indexes of one collection, by field.",
    "additionalProperties": {"$ref": REF.format(name="Indexed")},
}


@cache
def components() -> dict[str, Schema]:
    """Every schema by its name."""
    found = {
        "RawConfig": raw_config_schema(),
        "Preferences": _shown(Preferences),
        "IssuedToken": _shown(Token, {"token": TEXT_OF_TOKEN}),
        "OpenApi": {
            "type": "object",
            "description": "A document of the OpenAPI specification 3.1.",
        },
        "Patch": {
            "type": "object",
            "description": "A merge patch (RFC 7396): null removes a key. The result must be valid.",
        },
        "JsonPatch": {
            "type": "array",
            "description": f"Operations of a JSON patch (RFC 6902), {MOST} at most.",
            "maxItems": MOST,
            "items": {
                "anyOf": [
                    _operation(("add", "replace", "test"), path=POINTER, value={}),
                    _operation(("remove",), path=POINTER),
                    _operation(("move", "copy"), path=POINTER, **{"from": POINTER}),
                ]
            },
        },
        "Bytes": {"type": "string", "format": "binary", "description": "A piece of a file."},
        "Parameters": {
            "type": "object",
            "description": "Parameters of an action, by name; the action tells which.",
        },
        "IndexesOfOne": INDEXES_OF_ONE,
        "Indexes": {
            "type": "object",
            "description": "What is found without looking at every document, by collection.",
            "additionalProperties": INDEXES_OF_ONE,
        },
        "Counters": {
            "type": "object",
            "description": "Counts since the start, by part and name.",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "integer"},
            },
        },
    }
    for about in ABOUT_ALL:
        found |= _of_collection(about)
    return found | _shapes()


def _of_collection(about: About) -> dict[str, Schema]:
    """One as it is shown and as it may be given, and what comes of many changes."""
    name, kept = about.schema, about.kind.type
    observed = _fields(about.shown_of) if about.shown_of is not None else {}
    beside = {key: each for key, each in observed.items() if key in about.beside}
    if not about.editable:
        return {name: _shown(kept, {**about.shown, **beside})}
    return {
        name: _shown(kept, {**about.shown, **beside, **GRADES}),
        f"{name}Given": _given(kept, about.given, about.required),
        f"{name}Results": _results(name),
    }


def _operation(names: tuple[str, ...], **needed: Schema) -> Schema:
    """One of a JSON patch; what it does not need it may have."""
    return {
        "type": "object",
        "properties": {"op": {"type": "string", "enum": list(names)}, **needed},
        "required": ["op", *needed],
    }


def _results(name: str) -> Schema:
    """What came of many changes of one kind of document."""
    result = {
        "type": "object",
        "description": "What came of one operation.",
        "properties": {
            "op": {"type": "string", "description": "`create`, `replace`, `patch` or `delete`."},
            "id": {"type": "string", "description": "Of the document."},
            "status": {"type": "integer", "description": "As a call of its own would answer."},
            "document": _with(ref(name), "As it is since."),
            "problem": _with(ref("ProblemDetails"), "Why it was not made."),
            "changes": {
                "type": "array",
                "description": "With `dryrun`: what would change.",
                "items": ref("Change"),
            },
        },
        "required": ["status"],
    }
    return {
        "type": "object",
        "description": f"What came of many changes ({name}).",
        "properties": {
            "atomic": {"type": "boolean", "description": "Whether they were made in one commit."},
            "made": {"type": "integer", "description": "How many were made."},
            "refused": {"type": "integer", "description": "How many were not."},
            "results": {"type": "array", "description": "In order.", "items": result},
            "dryrun": {"type": "boolean", "description": "Nothing was changed."},
        },
        "required": ["atomic", "made", "refused", "results"],
    }


def ref(name: str) -> Schema:
    """A reference to a component."""
    return {"$ref": REF.format(name=name)}


def _shapes() -> dict[str, Schema]:
    types: tuple[type[Struct], ...] = (
        *SHAPES,
        *SHAPES_OF_DHCP,
        *SHAPES_OF_SERVING,
        *SHAPES_OF_EVENTS,
        Answered,
        Claim,
    )
    words: tuple[type[StrEnum], ...] = (State, *WORDS_OF_DHCP, *WORDS_OF_SERVING)
    _schemas, made = msgspec.json.schema_components((*types, *words), ref_template=REF)
    for word in words:
        made[word.__name__]["description"] = first_words(word)
    for type_ in _with_those_inside(types):
        _describe(made[type_.__name__], type_)
    return made


HIDDEN = frozenset({"extra", *NEVER_SHOWN})
"""Fields that no client sees."""


def _with_those_inside(types: tuple[type[Struct], ...]) -> set[type[Struct]]:
    """The types, and every Struct that is the type of a field of theirs."""
    found: set[type[Struct]] = set()
    for type_ in types:
        found.add(type_)
        for field in msgspec.structs.fields(type_):
            inside = (field.type, *getattr(field.type, "__args__", ()))
            structs = tuple(
                each for each in inside if isinstance(each, type) and issubclass(each, Struct)
            )
            found |= _with_those_inside(structs)
    return found


def _describe(schema: Schema, type_: type[Struct]) -> None:
    schema["description"] = first_words(type_)
    words = words_of(type_)
    for name, each in schema["properties"].items():
        each.pop("default", None)
        if text := words.get(name):
            schema["properties"][name] = _with(each, text)


def _with(schema: Schema, text: str) -> Schema:
    """A schema with words."""
    return {**schema, "description": text}


def _fields(type_: type[Document]) -> dict[str, Schema]:
    """The fields of a document, but for the keys that provd does not know."""
    fields = [field for field in msgspec.structs.fields(type_) if field.name not in HIDDEN]
    kept = [dict[str, Any] if field.type is Raw else field.type for field in fields]
    schemas, _inside = msgspec.json.schema_components(kept, ref_template=REF)
    words = words_of(type_)
    return {
        field.encode_name: _with(schema, words.get(field.name, ""))
        for field, schema in zip(fields, schemas, strict=True)
    }


def _shown(type_: type[Document], more: dict[str, Schema] | None = None) -> Schema:
    """A document as it is answered: what says nothing is left out, unless `fields` asks for less still."""
    properties = {name: _never_null(each) for name, each in (_fields(type_) | (more or {})).items()}
    return {
        "type": "object",
        "description": f"{first_words(type_)} Keys that provd does not know are kept as they are.",
        "properties": properties,
        "required": ["id"],
    }


def _given(
    type_: type[Document], better: Mapping[str, Schema], required: tuple[str, ...] = ()
) -> Schema:
    """A document as a client may send it: null says no more than nothing."""
    fields = {name: each for name, each in _fields(type_).items() if name not in SERVER_KEPT}
    properties = {}
    for name, each in fields.items():
        schema = better.get(name) or _never_null(each)
        optional = schema if name in required else {"anyOf": [_bare(schema), NULL]}
        properties[name] = _with(optional, each["description"])
    properties["id"] = _with({"anyOf": [ID, NULL]}, "Chosen by the server where it is not given.")
    return {
        "type": "object",
        "description": f"{first_words(type_)} Other keys are kept as they are.",
        "properties": properties,
        "required": list(required),
    }


SERVER_KEPT = frozenset({"revision", "remote_state_sip_username"})
"""Keys whose value in a client's document means nothing."""


def _bare(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "description"}


def _never_null(schema: Schema) -> Schema:
    """The schema of a key that is left out rather than null."""
    options = schema.get("anyOf")
    if not options:
        return schema
    left = [each for each in options if each != NULL]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**rest, **left[0]} if len(left) == 1 else {**rest, "anyOf": left}
