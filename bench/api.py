"""The API over 100,000 devices: one device against a bare klein route, and pages that an index answers.

Requests per second of the server's CPU time are compared, as in the bench of HTTP.  Pages are asked for
one after the other on one connection; what a client waits for is measured, medians of rounds.
"""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from klein import Klein
from twisted.internet import reactor as global_reactor
from twisted.web.server import Site

from bench.http import Server, pinned, wrk
from bench.report import Report
from bench.store import config, device, parents
from provd.api import make_api, prepare, rights
from provd.application.decisions import Decisions
from provd.application.operators import make_operators
from provd.daemon.wiring import KINDS
from provd.store import MemoryStore
from provd.testing.access import administration, basic, keep, user
from provd.testing.inquiries import core

MANY = 100_000
PORT = 28_700
ROUNDS = 5
PAGES = 30
HERE = Path(__file__).parent
PLUGIN = "xivo-aastra-3.2.0.1011"
reactor: Any = global_reactor


def filled() -> MemoryStore:
    """A store with 100,000 devices, a config each and three levels above them."""
    store = MemoryStore(KINDS, reactor)
    store.load("configs", [*parents(), *(config(number) for number in range(MANY))])
    store.load("devices", [device(number) for number in range(MANY)])
    return store


def provd_site() -> Site:
    """The API, all of it."""
    store = filled()
    access = administration(store, reactor, rights())
    keep(store, users=[user("bench", "operator")])
    made = core(store=store, autoprov=False)
    operators = make_operators(
        store=access.store,
        gate=access.gate,
        plugins=made.plugins,
        inquiries=made.inquiries,
        decisions=Decisions(1),
        base=lambda: {"ip": "192.0.2.1"},
        clock=reactor,
        new_id=lambda: "new",
    )
    site = make_api(operators, access, interface="127.0.0.1", reactor=reactor, boot_id="bench")
    prepare(site)
    return site


def klein_site(size: int) -> Site:
    """A klein route that answers as many bytes from memory."""
    app = Klein()
    body = b"x" * size

    @app.route("/api/v1/devices/<document_id>")
    def show(_request: object, document_id: str) -> bytes:  # noqa: ARG001 - klein hands it over
        return body

    return Site(app.resource())


@contextmanager
def serving(kind: str, port: int, size: int = 0) -> Iterator[Server]:
    """One of the two in a process of its own."""
    command = [sys.executable, "-m", "bench.api", kind, str(port), str(size)]
    process = subprocess.Popen(pinned(0, *command), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "READY":
            raise RuntimeError(f"{kind} did not start")
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


class Client:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> bytes:
        """A body. @raise RuntimeError: the answer is no success."""
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    def token(self) -> str:
        """What proves who asks, for further requests."""
        head = {"Authorization": basic("bench"), "Content-Type": "application/json"}
        self._connection.request("POST", "/api/v1/tokens", b"{}", head)
        return f"Bearer {json.loads(self._connection.getresponse().read())['token']}"

    def milliseconds(self, path: str) -> float:
        """The median of what some requests took."""
        took = []
        for _each in range(PAGES):
            start = time.perf_counter()
            self.get(path)
            took.append((time.perf_counter() - start) * 1000)
        return median(took)


def run(report: Report) -> None:
    """All cases."""
    report.section("api: 100,000 devices with one config each")
    with serving("provd", PORT) as provd:
        client = Client(PORT)
        one = f"/api/v1/devices/{device(4711).id}"
        size = len(client.get(one))
        with serving("klein", PORT + 1, size) as klein:
            measured: dict[str, list[float]] = {"provd": [], "klein": [], "token": []}
            token = client.token()
            for _round in range(ROUNDS):
                for name, server in (("provd", provd), ("klein", klein)):
                    measured[name].append(wrk(server, "one.lua", one).per_cpu_second)
                measured["token"].append(wrk(provd, "one.lua", one, token).per_cpu_second)
        report.ratio(
            "GET one device / a bare klein route", measured["provd"], measured["klein"], 0.4, "/s"
        )
        report.ratio(
            "the same with a token / without", measured["token"], measured["provd"], 1 / 1.2, "/s"
        )
        pages(report, client)


def pages(report: Report, client: Client) -> None:
    """Pages of 100, first and in the middle."""
    first = f"/api/v1/devices?plugin={PLUGIN}&limit=100"
    listed = json.loads(client.get(first))
    if (listed["total"], len(listed["items"])) != (MANY, 100):
        raise RuntimeError(f"a page of {len(listed['items'])} among {listed['total']}")
    for case, path in (
        ("page of 100 where an index finds all", first),
        ("the same, 50,000 further by skip", f"{first}&skip=50000"),
        ("the same, without a filter", "/api/v1/devices?limit=100"),
        ("one of 100,000 by MAC", f"/api/v1/devices?mac={device(4711).mac}"),
    ):
        took = [client.milliseconds(path) for _round in range(ROUNDS)]
        report.bounded(case, took, 15, "ms")


def main(kind: str, port: int, size: int) -> None:
    """Serve one of the two until killed."""
    site = provd_site() if kind == "provd" else klein_site(size)
    reactor.listenTCP(port, site, interface="127.0.0.1")
    reactor.callWhenRunning(print, "READY", flush=True)
    reactor.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
