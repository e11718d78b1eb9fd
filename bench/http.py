"""HTTP towards devices, against a bare twisted.web resource that returns as many bytes.

Server on one CPU, wrk on another, 50 connections, rounds taken in turns; medians and their ratio count.
Compared are requests per second of the server's *CPU time*: a server that has its CPU to itself answers
just as many in a second, and what else runs on the machine disturbs it less.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from attrs import frozen

from bench.process import cpu_of
from bench.report import Report
from bench.site import Phone, phones, write_site

HERE = Path(__file__).parent
PORT = 28667
ROUNDS, SECONDS = 3, 3
UNKNOWN = 1_000_000
"""Numbers of phones from here on are in no store."""


def pinned(cpu: int, *command: str) -> list[str]:
    """A command on one CPU, where there are several."""
    return ["taskset", "-c", str(cpu), *command] if shutil.which("taskset") else list(command)


@frozen
class Server:
    """A server under test."""

    port: int
    pid: int


@frozen
class Round:
    """What one run of wrk gave."""

    per_second: float
    per_cpu_second: float


@contextmanager
def serving(kind: str, port: int, **options: object) -> Iterator[Server]:
    """A server of `bench.http_server` in a process of its own."""
    words = [f"{key}={value}" for key, value in options.items()]
    command = [sys.executable, "-m", "bench.http_server", kind, str(port), *words]
    process = subprocess.Popen(pinned(0, *command), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "READY":
            raise RuntimeError(f"{kind} did not start: {' '.join(command)}")
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def wrk(server: Server, script: str, *arguments: str, seconds: int = SECONDS) -> Round:
    """Requests answered with 2xx, over 50 kept connections."""
    url = f"http://127.0.0.1:{server.port}"
    command = [
        "wrk",
        "-t1",
        "-c50",
        f"-d{seconds}s",
        "-s",
        str(HERE / script),
        url,
        "--",
        *arguments,
    ]
    before = cpu_of(server.pid)
    told = subprocess.run(pinned(1, *command), capture_output=True, text=True, check=True).stdout
    used = cpu_of(server.pid) - before
    if wrong := re.search(r"Non-2xx.*|Socket errors.*", told):
        raise RuntimeError(f"port {server.port}, {script}: {wrong[0]}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    count = re.search(r"(\d+) requests in", told)
    assert rate is not None, told
    assert count is not None, told
    return Round(float(rate[1]), int(count[1]) / used)


def warm(server: Server, hot: str) -> None:
    """Let every hot phone ask, several times: what is rendered once, seen first, or kept, is then."""
    expected = len(Path(hot).read_text().splitlines())
    answered = 0
    while answered < 3 * expected:
        answered += int(2 * wrk(server, "hot.lua", hot, "in order", seconds=2).per_second)


def write_hot(path: Path, hot: list[Phone]) -> str:
    """What `hot.lua` reads."""
    path.write_text("".join(f"{one.path}\t{one.user_agent}\t{one.ip}\n" for one in hot))
    return str(path)


def size_of(port: int, phone: Phone) -> int:
    """How many bytes a phone gets."""
    headers = {"User-Agent": phone.user_agent, "X-Forwarded-For": phone.ip}
    with urlopen(Request(f"http://127.0.0.1:{port}{phone.path}", headers=headers)) as answer:
        return len(answer.read())


def in_turns(
    servers: dict[str, tuple[Server, str]], rounds: int = ROUNDS
) -> dict[str, list[float]]:
    """Rounds of each server, one after the other, after each has answered every hot phone once."""
    for server, hot in servers.values():
        warm(server, hot)
    measured: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, (server, hot) in servers.items():
            measured[name].append(wrk(server, "hot.lua", hot).per_cpu_second)
    return measured


class Sites:
    """Data directories, made once and copied for each server: two never share a store."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._copies = 0

    def copy(self, devices: int, plugins: int) -> Path:
        """A fresh copy of a site."""
        original = self._directory / f"{devices}-{plugins}"
        if not original.exists():
            write_site(original, devices, plugins)
        self._copies += 1
        copied = self._directory / f"copy-{self._copies}"
        shutil.copytree(original, copied)
        return copied


def run(report: Report) -> None:
    """Every case."""
    report.section("HTTP: requests/s over 50 kept connections")
    if shutil.which("wrk") is None:
        report.note("wrk is not installed: nothing measured")
        return
    with tempfile.TemporaryDirectory(prefix="provd-bench-") as made:
        directory = Path(made)
        sites = Sites(directory)
        many = phones(100_000, 100)
        hot = write_hot(directory / "hot", many[::10])
        fewer = write_hot(directory / "fewer", [*many[:1000]])
        few = write_hot(directory / "few", phones(1000, 1))
        known_phones(report, sites, hot)
        does_size_matter(report, sites, fewer, few)
        unknown_phones(report, sites)


def known_phones(report: Report, sites: Sites, hot: str) -> None:
    """10,000 hot phones of 100,000, with and without the render cache, against the baseline."""
    with ExitStack() as running:
        whole = running.enter_context(serving("provd", PORT, data=sites.copy(100_000, 100)))
        cold = running.enter_context(
            serving("provd", PORT + 1, data=sites.copy(100_000, 100), cache=0)
        )
        size = size_of(whole.port, Phone(0, 0))
        report.note(f"a rendered file has about {size:,} bytes; the baseline returns as many")
        bare = running.enter_context(serving("bare", PORT + 2, size=size))
        edge = running.enter_context(serving("edge", PORT + 3, size=size))
        servers = {"bare": bare, "edge": edge, "whole": whole, "cold": cold}
        told = in_turns({name: (server, hot) for name, server in servers.items()})
    unit = "req/CPU s"
    report.ratio("the HTTP server alone / bare twisted.web", told["edge"], told["bare"], 1.0, unit)
    report.ratio("provd, 10,000 hot of 100,000 / bare", told["whole"], told["bare"], 0.55, unit)
    # Each is rendered twice: its passwords make it so (docs/decisions/asked-twice-for-secrets.rst).
    report.ratio("provd, every request two renders / bare", told["cold"], told["bare"], 0.08, unit)


def does_size_matter(report: Report, sites: Sites, fewer: str, few: str) -> None:
    """1,000 hot phones in a big site and in a small one, with the memo of extraction and without."""
    for name, options in (("memo", {}), ("no memo", {"memo": 0})):
        with ExitStack() as running:
            big = running.enter_context(
                serving("provd", PORT, data=sites.copy(100_000, 100), **options)
            )
            small = running.enter_context(
                serving("provd", PORT + 1, data=sites.copy(1000, 1), **options)
            )
            told = in_turns({"big": (big, fewer), "small": (small, few)})
        case = f"100,000 devices, 100 plugins / 1,000, 1 ({name})"
        report.ratio(case, told["big"], told["small"], 0.9, "req/CPU s")


def unknown_phones(report: Report, sites: Sites) -> None:
    """Every request is a new phone: answered when its device is durable."""
    for name, options, least in (("", {}, 1000), (", commits of 10 ms", {"commit": 0.01}, 800)):
        first, rates = UNKNOWN, []
        with serving("provd", PORT, data=sites.copy(100_000, 100), **options) as server:
            for turn in range(ROUNDS + 1):
                rate = wrk(server, "unknown.lua", str(first)).per_second
                first += 100_000
                if turn:
                    rates.append(rate)
                time.sleep(0.5)
        report.rate(f"unknown phones created{name}", rates, least, "devices/s")
