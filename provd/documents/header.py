"""The keys that every document has, read from a client's JSON object."""

from __future__ import annotations

from typing import TypedDict

from provd.documents.ids import check_id
from provd.documents.reading import Reading
from provd.values import Invalid


class Header(TypedDict):
    """Arguments for any `Document`."""

    id: str
    tenant: str
    endpoint: str


def read_header(read: Reading, document_id: str) -> Header:
    """Id, tenant and owner; `document_id` is what the caller knows the id to be, or empty.

    `tenant_uuid` is the spelling of `tenant` that existing clients use.  The revision is the
    store's business and whatever a client says of it is ignored.
    """
    read.drop("revision")
    return {
        "id": _identifier(read, document_id),
        "tenant": _tenant(read),
        "endpoint": read.text("endpoint") or "",
    }


def _identifier(read: Reading, known: str) -> str:
    given = read.text("id")
    if known and given is not None and given != known:
        read.note("id", f"is {given[:64]!r}", f"{known!r}, or no id")
    chosen = known or given
    if chosen is None:
        if read.take("id") is None:
            read.note("id", "is missing", "a text")
        return ""
    try:
        return check_id(chosen)
    except Invalid as refused:
        read.problems += refused.problems
        return ""


def _tenant(read: Reading) -> str:
    tenant, legacy = read.text("tenant"), read.text("tenant_uuid")
    if tenant and legacy and tenant != legacy:
        read.note("tenant_uuid", "differs from tenant", "one of the two, or the same")
    return tenant or legacy or ""
