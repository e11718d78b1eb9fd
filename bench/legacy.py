"""Plugins of wazo-provd: what a hundred of them cost a request, and what reconfiguring costs a phone that asks meanwhile.

A real server, asked over real sockets; its own CPU time counts, the process that writes files has another.
"""

from __future__ import annotations

import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from bench.process import cpu_of
from bench.report import Report
from provd.testing.daemon import Daemon
from provd.testing.legacy import ENTRY, PLUGIN_ID, write_plugin

MANY = 112
HOT = 200
"""Phones that ask, one after the other, for a file that is written."""
REQUESTS, ROUNDS = 4000, 5
RECONFIGURED = 2000
ELSE = ENTRY.replace("{'A20': '1.0'}", "{'B': '2'}")
"""An entry whose plugin supports its devices less well, so that it is nobody's."""

PATIENT = {"sweeps": {"devices": 1_000_000, "sequence": 1_000_000}, "log": {"level": "warn"}}
"""All phones ask from one address, one after the other: that is what a sweep looks like."""


@contextmanager
def serving(plugins: int) -> Iterator[Daemon]:
    """A server with so many legacy plugins, one of which its phones have."""
    with tempfile.TemporaryDirectory(prefix="provd-bench-") as made:
        daemon = Daemon(Path(made), PATIENT, families=())
        write_plugin(daemon.data / "plugins")
        for number in range(plugins - 1):
            write_plugin(daemon.data / "plugins", f"a-{number:03d}", entry=ELSE)
        try:
            daemon.start()
            daemon.fill()
            declare(daemon)
            yield daemon
        finally:
            daemon.close()


def phone(number: int) -> tuple[str, str]:
    """What a phone asks for, and as whom."""
    mac = f"00:00:5e:01:{number >> 8:02x}:{number & 255:02x}"
    return f"/{mac.replace(':', '').upper()}.cfg", f"AcmePhone A20 {mac} 1.0"


def declare(daemon: Daemon) -> None:
    """Have its operator know the phones."""
    line = {"username": "u", "password": "p"}
    config = {"id": "phones", "parent_ids": ["base"], "raw_config": {"sip_lines": {"1": line}}}
    known = {"vendor": "Acme", "model": "A20", "plugin": PLUGIN_ID, "config": "phones"}
    with closing(daemon.api()) as api:
        api.configs.create(config)
        for first in range(0, HOT + RECONFIGURED, 500):
            made = range(first, min(first + 500, HOT + RECONFIGURED))
            documents = [{"id": f"p{n}", "mac": phone(n)[1].split()[2], **known} for n in made]
            api.devices.bulk([{"op": "create", "document": each} for each in documents])


def asked(daemon: Daemon, numbers: range) -> list[float]:
    """Seconds that each of these phones waited; one connection for all of them."""
    waited = []
    with closing(http.client.HTTPConnection("127.0.0.1", daemon.ports[0])) as connection:
        for number in numbers:
            path, agent = phone(number)
            began = time.perf_counter()
            connection.request("GET", path, headers={"User-Agent": agent})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            waited.append(time.perf_counter() - began)
            if answer.will_close:
                connection.close()
    return waited


def per_cpu_second(daemon: Daemon) -> float:
    """Requests answered in a second of the server's CPU time."""
    assert daemon.process is not None
    before = cpu_of(daemon.process.pid)
    for _turn in range(REQUESTS // HOT):
        asked(daemon, range(HOT))
    return REQUESTS / (cpu_of(daemon.process.pid) - before)


def run(report: Report) -> None:
    """Every case."""
    report.section("plugins of wazo-provd")
    with ExitStack() as running:
        servers = {count: running.enter_context(serving(count)) for count in (1, MANY)}
        for daemon in servers.values():
            asked(daemon, range(HOT))
        told: dict[int, list[float]] = {count: [] for count in servers}
        for _round in range(ROUNDS):
            for count, daemon in servers.items():
                told[count].append(per_cpu_second(daemon))
        case = f"an identified request with {MANY} legacy plugins / with one"
        report.ratio(case, told[MANY], told[1], 0.9, "req/CPU s")
        reconfigured(report, servers[1])


def waiting_beside(daemon: Daemon, others: range) -> Iterator[float]:
    """How long one phone waits, again and again, while others ask."""
    storm = threading.Thread(target=asked, args=(daemon, others))
    storm.start()
    while storm.is_alive():
        yield from asked(daemon, range(1))
        time.sleep(0.005)


def reconfigured(report: Report, daemon: Daemon) -> None:
    """All phones but one have to be configured again, and ask at once; that one asks all the time."""
    others = range(HOT, HOT + RECONFIGURED)
    asked(daemon, others)
    calm = [asked(daemon, range(1))[0] for _time in range(200)]
    with closing(daemon.api()) as api:
        api.configs.change("base", {"raw_config": {"X_changed": "1"}})
    asked(daemon, range(1))
    began = time.perf_counter()
    waits = list(waiting_beside(daemon, others))
    took = time.perf_counter() - began
    delay = (max(waits) - statistics.median(calm)) * 1000
    report.note(f"{RECONFIGURED} devices were configured again in {took:.1f} s ({PLUGIN_ID})")
    report.bounded("longest delay of a phone meanwhile", [delay], 50, "ms")
