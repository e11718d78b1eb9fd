"""`/api/v1/openapi.json` and `/api/v1/docs`: what the API is, for programs and for people.

Both are made once, from the routes that are served, which do not change while the process lives: by
`prepare` before it listens (it takes 50 ms), or when they are first asked for.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar

import msgspec

from provd.api._call import Call
from provd.api._openapi import describe, page
from provd.api._reply import Page
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import Says

POLICY = (
    "default-src 'none'; style-src '{style}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
"""The page may do nothing but show itself, in the style it brings along."""


SHOWS = Says(answers="OpenApi", page=True)


class OpenApiRoutes(Noun):
    """The description of the API, in OpenAPI 3.1."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/openapi.json"
    everybodys: ClassVar[bool] = True

    def __init__(self, door: Door, nouns: Sequence[Noun]) -> None:
        super().__init__(door)
        self._nouns = nouns

    @cached_property
    def description(self) -> Mapping[str, Any]:
        """The document."""
        return describe(self._nouns)

    @cached_property
    def made(self) -> Page:
        """The document as it is sent."""
        body = msgspec.json.encode(self.description)
        return Page(
            body=body,
            media="application/json",
            packed=gzip.compress(body, mtime=0),
            etag=digest(body),
        )

    @route(app, "GET", "/", scope="index", action="read", says=SHOWS)
    async def show(self, call: Call) -> Page:
        """Every route with what it reads, answers and refuses, and every schema."""
        call.no_parameters()
        return self.made


class DocsRoutes(Noun):
    """The same description as a page that needs nothing from elsewhere."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/docs"
    everybodys: ClassVar[bool] = True

    def __init__(self, door: Door, openapi: OpenApiRoutes) -> None:
        super().__init__(door)
        self._openapi = openapi

    @cached_property
    def made(self) -> Page:
        """The page as it is sent."""
        made = page(self._openapi.description)
        return Page(
            body=made.body,
            media="text/html; charset=utf-8",
            packed=gzip.compress(made.body, mtime=0),
            etag=digest(made.body),
            headers={"content-security-policy": POLICY.format(style=made.style)},
        )

    @route(app, "GET", "/", scope="index", action="read", says=Says(media="text/html", page=True))
    async def show(self, call: Call) -> Page:
        """The reference of the API, for a browser."""
        call.no_parameters()
        return self.made


def digest(body: bytes) -> str:
    """A validator of what never changes without its bytes changing."""
    return sha256(body).hexdigest()[:32]
