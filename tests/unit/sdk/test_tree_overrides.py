"""Which templates may render a file of a plugin's tree."""

from __future__ import annotations

from typing import Any

import pytest

from provd.sdk import Format, Rendered
from provd.testing.documents import a_device


class Looked:
    """A view that knows its device."""

    def __init__(self, model: str | None) -> None:
        """A device of that model."""
        self.device = a_device(model=model)


@pytest.mark.parametrize(
    ("pattern", "path", "model", "names"),
    [
        (
            "{MAC}.cfg",
            "00005E005301.cfg",
            "6757i",
            ("00005E005301.cfg.tpl", "6757i.tpl", "phone.tpl"),
        ),
        (
            "p/{mac}.cfg",
            "p/00005e005301.cfg",
            "6757i",
            ("00005e005301.cfg.tpl", "6757i.tpl", "phone.tpl"),
        ),
        ("{MAC}.cfg", "00005E005301.cfg", None, ("00005E005301.cfg.tpl", "phone.tpl")),
        ("aastra.cfg", "aastra.cfg", "6757i", ("aastra.cfg.tpl", "phone.tpl")),
    ],
)
def test_what_may_render_a_file(
    pattern: str, path: str, model: str | None, names: tuple[str, ...]
) -> None:
    """The file's own template, that of the model for a file named after the device, the rule's own."""
    view: Any = Looked(model)
    assert tuple(Rendered(pattern, "phone.tpl", Format.LINES).candidates(path, view)) == names
