"""Requests as legacy plugins know them, made from what was asked; they remember what was read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from provd.sdk import Asked


class LegacyHTTPRequest:
    """A request over HTTP: bytes, as twisted.web has them."""

    method = b"GET"

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    @property
    def path(self) -> bytes:
        """The path, decoded."""
        return self._asked.path.encode("utf-8", "surrogateescape")

    @property
    def uri(self) -> bytes:
        """The path, and the query where there is one."""
        query = self._asked.query
        return self.path + (b"?" + query.encode("latin-1", "replace") if query else b"")

    @property
    def args(self) -> dict[bytes, list[bytes]]:
        """The query's fields."""
        return parse_qs(self._asked.query.encode("latin-1", "replace"), keep_blank_values=True)

    def getHeader(self, key: bytes | str) -> bytes | str | None:
        """A header's value, of the kind of its key."""
        name = key.decode("latin-1") if isinstance(key, bytes) else key
        value = self._asked.header(name.lower())
        if not value:
            return None
        return value.encode("latin-1", "replace") if isinstance(key, bytes) else value

    def getClientIP(self) -> str:
        """Nothing: what a plugin concludes must not hang on where somebody is."""
        return ""


class _Options(Mapping[int, str]):
    """DHCP options as texts with one character for each byte."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def __getitem__(self, code: int) -> str:
        value = self._asked.dhcp(code)
        if not value:
            raise KeyError(code)
        return value.decode("latin-1")

    def __iter__(self) -> Iterator[int]:
        return (code for code in range(1, 255) if self._asked.dhcp(code))

    def __len__(self) -> int:
        return sum(1 for _code in self)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, int) and bool(self._asked.dhcp(code))


def tftp_request(asked: Asked) -> dict[str, Any]:
    """A read request as a plugin's extractor sees it."""
    filename = asked.path.encode("utf-8", "surrogateescape")
    packet = {"opcode": b"\x00\x01", "filename": filename, "mode": b"octet", "options": {}}
    return {"address": ("", 0), "packet": packet}


def dhcp_request(asked: Asked) -> dict[str, Any]:
    """A DHCP message as a plugin's extractor sees it."""
    return {"ip": "", "mac": "", "options": _Options(asked)}
