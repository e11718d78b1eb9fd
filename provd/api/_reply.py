"""What a handler answers: one JSON value, or a listing that is sent while it is being written."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, urlencode

from msgspec import Struct
from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.web.server import Request
from zope.interface import implementer

from provd.api._call import Call
from provd.api._forms import JSON, YAML, Csv, Form
from provd.application.slices import Slices
from provd.documents import redacted

LEVEL = 3
"""How hard gzip tries: 64 KiB in a millisecond."""

SMALLEST, LARGEST = 1 << 10, 256 << 10
"""Bytes of a document that is worth compressing, and may be without a pause; lists are in pieces."""

CHUNK = 64 << 10
"""Bytes of a listing that are gathered before they are written."""


class Reply(Struct, frozen=True, kw_only=True):
    """A JSON value with its status and validator; `body` None sends no body."""

    body: Any = None
    status: int = 200
    etag: str = ""
    """Without its quotes; empty: the answer has no validator."""
    headers: Mapping[str, str] = {}
    plain: frozenset[str] = frozenset()
    """Keys of the body that hold names, never secrets, whatever they are called."""


class Rows(Struct, frozen=True, kw_only=True):
    """A listing: how many match in all, and those that were asked for, made one at a time."""

    total: int
    items: Iterable[Any]
    more: str = ""
    """A cursor to the next page, if there is one."""
    etag: str = ""
    """Without its quotes; empty: the list has no validator."""
    columns: Sequence[str] = ()
    """Of a table of them; empty: those of the first."""


class Page(Struct, frozen=True, kw_only=True):
    """Bytes that are ready to be sent, as they are."""

    body: bytes
    media: str
    packed: bytes
    """The same, gzipped."""
    etag: str
    """Without its quotes."""
    headers: Mapping[str, str] = {}


def show(call: Call, page: Page) -> bytes:
    """Set the headers of a page and return it, unless the client has it already."""
    request = call.request
    for name, value in page.headers.items():
        request.setHeader(name.encode("ascii"), value.encode("ascii"))
    etag = page.etag + ("-gzip" if call.gzips else "")
    request.setHeader(b"etag", b'"%s"' % etag.encode("ascii"))
    request.setHeader(b"vary", b"accept-encoding")
    # Kept by a browser, and asked about again each time.
    request.setHeader(b"cache-control", b"no-cache")
    if call.has_seen(etag):
        request.setResponseCode(304)
        return b""
    request.setHeader(b"content-type", page.media.encode("ascii"))
    body = page.body
    if call.gzips:
        request.setHeader(b"content-encoding", b"gzip")
        body = page.packed
    request.setHeader(b"content-length", b"%d" % len(body))
    return body


def hiding_secrets(reply: Reply | Rows | Page) -> Reply | Rows | Page:
    """What is answered to somebody who is not to see secrets; a page has none."""
    if isinstance(reply, Rows):
        return replace(reply, items=map(redacted, reply.items))
    if isinstance(reply, Reply):
        return replace(reply, body=redacted(reply.body, reply.plain))
    return reply


def send(call: Call, reply: Reply) -> bytes:
    """Set status and headers, and return the body."""
    request = call.request
    for name, value in reply.headers.items():
        request.setHeader(name.encode("ascii"), value.encode("utf-8"))
    if reply.etag:
        _validate(call, reply.etag)
        if request.method in {b"GET", b"HEAD"} and call.has_seen(reply.etag):
            request.setResponseCode(304)
            return b""
    request.setResponseCode(reply.status)
    if reply.body is None:
        return b""
    form = YAML if call.form == "yaml" else JSON
    body = form.whole(reply.body)
    request.setHeader(b"content-type", form.media)
    if call.gzips and SMALLEST <= len(body) <= LARGEST:
        body = gzip.compress(body, LEVEL, mtime=0)
        request.setHeader(b"content-encoding", b"gzip")
    request.setHeader(b"content-length", b"%d" % len(body))
    return body


async def stream(call: Call, rows: Rows, slices: Slices) -> bytes:
    """Write a listing in slices, as fast as the client reads it, and return nothing more to write."""
    request = call.request
    form = _form_of_list(call, rows)
    request.setHeader(b"content-type", form.media)
    if rows.etag:
        _validate(call, rows.etag)
    request.setHeader(b"x-total-count", b"%d" % rows.total)
    if rows.more:
        request.setHeader(b"link", b'<%b>; rel="next"' % _next_page(request, rows.more))
    if call.gzips:
        request.setHeader(b"content-encoding", b"gzip")
    if request.method == b"HEAD":
        return form.head(rows.total, rows.more)
    outlet = _Outlet(request, zlib.compressobj(LEVEL, wbits=31) if call.gzips else None)
    request.registerProducer(outlet, True)
    try:
        await _write_rows(outlet, form, rows, slices)
    finally:
        # A client that has gone took the channel with it.
        if request.channel is not None:
            request.unregisterProducer()
    return b""


def _next_page(request: Request, cursor: str) -> bytes:
    """Where the next page is: the same list, from a cursor on."""
    path, _mark, query = request.uri.partition(b"?")
    rest = [
        pair
        for pair in parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
        if pair[0] not in {"cursor", "skip"}
    ]
    asked = urlencode([*rest, ("cursor", cursor)], encoding="latin-1")
    # What the client wrote there goes into a header: a path has no angle brackets.
    return (
        quote_from_bytes(path, safe="/%:@+~=!$&'(),;*").encode("ascii")
        + b"?"
        + asked.encode("ascii")
    )


async def _write_rows(outlet: _Outlet, form: Form, rows: Rows, slices: Slices) -> None:
    buffer = bytearray(form.head(rows.total, rows.more))
    first = True
    async for item in slices.over(rows.items):
        buffer += form.item(item, first=first)
        first = False
        if len(buffer) >= CHUNK:
            await outlet.write(bytes(buffer))
            buffer.clear()
    buffer += form.tail(empty=first)
    await outlet.write(bytes(buffer))
    await outlet.end()


def _form_of_list(call: Call, rows: Rows) -> Form:
    if call.form == "csv":
        call.request.setHeader(b"content-disposition", b"attachment")
        return Csv(rows.columns)
    return YAML if call.form == "yaml" else JSON


def _validate(call: Call, etag: str) -> None:
    """Set the validator: that of the document, told apart by its form (RFC 9110 section 8.8.3)."""
    tag = {"yaml": "-yaml", "csv": "-csv"}.get(call.form, "") + ("-gzip" if call.gzips else "")
    call.request.setHeader(b"etag", f'"{etag}{tag}"'.encode("ascii"))


@implementer(IPushProducer)
class _Outlet:
    """Writes to a client no faster than it reads."""

    def __init__(self, request: Request, packer: Any = None) -> None:
        self._request = request
        self._packer = packer
        """A zlib compressor; None: what is written is sent as it is."""
        self._drained: Deferred[None] | None = None

    async def write(self, data: bytes) -> None:
        if self._drained is not None:
            await self._drained
        if self._packer is not None:
            data = self._packer.compress(data)
        if data:
            self._request.write(data)

    async def end(self) -> None:
        if self._packer is None:
            return
        if self._drained is not None:
            await self._drained
        self._request.write(self._packer.flush())

    def pauseProducing(self) -> None:
        if self._drained is None:
            self._drained = Deferred()

    def resumeProducing(self) -> None:
        drained, self._drained = self._drained, None
        if drained is not None:
            drained.callback(None)

    def stopProducing(self) -> None:
        # The request's own Deferred is cancelled by klein when the client has gone.
        pass
