"""A server that others reach, over HTTPS, with users of two tenants, and whatever bytes one likes to send it."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import socket
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from provd.testing.daemon import PATIENCE, Daemon

AASTRA = "Aastra6730i MAC:00-08-5D-00-00-02 V:3.2.0.1011-SIP"
JSON = "application/json"
OF_THE_SITE: Mapping[str, Mapping[str, Any]] = {
    "subnets": {
        "network": "203.0.113.0/24",
        "pools": [{"first": "203.0.113.10", "last": "203.0.113.99"}],
    },
    "reservations": {
        "address": "203.0.113.5",
        "strategy": "mac",
        "token": "00:00:5e:00:53:01",
    },
    "boot-rules": {},
    "serving-policies": {},
    "enrolments": {"seconds": 60},
}
"""What belongs to no tenant, without its id."""

ENTRANCE = re.compile(r"^ +(provd-once-\S+)$", re.MULTILINE)


class Answer(NamedTuple):
    """What a caller was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


class Site:
    """A server on every address, over HTTPS, where everybody proves who they are."""

    def __init__(self, home: Path) -> None:
        self.server = started(home)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE
        self.tokens = {"nobody": ""}
        self.connection = self._connect()

    def _connect(self) -> http.client.HTTPSConnection:
        port = self.server.ports[2]
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=self.tls)

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call; `body` is JSON unless it is bytes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.tokens.get(who):
            sent.setdefault("authorization", f"Bearer {self.tokens[who]}")
        if body is not None:
            sent.setdefault("content-type", JSON)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self.connection.request(method, path, data, sent)
            got = self.connection.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = self._connect()
            raise

    def raw(self, sent: bytes) -> bytes:
        """What the server says to these bytes until it hangs up."""
        said = b""
        with (
            socket.create_connection(("127.0.0.1", self.server.ports[2]), PATIENCE) as plain,
            self.tls.wrap_socket(plain) as talk,
            contextlib.suppress(OSError),
        ):
            talk.sendall(sent)
            while more := talk.recv(65536):
                said += more
        return said

    def position(self) -> Any:
        """Where the newest change of the store is."""
        info = self.ask("root", "GET", "/api/v1/info").json
        return info["epoch"], info["position"]

    def settle(self) -> None:
        """Tenants, users, documents of theirs, and a phone that asked."""
        end = time.monotonic() + PATIENCE
        while not (found := ENTRANCE.search(self.server.log)):
            assert time.monotonic() < end, self.server.log
            time.sleep(0.02)
        issued = self.ask(
            "nobody", "POST", "/api/v1/tokens", {}, authorization=f"Bearer {found[1]}"
        )
        assert issued.status == 201, issued.body
        self.tokens["root"] = issued.json["token"]
        self.let_in("none", [], [])
        self.let_in("viewer-b", ["viewer"], ["b"])
        self.let_in("mighty-b", ["superuser"], ["b"])
        self.make("roles", {"id": "there-is", "claims": []})
        raw = {"sip_proxy_ip": "192.0.2.1"}
        for tenant, name in (("a", "there-is"), ("b", "own")):
            config = {"id": name, "parent_ids": [], "raw_config": raw, "tenant": tenant}
            self.make("configs", config)
            self.make("devices", {"id": name, "config": name, "tenant": tenant})
        self.make("users", {"id": "there-is", "roles": []})
        for noun, document in OF_THE_SITE.items():
            self.make(noun, {"id": "there-is", **document})
        self.make("rights", {"user": "there-is", "devices": ["there-is"], "actions": ["read"]})
        self.server.get("/aastra.cfg", AASTRA, "127.0.0.3")
        known = None
        while known != (known := self.position()):
            time.sleep(2.5)  # what is written behind is written by then

    def let_in(self, user: str, roles: list[str], tenants: list[str]) -> None:
        """Make a user with a token."""
        document = {"id": user, "roles": roles, "tenants": tenants}
        self.make("users", document)
        password = f"{user} has a long one"
        path = f"/api/v1/users/{user}/password"
        assert self.ask("root", "PUT", path, {"password": password}).status < 300
        proof = base64.b64encode(f"{user}:{password}".encode()).decode()
        got = self.ask("nobody", "POST", "/api/v1/tokens", {}, authorization=f"Basic {proof}")
        assert got.status == 201, got.body
        self.tokens[user] = got.json["token"]

    def make(self, noun: str, document: Any) -> None:
        """Create a document."""
        made = self.ask("root", "POST", f"/api/v1/{noun}", document)
        assert made.status == 201, made.body


def started(home: Path) -> Daemon:
    """A server on every address, where a port that was free on one may not be free."""
    settings: Any = {
        "access": {"required": True},
        "api": {"interface": "", "tls": "on", "http2": True},
    }
    for attempt in range(5):
        server = Daemon(home / str(attempt), settings)
        try:
            server.start()
        except AssertionError:
            server.close()
            if "another program has it" not in server.log:
                raise
        else:
            return server
    raise AssertionError("no port was free")
