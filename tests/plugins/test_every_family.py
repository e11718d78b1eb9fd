"""What holds of every family alike: its recorded requests, its golden files, whom it believes by address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provd.plugins import Plugins
from provd.testing.families import RecordedRequest, concluded, installed, recorded_requests
from provd.testing.golden import kept_files, rendered_files

SOURCES = sorted(path.parent for path in Path(__file__).parents[2].glob("plugins/*/entry.py"))
PHONES = [source for source in SOURCES if (source / "golden").is_dir()]


@pytest.fixture(scope="module")
def family(request: pytest.FixtureRequest) -> Iterator[Plugins]:
    """Every edition of a family, installed and loaded."""
    with TemporaryDirectory() as scratch:
        yield installed(request.param, Path(scratch))


def name(value: object) -> str:
    """A source by its directory, a request by what it asks."""
    return value.name if isinstance(value, Path) else str(value)


@pytest.mark.parametrize(
    ("family", "recorded"),
    [(source, recorded) for source in SOURCES for recorded in recorded_requests(source)],
    indirect=["family"],
    ids=name,
)
def test_requests_are_recognised(family: Plugins, recorded: RecordedRequest) -> None:
    """What devices ask tells what the record says, and nothing where it says nothing; editions agree."""
    said = concluded(family, recorded.inquiry())
    editions = len(family.loaded())
    assert said == ([] if recorded.expect is None else [recorded.expect] * editions)


@pytest.mark.parametrize("source", PHONES, ids=name)
def test_golden_files(source: Path) -> None:
    """What the cases render is what is kept: `python -m provd.testing.golden plugins/<family>`."""
    assert rendered_files(source) == kept_files(source)


@pytest.mark.parametrize("family", PHONES, indirect=True, ids=name)
def test_an_address_stands_for_a_phone_over_tftp_only(family: Plugins) -> None:
    """HTTP requests name a phone, so that a browser behind its address is not taken for it."""
    assert {plugin.by_address for plugin in family.loaded()} == {frozenset({"tftp"})}
