"""The example that authors start from is a definition that is accepted."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from provd.files import parse_definitions
from provd.values.package import KINDS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "plugins" / "packages.rst"


def test_the_example() -> None:
    """Both of its packages are read, with everything that the page tells."""
    found = re.search(r"\.\. code-block:: json\n\n(.+?)\n\n\w", PAGE.read_text(), re.DOTALL)
    assert found is not None
    firmware, languages = parse_definitions(dedent(found[1]).encode(), "the example")
    assert firmware.images == {"*": "T46S.rom"}
    assert languages.into == "lang"


def test_every_key_and_kind() -> None:
    """What may be said is on the page."""
    text = PAGE.read_text()
    keys = ("id", "version", "kind", "description", "models", "image", "into", "files")
    of_files = ("name", "size", "sha256", "urls", "hint", "archive", "take", "member", "as")
    for word in (*keys, *of_files, *KINDS, "zip", "tar"):
        assert f"``{word}``" in text
