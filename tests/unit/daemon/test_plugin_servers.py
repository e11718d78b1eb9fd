"""Which servers of plugins may be named: each with somebody who signs, or with the word that nobody does."""

from __future__ import annotations

from typing import Any

import pytest

from provd.daemon.settings._checks import check
from provd.files.releases import PluginServer

KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
URL = "https://plugins.example/stable/"


def problems(*servers: dict[str, Any]) -> list[str]:
    """What is wrong with these."""
    given = tuple(PluginServer(**server) for server in servers)
    return [str(problem) for problem in check("plugins.servers", given)]


def test_servers() -> None:
    """Signed, unsigned, and of files."""
    signed, unsigned = {"url": URL, "keys": (KEY,)}, {"url": "http://192.0.2.1/", "unsigned": True}
    assert problems(signed, unsigned, {"url": "file:///srv/plugins", "keys": (KEY,)}) == []


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ({"url": URL}, "names nobody who signs"),
        ({"url": URL, "keys": (KEY,), "unsigned": True}, "has keys, and is taken unsigned"),
        ({"url": URL, "keys": ("RW",)}, "keys[0]"),
        ({"url": "", "keys": (KEY,)}, "no URL"),
        ({"url": "ftp://plugins.example", "keys": (KEY,)}, "no URL"),
        ({"url": "file://elsewhere/x", "keys": (KEY,)}, "no URL"),
    ],
)
def test_what_is_wrong_with_one(server: dict[str, Any], why: str) -> None:
    """It is told, with its place."""
    [told] = problems({"url": "http://192.0.2.1/", "unsigned": True}, server)
    assert why in told
    assert told.startswith("[1]")


def test_one_twice() -> None:
    """Its index is kept once."""
    [told] = problems({"url": URL, "keys": (KEY,)}, {"url": URL.rstrip("/"), "keys": (KEY,)})
    assert "is there twice" in told
