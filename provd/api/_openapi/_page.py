"""The description as one page: rendered here, with its style inside, no script, and nothing from elsewhere."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).parent


class Made(NamedTuple):
    """The page, and how a content security policy names its style."""

    body: bytes
    style: str


def page(description: Mapping[str, Any]) -> Made:
    """The page that shows a description."""
    style = (HERE / "page.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"code": code, "type": type_of, "name": name_of}
    template = environment.from_string((HERE / "page.html").read_text(encoding="utf-8"))
    shown = template.render(
        info=description["info"],
        tags=description["tags"],
        by_tag=_by_tag(description),
        schemas=description["components"]["schemas"],
        responses=description["components"]["responses"],
        style=Markup(style),  # noqa: S704 - our own file
    )
    digest = b64encode(sha256(style.encode("utf-8")).digest()).decode("ascii")
    return Made(shown.encode("utf-8"), f"sha256-{digest}")


def code(text: str) -> Markup:
    """A sentence with what stands in backquotes as code."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def name_of(reference: str) -> str:
    """The last part of a reference."""
    return reference.rpartition("/")[2]


def type_of(schema: Mapping[str, Any]) -> Markup:
    """A schema in a few words; a component is a link."""
    if reference := schema.get("$ref"):
        name = name_of(reference)
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    if options := schema.get("anyOf"):
        return Markup(" or ").join(type_of(each) for each in options)
    if schema.get("type") == "array":
        return Markup("list of ") + type_of(schema.get("items", {}))
    if choices := schema.get("enum"):
        return Markup(", ").join(escape(json.dumps(each)) for each in choices)
    kind = schema.get("type", "anything")
    words = " or ".join(kind) if isinstance(kind, list) else kind
    limits = [str(schema[key]) for key in ("format", "pattern") if key in schema]
    if "minimum" in schema:
        limits.append(f"{schema['minimum']} to {schema.get('maximum', '…')}")
    return escape(f"{words} ({', '.join(limits)})" if limits else words)


def _by_tag(description: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Any]]]:
    """(method, path, operation) by tag."""
    found: dict[str, list[tuple[str, str, Any]]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return found
