"""One call of the API: what a handler may ask of the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from twisted.web.server import Request

from provd.access import Forbidden, NotToBeHad, Principal
from provd.api._body import BODY_LIMIT, read_json
from provd.api._errors import MalformedRequest, TooLarge, UnsupportedMedia
from provd.api._forms import YAML_TYPES, require_accepted, wanted, wants_gzip
from provd.api._yaml import read_yaml
from provd.application.changing import BulkRefused, Patch
from provd.application.json_patch import check_patch
from provd.application.precondition import UNCONDITIONAL, Precondition
from provd.documents import patch_tells
from provd.documents.reading import json_type
from provd.values import KeyClaimed, ProvdError, parse_ip

JSON_TYPES = frozenset({"application/json", *YAML_TYPES})
"""What a body may be declared as."""
JSON_PATCH = "application/json-patch+json"
MERGE_TYPES = JSON_TYPES | {"application/merge-patch+json"}
PATCH_TYPES = MERGE_TYPES | {JSON_PATCH}

LONGEST_WAIT = 300
"""Seconds that a client may wait for a change."""

_WAIT = re.compile(r"\s*wait\s*=\s*\"?([0-9]{1,6})\"?\s*(?:;.*)?", re.IGNORECASE)

_ETAG = re.compile(r'(W/)?"([^"]*)"')
_FORM = re.compile(r"(?:-yaml|-csv)?(?:-gzip)?$")
"""What a validator ends with in other forms than JSON; all are of one revision."""


class Call:
    """A request as a handler sees it: parameters, body and conditions, each checked when asked for.

    `cause` names the request: it is the cause of every change the call makes.
    """

    principal: Principal
    """Who makes it; known once it is permitted."""

    def __init__(self, request: Request, cause: str, segments: Mapping[str, str]) -> None:
        self.request = request
        self.cause = cause
        self.segments = segments
        """The variables of the route's path; the first is the id of the document it is about."""
        self.form = "json"
        """`json`, `yaml` or, of a list, `csv`."""
        self.gzips = False
        """The answer is compressed."""
        self.hides = False
        """Whether secrets are hidden in what is answered."""
        self.only: frozenset[str] | None = None
        """The ids of the documents that a list may show; None: it may show all."""
        self.unnamed = False
        """Whether new documents get their ids from the server only."""
        self.check_patch: Callable[[Patch], None] | None = None
        """Refuses a patch of a key that the caller may not change."""

    @property
    def peer(self) -> str:
        """The address that it came from, canonical; empty where it has none."""
        return _canonical(getattr(self.request.getClientAddress(), "host", None) or "")

    @property
    def method(self) -> str:
        """Of HTTP."""
        return self.request.method.decode("ascii")

    @property
    def path(self) -> str:
        """What is asked for, without its query."""
        return self.request.path.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """All values of a header, joined as RFC 9110 section 5.2 allows; empty when absent."""
        # Asked for as text, Twisted would decode UTF-8, which no header has to be (RFC 9110 section 5.5).
        values = self.request.requestHeaders.getRawHeaders(name.encode("ascii"), ())
        return b", ".join(values).decode("latin-1")

    def choose_form(self, *, listed: bool, page: str = "") -> None:
        """Find out how the client wants to be answered; a `page` is of one type only.

        @raise NotAcceptable: in no way that we can.
        """
        if page:
            require_accepted(self.header("accept"), page)
        else:
            self.form = wanted(self.header("accept"), listed=listed)
        self.gzips = wants_gzip(self.header("accept-encoding"))

    def parameters(self, known: Collection[str]) -> dict[str, str]:
        """The query's parameters, each at most once.

        @raise MalformedRequest: one is unknown, repeated, or not UTF-8.
        """
        found: dict[str, str] = {}
        for raw_name, raw_values in (self.request.args or {}).items():
            name = _text(raw_name, "query")
            if name not in known:
                raise MalformedRequest(name, "is no parameter of this", ", ".join(sorted(known)))
            if len(raw_values) != 1:
                raise MalformedRequest(name, f"is given {len(raw_values)} times", "one value")
            found[name] = _text(raw_values[0], name)
        return found

    def repeated(
        self, known: Callable[[str], bool], expected: str
    ) -> Iterator[tuple[str, list[str]]]:
        """The query's parameters with all their values; `expected` tells in words which are known.

        @raise MalformedRequest: one is unknown, or not UTF-8.
        """
        for raw_name, raw_values in (self.request.args or {}).items():
            name = _text(raw_name, "query")
            if not known(name):
                raise MalformedRequest(name[:200], "is no parameter of this", expected)
            yield name, [_text(value, name) for value in raw_values]

    def no_parameters(self) -> None:
        """@raise MalformedRequest: the query has any."""
        for raw_name in self.request.args or {}:
            raise MalformedRequest(_text(raw_name, "query"), "is no parameter of this")

    def object(self, types: frozenset[str] = JSON_TYPES) -> dict[str, Any]:
        """The JSON object in the body.

        @raise TooLarge, UnsupportedMedia, MalformedRequest: it is none, or not one we read.
        """
        self._require_type(types)
        found = self._read()
        if not isinstance(found, dict):
            raise MalformedRequest("body", f"is {json_type(found)}", "an object")
        self.require_unnamed(found)
        if self.check_patch is not None:
            self.check_patch(found)
        return found

    def require_unnamed(self, document: Any) -> None:
        """@raise Forbidden: a document is to be made under an id of the caller's choice, who may not
        choose: that one is taken would tell that it exists.
        """
        if self.unnamed and isinstance(document, Mapping) and document.get("id") is not None:
            detail = "under an id of your choice: leave it to the server"
            raise Forbidden(self.principal.user, "documents", "create", detail)

    def patch(self) -> Patch:
        """The patch in the body: a merge patch (RFC 7396), or a JSON patch (RFC 6902) where it says so.

        @raise TooLarge, UnsupportedMedia, MalformedRequest, MalformedPatch: it is none.
        """
        if self.media != JSON_PATCH:
            return self.object(MERGE_TYPES if self.media in MERGE_TYPES else PATCH_TYPES)
        self._require_type(PATCH_TYPES)
        patch = read_json(self.body())
        check_patch(patch)
        self.require_tells_nothing(patch)
        if self.check_patch is not None:
            self.check_patch(patch)
        return patch  # type: ignore[no-any-return]  # checked above

    def require_tells_nothing(self, patch: Patch) -> None:
        """@raise MalformedRequest: a JSON patch could tell a secret that is not shown to the caller."""
        if self.hides and not isinstance(patch, Mapping) and (pointer := patch_tells(patch)):
            raise MalformedRequest("body", f"{pointer[:200]!r} could tell a secret", "other paths")

    def telling(self, error: ProvdError) -> ProvdError:
        """An error as it may be told to the caller: which document holds a value is hidden where the document is."""
        if isinstance(error, BulkRefused):
            return BulkRefused([(at, self.telling(each)) for at, each in error.refusals])
        if isinstance(error, KeyClaimed):
            right = (error.collection, "read")
            if not self.principal.permits(right, error.holder):
                return NotToBeHad(error.collection, error.field, error.value)
        return error

    def require_media(self, types: frozenset[str]) -> None:
        """@raise UnsupportedMedia: the body is declared as something else."""
        self._require_type(types)

    def _read(self) -> Any:
        return read_yaml(self.body()) if self.media in YAML_TYPES else read_json(self.body())

    def body(self) -> bytes:
        """The body's bytes. @raise TooLarge: there are more than we read."""
        if getattr(self.request, "too_large", False):
            raise TooLarge(BODY_LIMIT)
        content = self.request.content
        if content is None:
            return b""
        content.seek(0)
        return bytes(content.read())

    @property
    def media(self) -> str:
        """What the body is declared as, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    def wait(self) -> int:
        """Seconds that the client would wait for a change (RFC 7240); 0 where it would not."""
        for preference in self.header("prefer").split(","):
            if found := _WAIT.fullmatch(preference):
                return min(int(found[1]), LONGEST_WAIT)
        return 0

    def _require_type(self, types: frozenset[str]) -> None:
        given = self.media
        readable = " or ".join(sorted(types))
        if given not in types:
            raise UnsupportedMedia(given, readable)
        if self.header("content-encoding").lower() not in {"", "identity"}:
            raise UnsupportedMedia(f"encoded as {self.header('content-encoding')[:40]}", readable)

    def precondition(self) -> Precondition:
        """What If-Match and If-None-Match ask of a document that is to be changed."""
        if self.header("if-none-match").strip() == "*":
            return Precondition(absent=True)
        given = self.header("if-match").strip()
        if not given or given == "*":
            return UNCONDITIONAL
        # If-Match compares strongly (RFC 9110 section 13.1.1): a weak tag matches nothing.
        strong = [_FORM.sub("", tag) for weak, tag in _ETAG.findall(given) if not weak]
        return Precondition(revisions=frozenset(int(tag) for tag in strong if _is_revision(tag)))

    def has_seen(self, etag: str) -> bool:
        """Whether If-None-Match names this validator: the client has the document already."""
        given = self.header("if-none-match").strip()
        return bool(etag) and (
            given == "*" or any(_FORM.sub("", tag) == etag for _weak, tag in _ETAG.findall(given))
        )


@lru_cache(maxsize=1024)
def _canonical(host: str) -> str:
    """One spelling of an address; empty for what is none."""
    try:
        return parse_ip(host)
    except ValueError:
        return ""


def _is_revision(tag: str) -> bool:
    return tag.isascii() and tag.isdigit() and len(tag) < 20


def _text(raw: bytes, part: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest(part, "is not UTF-8") from None
