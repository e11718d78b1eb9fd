"""DHCP against Kea, ISC's dhcpd and dnsmasq: four packets for an address, with leases that survive a crash.

perfdhcp is a relay for 50,000 clients at the other end of a veth pair, and asks in the open: what is
not answered within a second is lost, and not asked for again.  A server bears a rate when it loses one
exchange in a hundred at most.  Servers on one CPU, perfdhcp on another, rounds taken in turns, each
with a server that has just been started and knows of no lease; medians and their ratios count.

The rates decide.  Where the machine is shared, they also measure the neighbours, who take from each
server in turn; therefore it is told as well how many exchanges each ends per second of its CPU time at
the highest rate that it bears.  docs/contribute/benches.rst says where ours goes.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from attrs import frozen

from bench.dhcp_servers import (
    CLIENT,
    DNSMASQ,
    ISC,
    KEA,
    OTHERS,
    PATH,
    US,
    Kind,
    documents,
    environment,
    write_data,
)
from bench.process import cpu_of
from bench.report import Report
from provd.testing.namespaces import Lab

ROUNDS, SECONDS, CLIENTS = 3, 3, 50_000
STEP = 1.25
"""From one rate that is tried to the next."""
LOST = 0.01
LEAST = {KEA: 0.4, ISC: 5, DNSMASQ: 5}
"""Our rate against theirs."""
HIGHEST = 20_000
SUBNETS, LEASES = 1_000, 500_000
STEADY = 1_000
"""Exchanges per second where only the price of each matters."""
PACKETS, STAYING = 1_000_000, 10_000
"""Packets after which memory is where it was, and the clients who send and get them."""
_STARTED_WITHIN = 60.0

_RECEIVED = re.compile(r"received packets: (\d+)")
_SENT = re.compile(r"sent packets: (\d+)")
_TIMES = re.compile(r"sent / received: (\d+\.\d+) / (\d+\.\d+)")


def _provd(directory: Path) -> list[str]:
    return [sys.executable, "-m", "bench.dhcp_server", str(directory / "data")]


PROVD = Kind("provd", sys.executable, _provd, 2000)


@frozen
class Run:
    """What one run of perfdhcp gave."""

    offered: int
    """Exchanges begun per second."""
    ended: int
    """Exchanges."""
    lost: float
    """Of those that were begun, the part that was not ended."""
    per_cpu_second: float
    """Exchanges that ended, per second of the server's CPU time."""
    delays: tuple[float, ...] = ()
    """Milliseconds from each packet to its answer."""


@frozen
class Running:
    """A server that runs, and the namespaces that it and perfdhcp are in."""

    kind: Kind
    lab: Lab
    process: subprocess.Popen[str]


def run(report: Report) -> None:
    """Every case."""
    report.section("DHCP, through a relay")
    if os.geteuid() != 0 or not shutil.which("perfdhcp", path=PATH) or not shutil.which("ip"):
        report.note("needs root, iproute2 and perfdhcp (package kea-admin): nothing measured")
        return
    others = [kind for kind in OTHERS if kind.installed]
    if len(others) < len(OTHERS):
        missing = ", ".join(kind.name for kind in OTHERS if kind not in others)
        report.note(f"not here: {missing}")
    delays(report, rates(report, others) // 2)
    sizes(report)
    memory(report)


def rates(report: Report, others: Sequence[Kind]) -> int:
    """The highest rate that each server bears, and what an exchange costs it there; ours."""
    best: dict[Kind, list[Run]] = {kind: [] for kind in (PROVD, *others)}
    for _ in range(ROUNDS):
        for kind, runs in best.items():
            runs.append(highest(kind, runs[-1].offered if runs else kind.begins))
    for kind, runs in best.items():
        cost = median(1e6 / one.per_cpu_second for one in runs)
        report.note(f"      {kind.name}: {cost:,.0f} µs of CPU for each exchange")
    ours = [float(one.offered) for one in best[PROVD]]
    for kind, least in LEAST.items():
        if kind in best:
            theirs = [float(one.offered) for one in best[kind]]
            report.ratio(f"provd / {kind.name}", ours, theirs, least, "exchanges/s")
    return int(median(ours))


def highest(kind: Kind, begin: int) -> Run:
    """The run at the highest rate that a server bears: up from where it began, or down."""
    run = fresh(kind, begin)
    while run.lost > LOST and run.offered > 50:
        run = fresh(kind, round(run.offered / STEP))
    if run.offered < begin:
        return run
    while run.offered < HIGHEST:
        more = fresh(kind, round(run.offered * STEP))
        if more.lost > LOST:
            break
        run = more
    return run


def fresh(kind: Kind, rate: int) -> Run:
    """A run against a server that was just started; another one where much is lost.

    Neighbours who take the CPU for a moment are not the server's fault.
    """
    run = once(kind, rate)
    return run if run.lost <= LOST else once(kind, rate)


def once(kind: Kind, rate: int, *more: str) -> Run:
    """One run against a server that was just started."""
    with started(kind) as server:
        return load(server, rate, *more)


def delays(report: Report, half: int) -> None:
    """How long clients wait at half the load that we bear."""
    measured: dict[Kind, list[float]] = {kind: [] for kind in (PROVD, KEA) if kind.installed}
    for _ in range(ROUNDS):
        for kind, p99 in measured.items():
            waited = sorted(once(kind, half, "-x", "t").delays)
            p99.append(waited[len(waited) * 99 // 100])
    if KEA in measured:
        report.note(f"      kea, what neighbours make wait too: p99 {median(measured[KEA]):.1f} ms")
    report.bounded(f"p99 of an answer at {half:,} exchanges/s", measured[PROVD], 20, "ms")


def sizes(report: Report) -> None:
    """What an exchange costs with few documents and with many."""
    few, many = [], []
    with ExitStack() as stack:
        small = stack.enter_context(started(PROVD, 1, 10))
        large = stack.enter_context(started(PROVD, SUBNETS, LEASES))
        for turn in range(ROUNDS + 1):
            one, other = load(small, STEADY), load(large, STEADY)
            if turn:
                few.append(one.per_cpu_second)
                many.append(other.per_cpu_second)
    case = f"{LEASES:,} leases, {SUBNETS:,} subnets / 10 leases, 1 subnet"
    report.ratio(case, many, few, 0.8, "exchanges/CPU s")


def memory(report: Report) -> None:
    """A million packets, there and back, of clients that are all known by then."""
    rate = PROVD.begins
    with started(PROVD) as server:
        load(server, rate, clients=STAYING, seconds=STAYING * 4 // rate)
        before = resident(server.process.pid)
        load(server, rate, clients=STAYING, seconds=PACKETS // (4 * rate))
        after = resident(server.process.pid)
    report.note(f"      {before:,.0f} MiB before")
    report.bounded(f"{PACKETS:,} packets add", [after - before], 8, "MiB")


def resident(pid: int) -> float:
    """MiB of a process that are in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def started(kind: Kind, beside: int = 0, leases: int = 0) -> Iterator[Running]:
    """A server that has just been started, at one end of a cable."""
    with tempfile.TemporaryDirectory(prefix="provd-bench-") as made, ExitStack() as stack:
        directory = Path(made)
        if kind is PROVD:
            write_data(directory / "data", documents(beside, leases, int(time.time())))
        lab = Lab()
        stack.callback(lab.close)
        lab.add("server")
        lab.add("load")
        lab.wire("server", "eth0", "load", "eth0")
        lab.ip("server", "address", "add", f"{US}/16", "dev", "eth0")
        lab.ip("load", "address", "add", f"{CLIENT}/16", "dev", "eth0")
        server = Running(kind, lab, start(kind, lab, directory))
        stack.callback(end, server.process)
        wait_for(server)
        yield server


def start(kind: Kind, lab: Lab, directory: Path) -> subprocess.Popen[str]:
    """Start a server on the first CPU."""
    within = ["ip", "netns", "exec", lab.full("server"), "taskset", "-c", "0"]
    return subprocess.Popen(
        [*within, *kind.command(directory)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(directory),
    )


def end(process: subprocess.Popen[str]) -> None:
    """End a server."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(server: Running) -> None:
    """Have some clients ask until one is answered."""
    until = time.monotonic() + _STARTED_WITHIN
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.kind.name} ended")
        if answered(perfdhcp(server.lab, "-r", "10", "-p", "1", "-W", "100000")):
            return
    raise RuntimeError(f"{server.kind.name} does not answer")


def load(
    server: Running, rate: int, *more: str, clients: int = CLIENTS, seconds: int = SECONDS
) -> Run:
    """Begin that many exchanges a second."""
    before = cpu_of(server.process.pid)
    told = perfdhcp(
        server.lab,
        *("-r", str(rate), "-R", str(clients), "-p", str(seconds), "-W", "1000000"),
        *more,
    )
    used = cpu_of(server.process.pid) - before
    ended, begun = answered(told), int(_SENT.findall(told)[0])
    return Run(rate, ended, 1 - ended / begun, ended / max(used, 0.01), tuple(delays_in(told)))


def perfdhcp(lab: Lab, *words: str) -> str:
    """Run it on the second CPU; what it says."""
    cpu = ["taskset", "-c", "1"] if (os.cpu_count() or 1) > 1 else []
    command = ["ip", "netns", "exec", lab.full("load"), *cpu, "perfdhcp", "-4", "-l", "eth0"]
    told = subprocess.run(
        [*command, *words, US], capture_output=True, text=True, check=False, env=environment(Path())
    )
    return told.stdout


def answered(told: str) -> int:
    """How many exchanges were ended, as perfdhcp says."""
    return int(found[-1]) if (found := _RECEIVED.findall(told)) else 0


def delays_in(told: str) -> Iterator[float]:
    """Milliseconds of each answer, from perfdhcp's list of times."""
    for sent, received in _TIMES.findall(told):
        yield 1000 * (float(received) - float(sent))
