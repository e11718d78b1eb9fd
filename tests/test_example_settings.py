"""The example in etc/provd is the settings as they are: complete, true, and accepted."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from provd.daemon.settings import Settings, read_settings

EXAMPLE = Path(__file__).resolve().parent.parent / "etc" / "provd" / "provd.toml"


def uncommented(directory: Path) -> Path:
    """The example with each of its settings in force."""
    text = re.sub(r"^#(?=[a-z_]+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path = directory / "provd.toml"
    path.write_text(text, encoding="utf-8")
    return path


def every_setting() -> set[tuple[str, str]]:
    """Section and name of all there is to set."""
    return {
        (section.name, key.name)
        for section in msgspec.structs.fields(Settings)
        for key in msgspec.structs.fields(section.type)
    }


def test_the_example_changes_nothing() -> None:
    """Whoever installs it unedited has the defaults."""
    assert read_settings(EXAMPLE, {}) == Settings()


def test_the_example_tells_the_defaults(tmp_path: Path) -> None:
    """What it shows after each name is what holds when the line stays commented out."""
    assert read_settings(uncommented(tmp_path), {}) == Settings()


def test_the_example_shows_every_setting() -> None:
    """A setting that an administrator cannot find does not exist."""
    section, shown = "", set()
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[([a-z_]+)\]", line):
            section = heading[1]
        elif key := re.match(r"#([a-z0-9_]+) = ", line):
            shown.add((section, key[1]))
    assert shown == every_setting()
