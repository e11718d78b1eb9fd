"""What a plugin says of how its devices are made to fetch their files again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from provd.sdk import ActionUrl, ISynchronize, Notify, Way

LONGEST_TEXT = 2_048
LARGEST_BODY = 16_384
MOST_WAYS = 8
HIGHEST_PORT = 65_535


def sensible_ways(said: object) -> tuple[tuple[Way, ...], str]:
    """The ways that make sense, and what is wrong with the others; empty when nothing is."""
    if not isinstance(said, list | tuple):
        return (), f"it answered a {type(said).__name__} where ways were expected"
    kept = tuple(way for way in said[:MOST_WAYS] if _makes_sense(way))
    note = "" if len(kept) == len(said) else "ways that are none, or too many"
    return kept, note


def accounts_file_of(plugin: Any, device: Any) -> str:
    """The file with the device's accounts; empty where the plugin names none."""
    if not ISynchronize.providedBy(plugin):
        return ""
    said: object = plugin.accounts_file(device)
    return said if isinstance(said, str) else ""


def _makes_sense(way: object) -> bool:
    # A Struct does not look at what it is made of, and a vendor made this one.
    if isinstance(way, Notify):
        fit = bool(way.event) and _are_lines(way.event, way.reboot, way.content_type)
        return fit and _is_port(way.port, 1) and _is_body(way.body)
    if isinstance(way, ActionUrl):
        paths = [path for path in (way.path, way.reboot) if path]
        fit = bool(paths) and _are_lines(*paths, way.content_type) and way.method in _METHODS
        known = way.scheme in {"http", "https"} and _is_port(way.port, 0)
        return fit and known and _is_body(way.body) and all(map(_is_path, paths))
    return False


_METHODS = frozenset({"GET", "POST"})


def _is_port(port: object, lowest: int) -> bool:
    return type(port) is int and lowest <= port <= HIGHEST_PORT


def _is_body(body: object) -> bool:
    return isinstance(body, str) and len(body) <= LARGEST_BODY


def _are_lines(*texts: object) -> bool:
    return all(_is_line(text) for text in texts)


def _is_line(text: object) -> bool:
    return (
        isinstance(text, str)
        and text.isascii()
        and (not text or text.isprintable())
        and len(text) <= LONGEST_TEXT
    )


def _is_path(path: str) -> bool:
    """Of the device itself: nothing in it can name another host."""
    parts = urlsplit(path)
    return (
        path.startswith("/") and not path.startswith("//") and not parts.netloc and " " not in path
    )
