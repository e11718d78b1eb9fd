"""Which templates there are, in directories that administrators and plugins fill."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provd.plugins.render import _library, survey
from provd.plugins.render._library import MOST_TEMPLATES


@pytest.fixture
def overrides(tmp_path: Path) -> Path:
    """An administrator's directory with one template, and one in a directory below it."""
    directory = tmp_path / "overrides"
    (directory / "below").mkdir(parents=True)
    (directory / "a.tpl").write_text("a")
    (directory / "below" / "b.tpl").write_text("b")
    return directory


def names(overrides: Path) -> set[str]:
    """What a survey finds."""
    return set(survey(overrides, overrides.parent / "shipped"))


def test_files_are_found_by_their_way_below(overrides: Path) -> None:
    """Hidden ones, and what editors leave, are none."""
    (overrides / ".a.tpl.swp").write_text("")
    (overrides / "a.tpl~").write_text("")
    assert names(overrides) == {"a.tpl", "below/b.tpl"}


def test_a_linked_file_counts_and_a_linked_directory_does_not(overrides: Path) -> None:
    """The latter may lead anywhere, or in circles: nobody waits for a walk through the whole disk."""
    (overrides / "c.tpl").symlink_to(overrides / "a.tpl")
    (overrides / "circle").symlink_to(overrides)
    (overrides / "everything").symlink_to("/")
    (overrides / "dangling.tpl").symlink_to(overrides / "nothing")
    assert names(overrides) == {"a.tpl", "below/b.tpl", "c.tpl"}


def test_what_is_no_file_is_passed_over(overrides: Path) -> None:
    """Nobody reads from a pipe that nobody writes to."""
    os.mkfifo(overrides / "pipe.tpl")
    (overrides / "loop.tpl").symlink_to("loop.tpl")
    assert names(overrides) == {"a.tpl", "below/b.tpl"}


def test_what_vanishes_meanwhile_is_passed_over(
    overrides: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor that saves a file at this very moment does not keep the others from being found."""
    file = _library._file

    def vanishing(entry: os.DirEntry[str]) -> _library.TemplateFile:
        if entry.name == "a.tpl":
            raise FileNotFoundError(entry.path)
        return file(entry)

    monkeypatch.setattr(_library, "_file", vanishing)
    assert names(overrides) == {"below/b.tpl"}


def test_the_number_of_files_is_bounded(overrides: Path) -> None:
    """Over all directories."""
    for number in range(3):
        directory = overrides / str(number)
        directory.mkdir()
        for each in range(MOST_TEMPLATES // 2):
            (directory / f"{each}.tpl").touch()
    assert len(names(overrides)) == MOST_TEMPLATES
