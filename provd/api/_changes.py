"""Answering a change: made, made once before, or only rehearsed."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from provd.api._asked import Asked
from provd.api._call import Call
from provd.api._documents import created, gone, one
from provd.api._reply import Reply
from provd.application.changing import Changes, Proposal
from provd.application.collection import Documents
from provd.values import NoSuchDocument


async def answer(
    call: Call, asked: Asked, changes: Changes, documents: Documents[Any], proposal: Proposal
) -> Reply:
    """Make a change as the call asks, and show what came of it."""
    prefix = f"/api/v1/{proposal.collection}"
    if asked.rehearse:
        told = await changes.rehearse([proposal], call.cause, hides=call.hides)
        return Reply(body={"dryrun": True, "changes": told})
    before = await changes.make(proposal, call.cause, asked.once)
    if before is None:
        return await _shown(documents, proposal.op, proposal.document_id, prefix)
    # An id that was chosen then stays chosen.
    reply = await _shown_again(documents, before, prefix)
    return replace(reply, headers={**reply.headers, "idempotency-replayed": "true"})


async def _shown(documents: Documents[Any], op: str, document_id: str, prefix: str) -> Reply:
    if op == "delete":
        return gone()
    document = await documents.get(document_id)
    return created(prefix, document) if op == "create" else one(document)


async def _shown_again(documents: Documents[Any], outcome: Any, prefix: str) -> Reply:
    """The document as it is now, or its id alone where it has gone since."""
    op, document_id = outcome["op"], outcome["id"]
    try:
        return await _shown(documents, op, document_id, prefix)
    except NoSuchDocument:
        return Reply(body={"id": document_id}, status=201 if op == "create" else 200)
