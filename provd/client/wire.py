"""HTTP as the client needs it: one connection, JSON both ways, named failures."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypedDict, Unpack
from urllib.parse import quote, urlencode, urlsplit

from provd.client.errors import ServerUnreachable, StrangeAnswer, from_problem
from provd.client.pin import PREFIX, NotTrusted, PinnedConnection, is_pin, shown_at

DEFAULT_URL = "http://127.0.0.1:8092"

TIMEOUT = 30.0
"""Seconds to wait for a connection, and for each piece of an answer."""


class How(TypedDict, total=False):
    """How a change is to be made."""

    revision: int
    """Only if the document is still at it; 0: at whatever it is."""
    dryrun: bool
    """Only tell what would change: `{"dryrun": true, "changes": […]}`."""
    key: str
    """Of the caller's choice: the same call with the same key is made once."""


class Reply(NamedTuple):
    """A successful answer: its JSON value and the revision it is at (0: it has none)."""

    body: Any
    revision: int = 0


class Transport:
    """Speaks to one server."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        timeout: float = TIMEOUT,
        ca: str = "",
        authorization: str = "",
    ) -> None:
        """`ca` is whom to trust over HTTPS: a file of certificates (PEM), or the server's pin;
        `authorization` what proves who calls, as the header has it.
        """
        self.url = url.rstrip("/")
        self.timeout = timeout
        self.ca = ca
        self.authorization = authorization
        self._connection = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        try:
            port = parts.port
        except ValueError as error:
            raise ServerUnreachable(self.url, str(error)) from error
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ServerUnreachable(self.url, "not a URL like http://127.0.0.1:8092")
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, port, timeout=self.timeout)
        if self.ca.startswith(PREFIX):
            return self._pinned(parts.hostname, port)
        return http.client.HTTPSConnection(
            parts.hostname, port, timeout=self.timeout, context=self._trusting()
        )

    def _pinned(self, host: str, port: int | None) -> http.client.HTTPConnection:
        if not is_pin(self.ca):
            raise ServerUnreachable(self.url, f"{self.ca} is no pin; `provd doctor` shows it")
        return PinnedConnection(host, port, pin=self.ca, timeout=self.timeout)

    def _trusting(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.ca or None)
        except (OSError, ValueError) as error:
            raise ServerUnreachable(self.url, f"{self.ca}: {error}") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _not_trusted(self, error: ssl.SSLCertVerificationError) -> NotTrusted:
        parts = urlsplit(self.url)
        shown = shown_at(parts.hostname or "", parts.port or 443, self.timeout)
        return NotTrusted(self.url, error.verify_message or str(error), shown)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        parameters: Mapping[str, str | Sequence[str]] | None = None,
        media_type: str = "application/json",
        **how: Unpack[How],
    ) -> Reply:
        """Make one call.

        @raise ServerUnreachable: nobody answered.
        @raise NotTrusted: whoever answers is not whom `ca` names; nothing was sent.
        @raise StrangeAnswer: the answer is not JSON.
        @raise ApiError: the server refused.
        """
        asked = {**(parameters or {}), **({"dryrun": "true"} if how.get("dryrun") else {})}
        target = path + (f"?{urlencode(asked, doseq=True)}" if asked else "")
        headers = {"Accept": "application/json, application/problem+json"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        payload = None
        if body is not None:
            is_text = not isinstance(body, bytes)
            payload = json.dumps(body, allow_nan=False).encode("utf-8") if is_text else body
            headers["Content-Type"] = media_type
        if revision := how.get("revision"):
            headers["If-Match"] = f'"{revision}"'
        if key := how.get("key"):
            headers["Idempotency-Key"] = key
        return self._read(*self._exchange(method, target, payload, headers))

    def upgrade(
        self, path: str, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """A connection of its own that speaks another protocol from now on; fails as `call` does."""
        connection = self._connect()
        if self.authorization:
            headers = {**headers, "Authorization": self.authorization}
        with self._naming_failures(connection):
            connection.request("GET", path, None, dict(headers))
            response = connection.getresponse()
            if response.status == http.client.SWITCHING_PROTOCOLS:
                return connection, response
            content = response.read()
        connection.close()
        self._read(response, content)
        raise StrangeAnswer(self.url, f"HTTP {response.status} where 101 was to come")

    def _exchange(
        self, method: str, target: str, payload: bytes | None, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        with self._naming_failures(self._connection):
            self._connection.request(method, target, payload, dict(headers))
            response = self._connection.getresponse()
            return response, response.read()

    @contextmanager
    def _naming_failures(self, connection: http.client.HTTPConnection) -> Iterator[None]:
        """What a connection fails with, it fails with for good."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            connection.close()
            raise self._not_trusted(error) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ServerUnreachable(self.url, str(error) or type(error).__name__) from error

    def _read(self, response: http.client.HTTPResponse, content: bytes) -> Reply:
        try:
            body = json.loads(content) if content else None
        except ValueError as error:
            raise StrangeAnswer(self.url, f"HTTP {response.status} without JSON") from error
        if response.status >= 400:
            raise from_problem(response.status, body if isinstance(body, dict) else {})
        etag = (response.getheader("ETag") or "").strip('"')
        return Reply(body, int(etag) if etag.isdigit() else 0)

    def close(self) -> None:
        """Close the connection. Idempotent."""
        self._connection.close()


def segment(text: str) -> str:
    """`text` as one segment of a path."""
    return quote(text, safe="")
