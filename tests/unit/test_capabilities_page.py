"""Pages that say of each capability whether it is offered, and what proves it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen

TESTS = Path(__file__).resolve().parents[1]
DOCS = TESTS.parent / "docs"
PAGES = (DOCS / "reference" / "capabilities.rst", DOCS / "operate" / "dhcp.rst")
ROW = re.compile(
    r"^   \* - (?P<what>.+)\n     - (?P<verdict>.+)\n     - (?P<how>.+)\n     - ", re.MULTILINE
)
PROOF = re.compile(r"``([\w/]+\.py)::([\w:]+)``")
VERDICTS = {"yes", "in part", "not yet"}


@frozen
class Row:
    """One capability, as the page has it."""

    what: str
    verdict: str
    how: str
    proofs: tuple[tuple[str, str], ...]


def rows(page: Path) -> Iterator[Row]:
    """Every row of every table but their heads."""
    text = page.read_text(encoding="utf-8")
    found = list(ROW.finditer(text))
    for at, each in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        proofs = tuple(PROOF.findall(text[each.end() : end]))
        if each["what"] != "capability":
            yield Row(each["what"], each["verdict"], each["how"], proofs)


@cache
def proofs_in(name: str) -> frozenset[str]:
    """Every test that a file holds itself: `test_this`, `Those::test_that`."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    found = set()
    for each in ast.parse((TESTS / name).read_text(encoding="utf-8")).body:
        if isinstance(each, functions):
            found.add(each.name)
        elif isinstance(each, ast.ClassDef):
            inner = (test.name for test in each.body if isinstance(test, functions))
            found.update(f"{each.name}::{test}" for test in inner)
    return frozenset(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_is_read(page: Path) -> None:
    """A row that is spelled in another way would be looked at by nobody."""
    text = page.read_text(encoding="utf-8")
    heads = text.count("   * - capability\n")
    assert heads
    assert len(list(rows(page))) == text.count("   * - ") - heads


@pytest.mark.parametrize(
    "row", [row for page in PAGES for row in rows(page)], ids=lambda row: row.what
)
def test_a_row_is_true(row: Row) -> None:
    """It has a verdict; what is offered has a test that there is; what is not, a word why."""
    assert row.verdict in VERDICTS
    assert row.how
    assert bool(row.proofs) == (row.verdict != "not yet")
    for name, test in row.proofs:
        assert test.rpartition("::")[2].startswith("test_")
        assert test in proofs_in(name), name
