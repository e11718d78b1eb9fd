"""The API in memory: the real site over a whole core, driven with bytes, without a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from attrs import define, frozen
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.server import Site

from provd.access import AccessSettings
from provd.api import make_api, rights
from provd.application.administration import Administration
from provd.application.operators import NOBODY, Operators, make_operators
from provd.application.subnets import nobody_counts
from provd.testing.access import administration as access_over
from provd.testing.inquiries import Core, core

BASE = {"ip": "192.0.2.1", "http_port": 8667, "tftp_port": 69}


@frozen
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


@define
class Bench:
    """A core with its use cases and its API."""

    core: Core
    operators: Operators
    administration: Administration
    site: Site

    def ask(self, method: str, path: str, body: Any = None, /, **headers: str) -> Answer:
        """One request; `headers` as `if_match='"1"'`, and an empty text leaves one out."""
        content = b"" if body is None else json.dumps(body).encode()
        given = {"host": "localhost:8092"}
        if body is not None:
            given |= {"content-type": "application/json"}
        given |= {name.replace("_", "-"): text for name, text in headers.items()}
        if content or "content_length" in headers:
            given.setdefault("content-length", str(len(content)))
        lines = [f"{name}: {text}" for name, text in given.items() if text]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "connection: close", "", ""])
        return self.raw(head.encode("utf-8") + content)

    def raw(self, request: bytes) -> Answer:
        """One request, byte for byte."""
        transport = StringTransport(peerAddress=IPv4Address("TCP", "127.0.0.1", 40000))
        protocol = self.site.buildProtocol(IPv4Address("TCP", "127.0.0.1", 40000))
        protocol.makeConnection(transport)
        protocol.dataReceived(request)
        for _turn in range(10_000):
            if transport.disconnecting or transport.disconnected:
                break
            self.core.clock.advance(0)
        protocol.connectionLost(Failure(ConnectionDone()))
        return parse(transport.value())


def parse(response: bytes) -> Answer:
    """An HTTP/1.1 response that was received whole."""
    head, _blank, rest = response.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)
    }
    chunked = headers.get("transfer-encoding") == "chunked"
    return Answer(int(status.split(" ")[1]), headers, _joined(rest) if chunked else rest)


def _joined(chunks: bytes) -> bytes:
    body = b""
    while chunks:
        size, _end, chunks = chunks.partition(b"\r\n")
        length = int(size, 16)
        body, chunks = body + chunks[:length], chunks[length + 2 :]
    return body


def bench(
    *plugins: Any,
    interface: str = "127.0.0.1",
    hosts: Any = (),
    required: bool = False,
    usage: Any = nobody_counts,
    synchronizers: Any = NOBODY,
    synchronization: Any = None,
    **given: Any,
) -> Bench:
    """The API over `core(*plugins, **given)`; `required`: everybody must prove who they are; `usage`,
    `synchronizers` and `synchronization`: see `make_operators`.
    """
    made = core(*plugins, **given)
    numbers = count(1)
    administration = access_over(
        made.store, made.clock, rights(), AccessSettings(required=required), made.plugins
    )
    operators = make_operators(
        store=administration.store,
        gate=administration.gate,
        plugins=made.plugins,
        inquiries=made.inquiries,
        decisions=made.decisions,
        base=lambda: dict(BASE),
        clock=made.clock,
        new_id=lambda: f"new-{next(numbers)}",
        usage=usage,
        synchronizers=synchronizers,
        synchronization=synchronization,
        # How fast a machine is decides nothing: a turn that is used up lets other work come between.
        stopwatch=made.clock.seconds,
    )
    operators.synchronizing.start()
    operators.revalidation.start()
    operators.endings.start()
    operators.lapses.start()
    site = make_api(
        operators,
        administration,
        interface=interface,
        reactor=made.clock,
        boot_id="test",
        hosts=hosts,
    )
    return Bench(made, operators, administration, site)
