"""Bodies in YAML: one document, which costs no more to read than JSON may."""

from __future__ import annotations

from itertools import islice
from typing import Any

from provd.api._body import DEPTH_LIMIT
from provd.api._errors import MalformedRequest
from provd.wire.yaml import MalformedYaml, read_documents

BYTES_LIMIT = 128 << 10
"""Bytes of a YAML body."""

VALUES_LIMIT = 2000
"""Values of a YAML body: reading one costs five times what it costs in JSON."""


def read_yaml(body: bytes, part: str = "body") -> Any:
    """The value that `body` spells. @raise MalformedRequest: it is no YAML that we read."""
    if len(body) > BYTES_LIMIT:
        expected = f"{BYTES_LIMIT} bytes at most; JSON may have more"
        raise MalformedRequest(part, "is too long for YAML", expected)
    try:
        text = body.decode("utf-8")
        found = [*islice(read_documents(text, values=VALUES_LIMIT, depth=DEPTH_LIMIT), 2)]
    except UnicodeDecodeError as error:
        raise MalformedRequest(part, f"not YAML: {error}", "one YAML document") from error
    except MalformedYaml as error:
        raise MalformedRequest(part, str(error), "YAML that all read alike") from error
    if len(found) > 1:
        raise MalformedRequest(part, "has a second document", "one YAML document")
    return found[0] if found else None
