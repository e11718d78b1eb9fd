"""Reading what may be waited for: `If-None-Match` with `Prefer: wait=N` answers when there is something new."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from provd.api._call import Call
from provd.api._reply import Reply, Rows
from provd.application.waiting import Waiting


async def watched(
    call: Call,
    waiting: Waiting,
    where: tuple[str, str],
    read: Callable[[], Awaitable[Reply]],
) -> Reply:
    """One document, of the collection and id in `where`; as soon as it is another than the client has."""
    reply = await read()
    seconds = call.wait()
    if not seconds or not call.has_seen(reply.etag):
        return reply
    collection, document_id = where
    if await waiting.changed((collection,), document_id, seconds):
        reply = await read()
    return replace(reply, headers={**reply.headers, **_applied(seconds)})


async def watched_list(
    call: Call,
    waiting: Waiting,
    collections: Sequence[str],
    read: Callable[[], Awaitable[Rows]],
) -> Reply | Rows:
    """A list that shows something of these collections; not searched again for a client that has it."""
    etag = f"list-{waiting.position(collections)}"
    seconds = call.wait()
    if seconds and call.has_seen(etag):
        await waiting.changed(collections, "", seconds)
        etag = f"list-{waiting.position(collections)}"
    if call.has_seen(etag):
        return Reply(etag=etag, headers=_applied(seconds))
    return replace(await read(), etag=etag)


def _applied(seconds: int) -> dict[str, str]:
    return {"preference-applied": f"wait={seconds}"} if seconds else {}
