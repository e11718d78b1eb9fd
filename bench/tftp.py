"""TFTP against dnsmasq, atftpd and tftpd-hpa, with a load generator that compares every byte.

Servers on one CPU, `tftpload` on another, over loopback, rounds taken in turns; medians and their
ratio count.  A lock-step transfer of one client waits for wake-ups of the CPU that the other side
runs on, and measures those: that case has both ends on one CPU.

provd runs as a whole, with 100,000 devices of 100 plugins of which 10,000 ask, each from an address
of its own; and its TFTP server runs alone, with an answer for everybody, held in memory as rendered
files are, or read from disk as firmware is.  dnsmasq listens on port 69 only, so it is left out
without root.

Where the machine is shared, a wall clock measures the neighbours.  Small files are therefore also
compared per second of the server's CPU time, and that is what decides: a server that has its CPU to
itself ends just as many in a second.
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

from bench.process import cpu_of
from bench.report import Report
from bench.site import phones, write_site

HERE = Path(__file__).parent
PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
ATFTPD = HERE.parent / "build" / "debian" / "atftpd" / "usr" / "sbin" / "atftpd"
ROUNDS, SECONDS = 5, 2.0
DEVICES, PLUGINS, HOT = 100_000, 100, 10_000
WHOLE = "provd"
SMALL, BIG = 4096, 100_000_000
_STARTED_WITHIN = 10.0


@frozen
class Rig:
    """What all cases use: the directory that is served, and the compiled load generator."""

    root: Path
    load: Path
    names: Path
    """What the hot phones of the site ask for, one per line."""


@frozen
class Server:
    """A server under test; `port` is what the load generator asks."""

    name: str
    port: int
    pid: int


@frozen
class Round:
    """What one run of the load generator gave."""

    transfers: float
    """Per second."""
    per_cpu_second: float
    """Transfers, per second of the server's CPU time."""
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
        rig = Rig(directory / "root", load, directory / "names")
        hot = phones(DEVICES, PLUGINS)[:: DEVICES // HOT]
        rig.names.write_text("".join(f"{phone.filename}\n" for phone in hot))
        rig.root.mkdir(mode=0o755)
        (rig.root / "small").write_bytes(os.urandom(SMALL))
        (rig.root / "big").write_bytes(os.urandom(BIG))
        small_files(report, rig)
        one_big_file(report, rig)


def small_files(report: Report, rig: Rig) -> None:
    """What phones fetch: 4 KiB, blksize 1468 and tsize, nine packets each."""
    with ExitStack() as running:
        whole = running.enter_context(site(rig))
        ours = [whole, *(running.enter_context(provd(rig, kind)) for kind in ("held", "disk"))]
        dns, atf = running.enter_context(dnsmasq(rig)), running.enter_context(atftpd(rig))
        others = [server for server in (dns, atf) if server is not None]
        load(rig, whole, "-n", str(3 * HOT), "-c", "50")  # every phone: rendered, seen, kept
        fifty = in_turns(rig, [*ours, *others], fetch_small(50))
        many = in_turns(rig, ours, fetch_small(200))
    for server in ours:
        for other, least in ((atf, 1.5), (dns, 0.4)):
            if other is not None:
                case = f"{server.name}, 50 clients / {other.name}"
                one, two = per_cpu(fifty[server]), per_cpu(fifty[other])
                report.ratio(case, one, two, least, "transfers/CPU s")
                wall = median(rates(fifty[server])), median(rates(fifty[other]))
                report.note(f"      by the wall clock {wall[0]:,.0f} / {wall[1]:,.0f} per second")
        p99 = [median(one.p99 for one in fifty[server])]
        report.bounded(f"{server.name}, 50 clients, p99", p99, 20, "ms")
        case = f"{server.name}, 200 clients / 50"
        report.ratio(case, per_cpu(many[server]), per_cpu(fifty[server]), 0.8, "transfers/CPU s")
        lost = [float(sum(one.lost for one in many[server]))]
        report.bounded(f"{server.name}, 200 clients, lost", lost, 0, "packets")


def per_cpu(rounds: list[Round]) -> list[float]:
    """Transfers per second of CPU of each round."""
    return [one.per_cpu_second for one in rounds]


def rates(rounds: list[Round]) -> list[float]:
    """Transfers per second of each round."""
    return [one.transfers for one in rounds]


def speeds(rounds: list[Round]) -> list[float]:
    """Megabytes per second of each round."""
    return [one.megabytes for one in rounds]


def one_big_file(report: Report, rig: Rig) -> None:
    """What boot loaders fetch: 100 MB, blksize 1468."""
    with ExitStack() as running:
        ours = running.enter_context(provd(rig, "disk"))
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
        return load(rig, server, "-c", str(clients), "-d", str(SECONDS))

    return fetch


def fetch_big(window: int, *, same_cpu: bool = False) -> Fetch:
    """One transfer of the big file."""
    options = ["-w", str(window)] if window else []

    def fetch(rig: Rig, server: Server) -> Round:
        return load(rig, server, *options, name="big", cpu=0 if same_cpu else 1)

    return fetch


def load(rig: Rig, server: Server, *options: str, name: str = "small", cpu: int = 1) -> Round:
    """Run the load generator against a server."""
    if server.name == WHOLE:
        wanted = ["-F", str(rig.names), "-S", "127.1.0.1", "-N", str(HOT)]
    else:
        wanted = ["-f", name, "-V", str(rig.root / name)]
    address = ["-H", "127.0.0.1", "-P", str(server.port)]
    command = [str(rig.load), "-j", "-q", *address, *wanted, "-b", "1468", "-t", *options]
    before = cpu_of(server.pid)
    told = subprocess.run(pinned(cpu, command), capture_output=True, text=True, check=False)
    used = cpu_of(server.pid) - before
    one = json.loads(told.stdout.splitlines()[-1])
    if not one["ok"] or one["errors"]:
        raise RuntimeError(f"{server.name}: not every transfer was served: {told.stderr[-500:]}")
    megabytes = one["ok"] * (rig.root / name).stat().st_size / one["wall"] / 1e6
    lost = one["failed"] + one["retrans"]
    return Round(one["tps"], one["ok"] / max(used, 0.01), megabytes, one["p99ms"], lost)


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
def provd(rig: Rig, kind: str) -> Iterator[Server]:
    """Our TFTP server alone, on a port that is free."""
    words = ["-m", "provd.testing.tftp_process", str(rig.root), "drain=0"]
    options = ["held=true"] if kind == "held" else []
    with running([sys.executable, *words, *options], subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Server(f"TFTP alone, {kind}", int(process.stdout.readline()), process.pid)


@contextmanager
def site(rig: Rig) -> Iterator[Server]:
    """All of provd, on a port that is free."""
    data = rig.root.parent / "site"
    write_site(data, DEVICES, PLUGINS)
    with running(
        [sys.executable, "-m", "bench.tftp_server", str(data)], subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        yield Server(WHOLE, int(process.stdout.readline()), process.pid)


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
    with running([program, *options.split(), f"--tftp-root={rig.root}"]) as process:
        yield wait_for(Server("dnsmasq", 69, process.pid))


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
    with running([program, *options.split(), str(rig.root)]) as process:
        yield wait_for(Server("atftpd", 26902, process.pid))


@contextmanager
def tftpd_hpa(rig: Rig) -> Iterator[Server | None]:
    """A process per transfer, which reads ahead of its client."""
    program = shutil.which("in.tftpd", path=PATH)
    if program is None or os.geteuid() != 0:
        yield None
        return
    options = ["-L", "-a", "127.0.0.1:26901", "-s", str(rig.root), "-u", "nobody"]
    with running([program, *options]) as process:
        yield wait_for(Server("tftpd-hpa", 26901, process.pid))


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
