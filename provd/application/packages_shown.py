"""How a package is shown: what is offered, what is installed, when and by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from provd.files import Definition, Installed, Source, Stock
from provd.values.package import PackageVersion


def outline(plugin_id: str, package: str, stock: Stock, operation: str | None) -> dict[str, Any]:
    """One package as a list has it; `operation` is what is being done to it."""
    versions = [each for each in stock.seen if each.id == package]
    offered = [each for each in versions if (package, each.version) in stock.offered]
    current = stock.current.get(package, "")
    newest = versions[0]
    said = stock.offered.get((package, newest.version)) or stock.installed[package, newest.version]
    return {
        "plugin": plugin_id,
        "id": package,
        "kind": newest.kind,
        "description": said.description,
        "models": list(newest.models),
        "offered": offered[0].version if offered else "",
        "installed": [each.version for each in versions if each.installed],
        "current": current,
        "upgradable": bool(offered) and bool(current) and offered[0].version != current,
        "operation": operation,
    }


def shown(found: dict[str, Any], stock: Stock, cached: Callable[[Source], bool]) -> dict[str, Any]:
    """One package whole: an outline, with all that is known of each version."""
    package = found["id"]
    versions = [_version(each, stock, cached) for each in stock.seen if each.id == package]
    return {**found, "versions": versions}


def _version(
    each: PackageVersion, stock: Stock, cached: Callable[[Source], bool]
) -> dict[str, Any]:
    offer, note = (
        stock.offered.get((each.id, each.version)),
        stock.installed.get((each.id, each.version)),
    )
    return {
        "version": each.version,
        "models": list(each.models),
        "images": dict(each.images),
        "directory": each.directory,
        "into": (note or offer).into,  # type: ignore[union-attr]  # one of them is there
        "current": each.current,
        "offered": _offer(offer, cached) if offer is not None else None,
        "installed": _note(note) if note is not None else None,
    }


def _offer(offer: Definition, cached: Callable[[Source], bool]) -> dict[str, Any]:
    files = [
        {
            "name": source.name,
            "size": source.size,
            "sha256": source.sha256,
            "urls": list(source.urls),
            "hint": source.hint,
            "cached": cached(source),
        }
        for source in offer.files
    ]
    return {"size": offer.size, "files": files}


def _note(note: Installed) -> dict[str, Any]:
    return {
        "at": note.at,
        "who": note.who,
        "cause": note.cause,
        "size": note.size,
        "files": sorted(note.files),
    }
