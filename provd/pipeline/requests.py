"""The request object as classes in pipeline files have always seen it.

HTTP requests answer `path`, `getHeader`, `args`, `getClientIP`; TFTP requests are a dict with
`address` and `packet`; DHCP requests a dict with `ip`, `mac` and `options` (text, one character per
byte).  Each carries the case it belongs to.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from provd.pipeline.case import Case
from provd.values import Protocol


class HTTPAsked:
    """An HTTP request, read only."""

    def __init__(self, case: Case) -> None:
        """Show the inquiry of `case`."""
        self.case = case
        self.method = case.inquiry.method.encode("ascii", "replace")

    @property
    def path(self) -> bytes:
        """The path, percent-decoded."""
        return self.case.inquiry.path.encode()

    @property
    def args(self) -> dict[bytes, list[bytes]]:
        """The query string, decoded."""
        query = parse_qs(
            self.case.inquiry.query.encode(), keep_blank_values=True, max_num_fields=100
        )
        return dict(query)

    def getHeader(self, name: bytes | str) -> bytes | str | None:
        """A header's first value, of the type that `name` has; None when there is none."""
        key = name.decode("latin-1") if isinstance(name, bytes) else name
        value = self.case.inquiry.headers.get(key.lower())
        if value is None or isinstance(name, str):
            return value
        return value.encode("utf-8", "surrogateescape")

    def getClientIP(self) -> str:
        """The device's address."""
        return self.case.inquiry.peer


class Asked(dict[str, Any]):
    """A TFTP or DHCP request, as the dict that extractors read."""

    case: Case


def as_request(case: Case) -> Any:
    """The legacy request object of a case."""
    inquiry = case.inquiry
    if inquiry.protocol is Protocol.HTTP:
        return HTTPAsked(case)
    if inquiry.protocol is Protocol.TFTP:
        options = {name.encode(): value.encode() for name, value in inquiry.options.items()}
        packet = {
            "opcode": b"\0\1",
            "filename": inquiry.path.encode(),
            "mode": b"octet",
            "options": options,
        }
        asked = Asked(address=(inquiry.peer, inquiry.peer_port), packet=packet)
    else:
        texts = {code: value.decode("latin-1") for code, value in inquiry.dhcp.items()}
        asked = Asked(ip=inquiry.peer, mac=inquiry.mac, options=texts)
    asked.case = case
    return asked
