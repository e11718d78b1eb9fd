"""One of the HTTP servers that are compared, by itself.

usage: python -m bench.http_server bare|edge|provd PORT [key=value ...]     prints READY

`bare` is a twisted.web resource that returns a body from memory; `edge` is provd's HTTP server with
nothing behind it; `provd` is all of it.  Keys: `size` of the body (bare, edge); `data` directory,
`cache` bytes, `memo` entries, `commit` seconds added to each, port of the `api` (provd).
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet import reactor as global_reactor
from twisted.logger import globalLogBeginner
from twisted.web.resource import Resource
from twisted.web.server import Site
from zope.interface import implementer

from provd.contracts import IInquiries
from provd.daemon import wiring
from provd.daemon.log import log_to
from provd.daemon.settings import (
    ApiSettings,
    DataSettings,
    HTTPListen,
    LogSettings,
    PipelineSettings,
    PluginSettings,
    Settings,
)
from provd.daemon.sockets import bind
from provd.pipeline import CreationSettings, extract
from provd.pipeline.dispatch import Witnesses
from provd.servers.http import HTTPServer, HTTPSettings
from provd.servers.tftp import TFTPSettings
from provd.store import Keeping
from provd.values import Answer, Content, Inquiry

HOST = "127.0.0.1"
reactor: Any = global_reactor


class Body(Resource):
    """What an HTTP server written with twisted.web costs at least."""

    isLeaf = True

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = body

    def render_GET(self, _request: object) -> bytes:
        """The body."""
        return self._body


@implementer(IInquiries)
class Always:
    """Answers everything with the same content."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._count = 0

    def inquiry_id(self) -> str:
        """A number."""
        self._count += 1
        return str(self._count)

    def ask(self, _inquiry: Inquiry) -> Answer:
        """The one answer."""
        return self._answer


def listening(port: int) -> socket.socket:
    """A listening socket."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    bound.listen(1024)
    bound.setblocking(False)
    return bound


def bare(port: int, size: str = "4096") -> None:
    """The baseline."""
    site = Site(Body(b"x" * int(size)))
    site.noisy = False
    site.log = lambda _request: None
    with listening(port) as bound:
        reactor.adoptStreamPort(bound.fileno(), socket.AF_INET, site)


def edge(port: int, size: str = "4096") -> None:
    """Only provd's HTTP server, answering from memory."""
    answer = Content(b"x" * int(size), "text/plain; charset=utf-8", "0123456789abcdef")
    HTTPServer(reactor, Always(answer), HTTPSettings()).start([listening(port)])


def provd(
    port: int, data: str, cache: str = "", memo: str = "", commit: str = "0", api: str = "0"
) -> None:
    """Everything, as the service starts it: decisions kept, one line of log per inquiry."""
    settings = Settings(
        data=DataSettings(directory=data),
        listen=HTTPListen(interface=HOST, port=port),
        http=HTTPSettings(trusted_proxies=(HOST,)),
        tftp=TFTPSettings(interface=HOST, port=0),
        api=ApiSettings(interface=HOST, port=int(api)),
        limits=CreationSettings(total=10_000_000),
        plugins=PluginSettings(cache_bytes=int(cache) if cache else 64 << 20),
        pipeline=PipelineSettings(),
        log=LogSettings(),
    )
    log = (Path(data) / "log").open("a")
    globalLogBeginner.beginLoggingTo([log_to(log, reactor, settings.log)], redirectStandardIO=False)
    wiring.Keeping = partial(Keeping, slow_commit=float(commit))  # type: ignore[misc,assignment]
    if memo:
        extract.Witnesses = lambda protocol, plugins, _size, judge: Witnesses(  # type: ignore[misc,assignment]
            protocol, plugins, int(memo), judge
        )
    server = wiring.wire(settings, reactor)
    server.start(bind(settings))


SERVERS: dict[str, Callable[..., None]] = {"bare": bare, "edge": edge, "provd": provd}


def main(kind: str, port: str, *options: str) -> None:
    """Serve until killed."""
    keys = dict(option.split("=", 1) for option in options)
    SERVERS[kind](int(port), **keys)
    reactor.callWhenRunning(lambda: print("READY", flush=True))
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
