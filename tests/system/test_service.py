"""The service as an operator and systemd meet it: how it starts, refuses to start, and ends."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

import provd
from provd.testing.daemon import PROVD, TWISTD, Daemon
from provd.testing.namespaces import Lab

AASTRA = "Aastra6730i MAC:00-08-5D-00-00-01 V:3.2.0.1011-SIP"
ADDRESS = "an IP address of this host, or nothing for all"
BIG = 40_000_000
"""Bytes of a file that takes longer than a test has to be fetched in lock-step."""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A server that has not been started."""
    daemon = Daemon(tmp_path)
    try:
        yield daemon
    finally:
        daemon.close()


def twistd(daemon: Daemon, *options: str) -> tuple[str | Path, ...]:
    """The command line of the README's service."""
    return (TWISTD, "--nodaemon", "--pidfile=", *options, "provd", "--config", daemon.config)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(daemon: Daemon, number: int) -> None:
    """It exits with 0 within two seconds, says so to systemd, and keeps what was accepted."""
    daemon.start()
    daemon.fill()
    assert daemon.get("/aastra.cfg", AASTRA).status == 200
    began = time.monotonic()
    assert daemon.end(number) == 0
    assert time.monotonic() - began < 2
    assert "STOPPING=1" in daemon.wait_for("STOPPING=1")
    daemon.start()
    assert [each["mac"] for each in daemon.told("devices", "list")["items"]] == [
        "00:08:5d:00:00:01"
    ]
    # What is only observed is kept by a clean end too.
    shown = daemon.told("devices", "list")["items"][0]
    assert daemon.told("devices", "show", shown["id"])["answers"][0]["path"] == "/aastra.cfg"


def test_a_signal_right_after_ready_ends_it_cleanly(daemon: Daemon) -> None:
    """Ready means ready: also to be ended."""
    for _start in range(5):
        daemon.start()
        assert daemon.end() == 0


def test_a_transfer_may_hold_the_end_up_for_a_moment(daemon: Daemon) -> None:
    """A phone that is fetching goes on; when it takes too long it is told, and the server ends."""
    daemon.configure({"tftp": {"drain": 0.5}})
    big = daemon.data / "plugins" / "cisco-7900" / "var" / "tftpboot" / "big.loads"
    big.parent.mkdir(parents=True, exist_ok=True)
    with big.open("wb") as file:
        file.truncate(BIG)
    daemon.start()
    daemon.fill()
    daemon.fetch("SEP0002FDFF2103.cnf.xml")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(5)
        phone.sendto(b"\0\1big.loads\0octet\0", ("127.0.0.1", daemon.ports[1]))
        first, peer = phone.recvfrom(600)
        assert first[:4] == b"\0\3\0\1"
        began = time.monotonic()
        daemon.tell(signal.SIGTERM)
        blocks, told = fetch_on(phone, peer)
        assert daemon.wait() == 0
    assert time.monotonic() - began < 3
    assert blocks > 10, "the transfer went on for a while"
    assert b"stopping" in told


def fetch_on(phone: socket.socket, peer: tuple[str, int]) -> tuple[int, bytes]:
    """Acknowledge block after block until there is an error; how many they were, and the error."""
    blocks = 1
    while True:
        phone.sendto(b"\0\4" + (blocks & 0xFFFF).to_bytes(2, "big"), peer)
        datagram = phone.recv(600)
        if datagram[:2] == b"\0\5":
            return blocks, datagram
        blocks += 1


def test_systemd_is_told(daemon: Daemon) -> None:
    """READY=1 with where it answers; nothing is said to a socket that is gone."""
    daemon.launch()
    said = daemon.wait_for("READY=1")
    http_port, tftp_port, api_port = daemon.ports
    assert f"STATUS=answering on HTTP {http_port}, TFTP {tftp_port}, API {api_port}" in said
    (daemon.home / "notify").unlink()
    assert daemon.end() == 0


def test_twistd_starts_the_same_service(daemon: Daemon) -> None:
    """`twistd -n provd --config` from the checkout: it answers, logs the same lines, and ends cleanly."""
    daemon.start(twistd(daemon))
    daemon.fill()
    assert daemon.get("/aastra.cfg", AASTRA).status == 200
    # twistd hands the signal on once everything has ended.
    assert daemon.end() in {0, -signal.SIGTERM}
    assert "provd.service: stopped" in daemon.log
    assert " http 127.0.0.1 /aastra.cfg " in daemon.log
    assert "Traceback" not in daemon.log


def test_twistd_may_log_to_a_file(daemon: Daemon) -> None:
    """`--logfile` is twistd's own; no content of any answer is in it."""
    log = daemon.home / "twistd.log"
    daemon.start(twistd(daemon, f"--logfile={log}"))
    daemon.fill()
    answer = daemon.get("/aastra.cfg", AASTRA)
    assert answer.status == 200
    daemon.end()
    assert "/aastra.cfg" in log.read_text()
    assert "download protocol" not in log.read_text()


def detached(daemon: Daemon) -> subprocess.CompletedProcess[str]:
    """`twistd` without --nodaemon: it returns once the server runs, or cannot."""
    files = (f"--pidfile={daemon.home}/pid", f"--logfile={daemon.home}/twistd.log")
    command = [str(each) for each in (TWISTD, *files, "provd", "--config", daemon.config)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)


def wait_until_gone(file: Path) -> None:
    """A process removes its file a moment after it has told the terminal, or at its end."""
    end = time.monotonic() + 10
    while file.exists():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_twistd_may_detach(daemon: Daemon) -> None:
    """The terminal gets its prompt back with 0; with 1 and the reason when it cannot start."""
    assert detached(daemon).returncode == 0
    pidfile = daemon.home / "pid"
    try:
        other = Daemon(daemon.home / "other", {"listen": {"port": daemon.ports[0]}}, families=())
        refused = detached(other)
    finally:
        os.kill(int(pidfile.read_text()), signal.SIGTERM)
        wait_until_gone(pidfile)
    assert refused.returncode == 1
    # twistd tells the terminal the first 100 bytes; the rest is in the log.
    assert "cannot listen for devices over HTTP" in refused.stderr
    assert "another program has it" in (other.home / "twistd.log").read_text()
    wait_until_gone(other.home / "pid")
    assert "provd.service: stopped" in (daemon.home / "twistd.log").read_text()


@pytest.mark.parametrize("way", ["run", "twistd"])
def test_wrong_settings_are_told_all_at_once(daemon: Daemon, way: str) -> None:
    """One message with every mistake, exit code 1, and nothing is left behind."""
    daemon.config.write_text('[listen]\nprot = 1\n[api]\ninterface = "here"\n[htpp]\n')
    command = ("run", "--config", str(daemon.config))
    arguments = (
        [PROVD, *command]
        if way == "run"
        else [TWISTD, "--nodaemon", f"--pidfile={daemon.home}/pid", "provd", *command[1:]]
    )
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, cwd=daemon.home)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "provd cannot start; 3 mistakes in its settings:",
        f"  {daemon.config}:2: listen.prot: there is no such key (expected port)",
        f"  {daemon.config}:4: api.interface: 'here' is no address (expected {ADDRESS})",
        f"  {daemon.config}:5: htpp: there is no such section (expected http)",
    ]
    assert {each.name for each in daemon.home.iterdir()} == {"data", "provd.toml", "seal.keys"}
    assert {each.name for each in daemon.data.iterdir()} == {"plugins"}


@pytest.mark.parametrize("way", ["run", "twistd"])
@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_port_that_is_taken_is_named(daemon: Daemon, way: str, taken: int) -> None:
    """One sentence names the port and how to find who has it; exit code 1."""
    kind = socket.SOCK_DGRAM if taken == 1 else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", daemon.ports[taken]))
        if kind is socket.SOCK_STREAM:
            other.listen()
        daemon.launch(twistd(daemon, f"--pidfile={daemon.home}/pid") if way == "twistd" else ())
        assert daemon.wait() == 1
    last = daemon.log.splitlines()[-1]
    assert last.startswith("provd cannot start: ")
    assert f"port {daemon.ports[taken]}" in last
    assert "ss -" in last
    assert "Traceback" not in daemon.log
    assert not (daemon.home / "pid").exists()


def test_a_data_directory_that_cannot_be_is_named(daemon: Daemon) -> None:
    """A file where the directory should be: a sentence, exit code 1."""
    file = daemon.home / "file"
    file.touch()
    daemon.configure({"data": {"directory": str(file)}})
    daemon.launch()
    assert daemon.wait() == 1
    assert f"the data directory {file} cannot be used" in daemon.log.splitlines()[-1]


def test_a_pipeline_file_that_is_missing_is_named(daemon: Daemon) -> None:
    """What is found out after the ports are bound and the store is open ends the start as well."""
    daemon.configure({"pipeline": {"retriever": "mine"}})
    daemon.launch()
    assert daemon.wait() == 1
    last = daemon.log.splitlines()[-1]
    assert last.startswith("provd cannot start: pipeline file retriever.py.conf.mine: there is no")
    daemon.configure({})
    daemon.start()


def hostile_request(daemon: Daemon, target: bytes) -> None:
    """A request line that no library would write."""
    with socket.create_connection(("127.0.0.1", daemon.ports[0]), timeout=5) as phone:
        phone.sendall(b"GET " + target + b" HTTP/1.0\r\nUser-Agent: x\r\n\r\n")
        while phone.recv(4096):
            pass


def hostile_read(daemon: Daemon, target: bytes) -> None:
    """A TFTP file name with the bytes themselves."""
    name = unquote_to_bytes(target).replace(b"\0", b"")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(5)
        phone.sendto(b"\0\1" + name + b"\0octet\0", ("127.0.0.1", daemon.ports[1]))
        assert phone.recv(600)[:2] == b"\0\5"


FORGED = "2026-01-01T00:00:00.000Z info provd.service: forged"
HOSTILE = (
    b"/%0a" + FORGED.encode().replace(b" ", b"%20"),
    b"/%0d%0a" + FORGED.encode().replace(b" ", b"%20"),
    b"/%e2%80%a8forged%e2%80%a9forged%c2%85forged",
    b"/%1b[2Kforged%00%ff%fe",
    b"/%22,%22forged%22:1%7d",
)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_request_is_one_line(daemon: Daemon, form: str) -> None:
    """Each inquiry gives one line with its id, and no bytes in a path make it two."""
    daemon.configure({"log": {"format": form}})
    daemon.start()
    for target in HOSTILE:
        hostile_request(daemon, target)
        hostile_read(daemon, target)
    inquiries = [each["id"] for each in daemon.told("explain", "--last", "100")["items"]]
    assert daemon.end() == 0
    lines = daemon.log.splitlines()
    # All of them over TFTP; over HTTP what has control characters in it is refused before that.
    assert len(inquiries) >= len(HOSTILE) + 2
    for inquiry in inquiries:
        assert sum(inquiry in line for line in lines) == 1
    assert not any(line.startswith((FORGED[:24], "forged")) for line in lines)
    assert "\x1b" not in daemon.log
    if form == "json":
        told = [json.loads(line) for line in lines]
        assert all("forged" not in each for each in told)
        assert {each.get("inquiry") for each in told} >= set(inquiries)


@pytest.fixture
def elsewhere() -> Iterator[Daemon]:
    """A server that is to have the ports 80 and 69 of a network of its own, in a place open to all users."""
    home = Path(tempfile.mkdtemp(prefix="provd-test-"))
    home.chmod(0o755)
    lab = Lab()
    daemon = Daemon(
        home,
        {"service": {"user": "nobody"}},
        before=("ip", "netns", "exec", lab.add("server")),
        ports=[80, 69, 8092],
    )
    try:
        yield daemon
    finally:
        daemon.close()
        lab.close()
        shutil.rmtree(home)


@pytest.mark.root
@pytest.mark.needs("ip")
@pytest.mark.parametrize("way", ["run", "twistd"])
def test_low_ports_are_bound_before_privileges_go(elsewhere: Daemon, way: str) -> None:
    """Ports 69 and 80 answer, the process is nobody, and what it keeps is nobody's."""
    checkout = Path(provd.__file__).parent
    closed = [each for each in (checkout, *checkout.parents) if not each.stat().st_mode & 0o001]
    if closed:
        pytest.skip(f"another user cannot read this checkout: {closed[-1]} is closed to others")
    nobody = pwd.getpwnam("nobody")
    group = grp.getgrgid(nobody.pw_gid).gr_name
    elsewhere.start(() if way == "run" else twistd(elsewhere, "--uid=nobody", f"--gid={group}"))
    assert elsewhere.process is not None
    status = Path(f"/proc/{elsewhere.process.pid}/status").read_text()
    assert "Uid:" + f"\t{nobody.pw_uid}" * 4 in status
    assert "Gid:" + f"\t{nobody.pw_gid}" * 4 in status
    assert "CapEff:\t0000000000000000" in status
    assert elsewhere.command("devices", "list").returncode == 0
    assert elsewhere.end() in {0, -signal.SIGTERM}
    kept = [each for each in elsewhere.data.iterdir() if each.name.startswith("provd.db")]
    assert kept
    assert {each.stat().st_uid for each in (elsewhere.data, *kept)} == {nobody.pw_uid}
    assert not any(each.stat().st_mode & 0o007 for each in kept)


@pytest.mark.root
def test_a_user_who_is_not_there_is_named(daemon: Daemon) -> None:
    """A misspelt user is a mistake in the settings."""
    daemon.configure({"service": {"user": "prvod"}})
    daemon.launch()
    assert daemon.wait() == 1
    assert "service.user: this host has no user 'prvod'" in daemon.log
