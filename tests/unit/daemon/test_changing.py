"""Which settings need a restart: every one is either, in the tables and on the page."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import fields

from provd.daemon.settings import (
    AT_START,
    WITHOUT_RESTART,
    ApiSettings,
    LogSettings,
    Settings,
    changes,
    why_not,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "operate" / "reload.rst"

EVERY = {f"{part.name}.{key.name}" for part in fields(Settings) for key in fields(part.type)}


def test_every_setting_is_either() -> None:
    """Whoever adds one says whether it needs a restart, and why."""
    tables = (set(AT_START), set(WITHOUT_RESTART))
    assert set().union(*tables) == EVERY
    assert sum(map(len, tables)) == len(EVERY)
    assert {name for name in EVERY if not why_not(name)} == WITHOUT_RESTART


def test_the_page_tells_them_apart() -> None:
    """As the tables have it."""
    at_once, at_start = (
        PAGE.read_text(encoding="utf-8").split("Taken up at once")[1].split("Taken up at a start")
    )
    assert set(re.findall(r"``(\w+\.\w+)``", at_once)) == WITHOUT_RESTART
    assert set(re.findall(r"``(\w+\.\w+)``", at_start)) == set(AT_START)


def test_what_changed() -> None:
    """By name, in order."""
    new = Settings(log=LogSettings(level="warn"), api=ApiSettings(port=1, hosts=("a",)))
    assert changes(Settings(), new) == ("api.port", "api.hosts", "log.level")
    assert changes(Settings(), Settings()) == ()
