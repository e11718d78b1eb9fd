"""docs/operate/settings.rst is the settings as they are: every key, every default, nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

from provd.daemon.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "operate" / "settings.rst"
ROW = re.compile(r"   \* - ``(\w+)``\n     - ``(.+)``\n     - (\S.*)")


def on_the_page() -> dict[str, str]:
    """Each setting that the page has a row for, and the default it tells."""
    found: dict[str, str] = {}
    _intro, *sections = re.split(r"^\[(\w+)\]\n-+\n", PAGE.read_text(), flags=re.MULTILINE)
    for name, text in zip(sections[::2], sections[1::2], strict=True):
        found |= {f"{name}.{key}": default for key, default, _meaning in ROW.findall(text)}
    return found


def in_truth() -> dict[str, str]:
    """Each setting there is, and its default as JSON."""
    return {
        f"{section.name}.{key.name}": json.dumps(
            msgspec.to_builtins(getattr(section.type(), key.name))
        )
        for section in msgspec.structs.fields(Settings)
        for key in msgspec.structs.fields(section.type)
    }


def test_every_setting_is_documented_with_its_default() -> None:
    """Whoever adds, removes or changes one changes its row."""
    assert on_the_page() == in_truth()
