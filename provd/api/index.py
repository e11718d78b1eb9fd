"""`/api/v1`: what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from provd.api._call import Call
from provd.api._reply import Reply
from provd.api._routes import Door, Noun, Routes, route, template
from provd.api._says import Says


class IndexRoutes(Noun):
    """Every route, with its scope and action."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1"
    everybodys: ClassVar[bool] = True

    def __init__(self, door: Door, nouns: Sequence[Noun]) -> None:
        super().__init__(door)
        self._nouns = nouns

    @route(app, "GET", "/", scope="index", action="read", says=Says(answers="Index"))
    async def show(self, call: Call) -> Reply:
        """The routes, in order of their path."""
        call.no_parameters()
        found = [entry for noun in self._nouns for entry in entries(noun)]
        return Reply(
            body={"routes": sorted(found, key=lambda each: (each["path"], each["method"]))}
        )


def entries(noun: Noun) -> list[dict[str, Any]]:
    """The routes of one noun as the index lists them."""
    return [
        {
            "method": record.method,
            "path": template(noun.prefix + record.path),
            "scope": record.scope,
            "action": record.action,
        }
        for record in noun.app.census.values()
    ]
