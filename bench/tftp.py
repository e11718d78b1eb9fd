"""TFTP against dnsmasq, atftpd and tftpd-hpa, with a load generator that compares every byte.

Servers on one CPU, `tftpload` on another, over loopback, rounds taken in turns; medians and their
ratio count.  A lock-step transfer of one client waits for wake-ups of the CPU that the other side
runs on, and measures those: that case has both ends on one CPU.

provd runs with an answer for everybody, held in memory as rendered files are, and read from disk
as firmware is.  dnsmasq listens on port 69 only, so it is left out without root.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from attrs import frozen

from bench.report import Report

HERE = Path(__file__).parent
PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
ATFTPD = HERE.parent / "build" / "debian" / "atftpd" / "usr" / "sbin" / "atftpd"
ROUNDS, SECONDS = 5, 2.0
SMALL, BIG = 4096, 100_000_000
_STARTED_WITHIN = 10.0


@frozen
class Rig:
    """What all cases use: the directory that is served, and the compiled load generator."""

    root: Path
    load: Path


@frozen
class Server:
    """A server under test; `port` is what the load generator asks."""

    name: str
    port: int


@frozen
class Round:
    """What one run of the load generator gave."""

    transfers: float
    """Per second."""
    megabytes: float
    """Of file content, per second."""
    p99: float
    """Milliseconds."""
    lost: int
    """Transfers that failed, and packets that a client had to repeat."""


def run(report: Report) -> None:
    """Every case."""
    report.section("TFTP over loopback")
    with tempfile.TemporaryDirectory(prefix="provd-bench-") as made:
        directory = Path(made)
        directory.chmod(0o755)  # the servers compared with give up their privileges
        load = compiled(directory)
        if load is None:
            report.note("there is no C compiler: nothing measured")
            return
        rig = Rig(directory / "root", load)
        rig.root.mkdir(mode=0o755)
        (rig.root / "small").write_bytes(os.urandom(SMALL))
        (rig.root / "big").write_bytes(os.urandom(BIG))
        small_files(report, rig)
        one_big_file(report, rig)


def small_files(report: Report, rig: Rig) -> None:
    """What phones fetch: 4 KiB, blksize 1468 and tsize, nine packets each."""
    with ExitStack() as running:
        held = running.enter_context(provd(rig, "held=true"))
        disk = running.enter_context(provd(rig))
        dns, atf = running.enter_context(dnsmasq(rig)), running.enter_context(atftpd(rig))
        servers = [server for server in (held, disk, dns, atf) if server is not None]
        fifty = in_turns(rig, servers, fetch_small(50))
        many = in_turns(rig, [held, disk], fetch_small(200))
    for server in (held, disk):
        ours = rates(fifty[server])
        for other, least in ((atf, 1.5), (dns, 0.4)):
            if other is not None:
                case = f"{server.name}, 50 clients / {other.name}"
                report.ratio(case, ours, rates(fifty[other]), least, "transfers/s")
        p99 = [median(one.p99 for one in fifty[server])]
        report.bounded(f"{server.name}, 50 clients, p99", p99, 20, "ms")
        crowd = many[server]
        report.ratio(f"{server.name}, 200 clients / 50", rates(crowd), ours, 0.8, "transfers/s")
        lost = [float(sum(one.lost for one in crowd))]
        report.bounded(f"{server.name}, 200 clients, lost", lost, 0, "packets")


def rates(rounds: list[Round]) -> list[float]:
    """Transfers per second of each round."""
    return [one.transfers for one in rounds]


def speeds(rounds: list[Round]) -> list[float]:
    """Megabytes per second of each round."""
    return [one.megabytes for one in rounds]


def one_big_file(report: Report, rig: Rig) -> None:
    """What boot loaders fetch: 100 MB, blksize 1468."""
    with ExitStack() as running:
        ours = running.enter_context(provd(rig))
        atf = running.enter_context(atftpd(rig))
        hpa = running.enter_context(tftpd_hpa(rig))
        if atf is not None:
            told = in_turns(rig, [ours, atf], fetch_big(64))
            case = "100 MB, windowsize 64 / atftpd"
            report.ratio(case, speeds(told[ours]), speeds(told[atf]), 1.0, "MB/s")
        if hpa is not None:
            told = in_turns(rig, [ours, hpa], fetch_big(0, same_cpu=True))
            case = "100 MB in lock-step, both ends on one CPU / tftpd-hpa"
            report.ratio(case, speeds(told[ours]), speeds(told[hpa]), 0.65, "MB/s")
        missing = [name for name, server in (("atftpd", atf), ("tftpd-hpa", hpa)) if server is None]
        if missing:
            report.note(f"not here, or not started without root: {', '.join(missing)}")


Fetch = Callable[[Rig, Server], Round]


def in_turns(rig: Rig, servers: list[Server], fetch: Fetch) -> dict[Server, list[Round]]:
    """Rounds of each server, one after the other, after one that does not count."""
    measured: dict[Server, list[Round]] = {server: [] for server in servers}
    for turn in range(ROUNDS + 1):
        for server in servers:
            told = fetch(rig, server)
            if turn:
                measured[server].append(told)
    return measured


def fetch_small(clients: int) -> Fetch:
    """That many clients, each with one transfer after the other."""

    def fetch(rig: Rig, server: Server) -> Round:
        return load(rig, server, "small", "-c", str(clients), "-d", str(SECONDS))

    return fetch


def fetch_big(window: int, *, same_cpu: bool = False) -> Fetch:
    """One transfer of the big file."""
    options = ["-w", str(window)] if window else []

    def fetch(rig: Rig, server: Server) -> Round:
        return load(rig, server, "big", *options, cpu=0 if same_cpu else 1)

    return fetch


def load(rig: Rig, server: Server, name: str, *options: str, cpu: int = 1) -> Round:
    """Run the load generator against a server."""
    address = ["-H", "127.0.0.1", "-P", str(server.port)]
    wanted = ["-f", name, "-V", str(rig.root / name), "-b", "1468", "-t"]
    command = [str(rig.load), "-j", "-q", *address, *wanted, *options]
    told = subprocess.run(pinned(cpu, command), capture_output=True, text=True, check=False)
    one = json.loads(told.stdout.splitlines()[-1])
    if not one["ok"]:
        raise RuntimeError(f"{server.name}: no transfer of {name} succeeded: {told.stderr}")
    size = (rig.root / name).stat().st_size
    megabytes = one["ok"] * size / one["wall"] / 1e6
    return Round(one["tps"], megabytes, one["p99ms"], one["failed"] + one["retrans"])


def compiled(directory: Path) -> Path | None:
    """The load generator."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    target = directory / "tftpload"
    subprocess.run([compiler, "-O2", "-o", str(target), str(HERE / "tftpload.c")], check=True)
    return target


def pinned(cpu: int, command: list[str]) -> list[str]:
    """A command on one CPU, where there are several."""
    several = shutil.which("taskset") and (os.cpu_count() or 1) > 1
    return ["taskset", "-c", str(cpu), *command] if several else command


@contextmanager
def provd(rig: Rig, *options: str) -> Iterator[Server]:
    """Ours, on a port that is free."""
    name = "provd, held" if "held=true" in options else "provd, disk"
    words = ["-m", "provd.testing.tftp_process", str(rig.root), "drain=0", *options]
    with running([sys.executable, *words], subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Server(name, int(process.stdout.readline()))


@contextmanager
def dnsmasq(rig: Rig) -> Iterator[Server | None]:
    """One process, one loop: the fastest of those that are packaged."""
    program = shutil.which("dnsmasq", path=PATH)
    if program is None or os.geteuid() != 0:
        yield None
        return
    options = (
        "-k -p 0 -C /dev/null --listen-address=127.0.0.1 --bind-interfaces --enable-tftp"
        " --tftp-max=2000 -u root --pid-file= --log-facility=/dev/null -q"
    )
    with running([program, *options.split(), f"--tftp-root={rig.root}"]):
        yield wait_for(Server("dnsmasq", 69))


@contextmanager
def atftpd(rig: Rig) -> Iterator[Server | None]:
    """A thread per transfer; the only packaged server that knows windowsize."""
    program = shutil.which("atftpd", path=PATH) or (str(ATFTPD) if ATFTPD.exists() else None)
    if program is None:
        yield None
        return
    options = (
        "--daemon --no-fork --port 26902 --bind-address 127.0.0.1 --maxthread 1000"
        f" --logfile /dev/null --user {user()}"
    )
    with running([program, *options.split(), str(rig.root)]):
        yield wait_for(Server("atftpd", 26902))


@contextmanager
def tftpd_hpa(rig: Rig) -> Iterator[Server | None]:
    """A process per transfer, which reads ahead of its client."""
    program = shutil.which("in.tftpd", path=PATH)
    if program is None or os.geteuid() != 0:
        yield None
        return
    with running([program, "-L", "-a", "127.0.0.1:26901", "-s", str(rig.root), "-u", "nobody"]):
        yield wait_for(Server("tftpd-hpa", 26901))


def user() -> str:
    """Who atftpd is told to become: root need not change, so that it can read the directory."""
    return "root.root" if os.geteuid() == 0 else "nobody.nogroup"


@contextmanager
def running(
    command: list[str], stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """A process on the first CPU, ended afterwards."""
    process = subprocess.Popen(
        pinned(0, command), stdout=stdout, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(server: Server) -> Server:
    """Ask until it answers; what is asked for is not there."""
    until = time.monotonic() + _STARTED_WITHIN
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        while time.monotonic() < until:
            asking.sendto(b"\0\1not-there\0octet\0", ("127.0.0.1", server.port))
            try:
                asking.recvfrom(1024)
            except OSError:
                continue
            return server
    raise RuntimeError(f"{server.name} does not answer on port {server.port}")
