"""Documents on a command line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from provd.cli._assignments import gather, read_assignments, read_filters
from provd.cli._files import read_operations


def test_assignments() -> None:
    """Texts, JSON values, and dots that lead into objects."""
    words = ["mac=00:00", "sn=", "X_a:=3", "options.x:=true", "options.y.z=a=b", "n:=null"]
    assert read_assignments(words) == {
        "mac": "00:00",
        "sn": "",
        "X_a": 3,
        "options": {"x": True, "y": {"z": "a=b"}},
        "n": None,
    }


@pytest.mark.parametrize(
    "words", [["mac"], ["=x"], [":=1"], ["a:=x"], ["a=1", "a=2"], ["a=1", "a.b=2"], ["a.=1"]]
)
def test_what_is_none(words: list[str]) -> None:
    """Is a wrong command line, not a wrong document."""
    with pytest.raises(click.UsageError):
        read_assignments(words)


def test_from_a_file(tmp_path: Path) -> None:
    """Assignments come on top of the file."""
    file = tmp_path / "device.json"
    file.write_text('{"id": "a", "sn": "1"}', encoding="utf-8")
    assert gather(str(file), ["sn=2"]) == {"id": "a", "sn": "2"}


@pytest.mark.parametrize("content", ["[]", "{", ""])
def test_a_file_that_is_none(tmp_path: Path, content: str) -> None:
    """Names the file."""
    file = tmp_path / "device.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(click.UsageError, match=r"device\.json"):
        gather(str(file), [])
    with pytest.raises(click.UsageError, match="nowhere"):
        gather("nowhere", [])


def test_filters() -> None:
    """Keys stay as they are, texts too; several of one are kept."""
    assert read_filters(["version=Gte(3.2)", "options.x=a=b", "model=a", "model=b"]) == {
        "version": ["Gte(3.2)"],
        "options.x": ["a=b"],
        "model": ["a", "b"],
    }
    for word in ("mac", "=x"):
        with pytest.raises(click.UsageError):
            read_filters([word])


def test_operations(tmp_path: Path) -> None:
    """A list of objects, or a wrong command line."""
    file = tmp_path / "patch.json"
    file.write_text('[{"op": "remove", "path": "/sn"}]', encoding="utf-8")
    assert read_operations(str(file)) == [{"op": "remove", "path": "/sn"}]
    for text in ("{}", "[1]", "["):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(click.UsageError):
            read_operations(str(file))
