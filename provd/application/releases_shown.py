"""How a plugin from elsewhere is shown: what is offered and what is there, by whom signed, and how it was checked."""

from __future__ import annotations

from typing import Any

from provd.documents.natural import natural_key
from provd.files.releases import Offer, Provenance, Served


def outline(
    plugin_id: str,
    offer: Offer | None,
    version: str,
    note: Provenance | None,
    previous: str,
    operation: str | None,
) -> dict[str, Any]:
    """One plugin; `version` is what is there (empty: nothing), `operation` what is being done to it."""
    offered = offer.release.version if offer is not None else ""
    newer = bool(version) and bool(offered) and natural_key(offered) > natural_key(version)
    return {
        "id": plugin_id,
        "description": offer.release.description if offer is not None else "",
        "installed": version,
        "offered": offered,
        "upgradable": newer,
        "previous": previous,
        "offer": _offer(offer) if offer is not None else None,
        "provenance": _note(note) if note is not None else None,
        "operation": operation,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    release = offer.release
    return {
        "server": offer.server.url,
        "filename": release.filename,
        "size": release.size,
        "digest": release.digest,
        "key": offer.key,
        "at": offer.at,
        "capabilities": list(release.capabilities),
    }


def _note(note: Provenance) -> dict[str, Any]:
    return {
        "server": note.server,
        "digest": note.digest,
        "sha256": note.sha256,
        "key": note.key,
        "at": note.at,
        "who": note.who,
        "cause": note.cause,
    }


def server_told(served: Served) -> dict[str, Any]:
    """What one server offers, as an operation tells it."""
    releases = served.index.releases.values()
    return {
        "url": served.server.url,
        "plugins": len(releases),
        "sha1_only": sum(not each.sha256 for each in releases),
        "key": served.signed.key if served.signed is not None else "",
        "problems": list(served.index.problems),
    }
