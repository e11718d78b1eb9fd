"""docs/reference/dhcp-packets.rst has every option and every kind; its table is made of the data."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path

import pytest

from provd.wire.dhcp import OPTIONS, parse_packet
from provd.wire.dhcp.spaces import IPXE, PXE, RELAY
from provd.wire.dhcp.values import KINDS

REFERENCE = Path(__file__).resolve().parents[4] / "docs" / "reference"
PAGE = (REFERENCE / "dhcp-packets.rst").read_text()
TABLE = REFERENCE / "dhcp-options.csv"


def table() -> str:
    """What the table has to be."""
    written = StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("code", "name", "kind", "source"))
    rows.writerows(
        (option.code, option.name, option.kind, option.source) for option in OPTIONS.values()
    )
    return written.getvalue()


def test_the_table_is_that_of_the_code() -> None:
    """Who changes an option writes `table()` to docs/reference/dhcp-options.csv."""
    assert TABLE.read_text() == table()


@pytest.mark.parametrize("kind", sorted({option.kind for option in OPTIONS.values()}))
def test_every_kind_is_explained(kind: str) -> None:
    """The page has a row for each kind that the table names."""
    explained = PAGE.partition("\nkind  ")[2].partition("What is forgiven")[0]
    assert kind in KINDS
    assert re.search(rf"^(?:``[\w-]+``, )*``{kind}``", explained, re.MULTILINE)


@pytest.mark.parametrize("space", [RELAY, PXE, IPXE])
def test_every_kind_of_a_space_is_there(space: dict[int, tuple[str, str]]) -> None:
    """No sub-option names a kind that is not built, and none shares a name with another."""
    assert {kind for _name, kind in space.values()} <= KINDS.keys()
    assert len({name for name, _kind in space.values()}) == len(space)


def test_the_example_is_a_packet() -> None:
    """What the page shows can be typed."""
    example = PAGE.partition("::\n\n")[2].partition("\n\n")[0]
    assert parse_packet(example).options[60] == b"PXEClient:Arch:00007:UNDI:003016"
