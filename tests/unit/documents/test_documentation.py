"""The reference pages say what the code says: every field, every parameter, an example that runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from provd.documents import (
    Alert,
    AuditLine,
    BootRule,
    Config,
    Device,
    DeviceRight,
    Document,
    Enrolment,
    Lease,
    Operation,
    OptionValue,
    PolicyScope,
    Preferences,
    Receipt,
    Reservation,
    Role,
    ServingBudget,
    ServingPolicy,
    State,
    Status,
    Subnet,
    Tenure,
    Token,
    User,
    When,
    explain,
    flatten,
    linearize,
    parse_config,
)
from provd.documents.device import DERIVED_KEYS
from provd.documents.raw_config.schema import KEYS, TABLES, Key, Type

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def page(name: str) -> str:
    """The text of a reference page."""
    return (REFERENCE / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a title, up to the next."""
    found = re.search(
        rf"^{re.escape(title)}\n([=\-~])\1+\n(.*?)(?=^\S[^\n]*\n([=\-~])\3{{2,}}\n|\Z)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert found, f"there is no section {title!r}"
    return found[2]


def first_column(text: str) -> list[str]:
    """The names in the first column of the list tables of a text."""
    rows = re.findall(r"^ +\* - (.*)$", text, re.MULTILINE)
    return [name for row in rows for name in re.findall("``(.*?)``", row)]


@pytest.mark.parametrize(
    "document",
    [
        Device,
        Config,
        Status,
        Operation,
        User,
        Role,
        Token,
        DeviceRight,
        Preferences,
        Subnet,
        OptionValue,
        Reservation,
        Lease,
        Tenure,
        BootRule,
        When,
        ServingPolicy,
        PolicyScope,
        ServingBudget,
        Enrolment,
        Alert,
        AuditLine,
        Receipt,
    ],
)
def test_every_field_is_documented(document: type[Struct]) -> None:
    """Each document's section has a row for each of its own fields, and for nothing else."""
    common = {field.name for field in msgspec.structs.fields(Document)}
    own = {
        field.encode_name for field in msgspec.structs.fields(document) if field.name not in common
    }
    told = first_column(section(page("documents.rst"), document.__name__))
    assert sorted(told) == sorted(own)


def test_what_every_document_has_is_documented() -> None:
    """The common fields have their own table; unknown keys are told in words."""
    told = first_column(section(page("documents.rst"), "Every document"))
    assert sorted(told) == sorted(
        {field.name for field in msgspec.structs.fields(Document)} - {"extra"}
    )


def test_what_clients_cannot_set_is_documented() -> None:
    """Each ignored key is named, and so is each state of an operation."""
    text = page("documents.rst")
    for word in (*DERIVED_KEYS, *State):
        assert f"``{word}``" in text


def holds(key: Key) -> str:
    """What a parameter holds, in words."""
    if key.type is Type.CHOICE:
        return ", ".join(f"``{choice}``" for choice in key.choices)
    if key.type is Type.INTEGER and key.high is not None:
        return f"integer, {key.low} to {key.high}"
    return str(key.type)


def table(keys: Iterable[Key]) -> str:
    """A list table of parameters, as the page must have it."""
    rows = ["parameter", "holds", "where absent", "what it is"]
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 30 20 20 30", ""]
    cells = [rows]
    for key in keys:
        about = key.about
        if key.needs:
            about = f"{about} Needs `{key.needs}` where it is true.".strip()
        absent = "refused" if key.required else key.default
        cells.append([f"`{key.name}`", holds(key), absent, about])
    for row in cells:
        for at, cell in enumerate(row):
            text = cell if "``" in cell else cell.replace("`", "``")
            lines.append(f"   {'*' if at == 0 else ' '} - {text}".rstrip())
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ["", *TABLES])
def test_every_parameter_is_documented_as_it_is_checked(name: str) -> None:
    """The tables of the page are those of the schema, word for word: on failure, paste what is expected."""
    keys = TABLES[name].row if name else KEYS
    assert table(keys.values()) in page("raw-config.rst")


def blocks(text: str) -> list[Any]:
    """The JSON of every example of a page, in order."""
    found = re.findall(
        r"^\.\. code-block:: json\n(?:   :.*\n)*\n((?:(?:   .*)?\n)+)", text, re.MULTILINE
    )
    return [json.loads(block) for block in found]


def test_the_example_of_inheritance_runs() -> None:
    """The page's configs, over its base, give its raw config, value by value from where it says."""
    base, *configs, flat, origins = blocks(page("inheritance.rst"))
    parsed = {config["id"]: parse_config(config) for config in configs}
    lineage = linearize(configs[-1]["id"], parsed.get)
    assert lineage is not None
    assert flatten(lineage, base) == flat
    assert explain(lineage, base) == origins
