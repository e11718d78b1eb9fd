"""The service as an operator and systemd meet it: how it starts, refuses to start, and ends."""

from __future__ import annotations

import contextlib
import grp
import http.client
import json
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from provd.testing.daemon import PROVD, TWISTD, Daemon, Response, install
from provd.testing.namespaces import Lab

AASTRA = "Aastra6730i MAC:00-08-5D-00-00-01 V:3.2.0.1011-SIP"
NEW, NEWER = (AASTRA.replace("00-00-01", f"00-00-0{number}") for number in (2, 3))
OPEN = "'0.0.0.0' can be reached from elsewhere, and there is no access control yet"
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


@pytest.mark.parametrize("way", ["run", "twistd"])
def test_wrong_settings_are_told_all_at_once(daemon: Daemon, way: str) -> None:
    """One message with every mistake, exit code 1, and nothing is left behind."""
    daemon.config.write_text('[listen]\nprot = 1\n[api]\ninterface = "0.0.0.0"\n[htpp]\n')
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
        f"  {daemon.config}: listen.prot: there is no such key (expected port)",
        f"  {daemon.config}: api.interface: {OPEN} (expected a loopback address)",
        f"  {daemon.config}: htpp: there is no such section (expected http)",
    ]
    assert {each.name for each in daemon.home.iterdir()} == {"data", "provd.toml"}
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


def test_two_servers_never_share_a_store(daemon: Daemon, tmp_path: Path) -> None:
    """The second one says who has it, and leaves it alone."""
    daemon.start()
    second = Daemon(tmp_path / "second", {"data": {"directory": str(daemon.data)}})
    with contextlib.closing(second):
        second.launch()
        assert second.wait() == 1
        assert "is in use by another provd" in second.log
    assert daemon.end() == 0


def test_a_corrupt_row_is_set_aside(daemon: Daemon) -> None:
    """The others are served on, and the operator is told which one and where it went."""
    daemon.start()
    daemon.fill()
    daemon.get("/aastra.cfg", AASTRA)
    daemon.get("/aastra.cfg", NEW)
    found = {each["mac"]: each["id"] for each in daemon.told("devices", "list")["items"]}
    assert daemon.end() == 0
    with contextlib.closing(sqlite3.connect(daemon.data / "provd.db")) as database, database:
        database.execute(
            "UPDATE documents SET body = substr(body, 2) WHERE collection = 'devices' AND id = ?",
            (found["00:08:5d:00:00:01"],),
        )
    daemon.start()
    with contextlib.closing(daemon.api()) as api:
        warnings = api.ready()["warnings"]
    assert len(warnings) == 1
    assert found["00:08:5d:00:00:01"] in warnings[0]
    assert "quarantine" in warnings[0]
    left = {each["mac"] for each in daemon.told("devices", "list")["items"]}
    assert left == {"00:08:5d:00:00:02"}


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


@pytest.fixture
def small(daemon: Daemon) -> Iterator[Daemon]:
    """A running server whose data directory is a small disk of its own."""
    disk = daemon.home / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=True)
    try:
        install(disk, ("aastra",))
        daemon.configure({"data": {"directory": str(disk)}})
        daemon.start()
        daemon.fill()
        yield daemon
    finally:
        daemon.close()
        subprocess.run(["umount", str(disk)], check=True)


def fill_up(disk: Path) -> Path:
    """Write until nothing more fits; the file to remove again."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65536))
    return filler


@pytest.mark.root
@pytest.mark.needs("mount", "umount")
def test_a_full_disk(small: Daemon) -> None:
    """Red readiness with the reason; known phones are served, new ones come back; then it recovers."""
    known = small.get("/aastra.cfg", AASTRA, "127.0.0.2")
    assert known.status == 200
    filler = fill_up(small.home / "disk")
    wait_for_status(small, NEW, "127.0.0.3", 503)
    red = ready(small)
    assert red.status == 503
    assert b"full" in red.body
    assert small.command("doctor", "--config", str(small.config)).returncode == 1
    assert small.get("/aastra.cfg", AASTRA, "127.0.0.2")[:2] == known[:2]
    refused = small.get("/aastra.cfg", NEWER, "127.0.0.4")
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) > 0
    filler.unlink()
    wait_for_status(small, NEW, "127.0.0.3", 200)
    assert ready(small).status == 200
    assert small.end() == 0


@pytest.mark.root
@pytest.mark.needs("mount", "umount")
def test_an_end_with_a_full_disk_says_so(small: Daemon) -> None:
    """It ends all the same, and its exit code and its last line tell that something is missing."""
    fill_up(small.home / "disk")
    wait_for_status(small, NEW, "127.0.0.3", 503)
    assert small.end() == 1
    assert "what came last could not be kept" in small.log


def ready(daemon: Daemon) -> Response:
    """What `/readyz` says."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports[2], timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return Response(answer.status, answer.read(), dict(answer.getheaders()))


def wait_for_status(daemon: Daemon, user_agent: str, source: str, status: int) -> None:
    """Ask until the answer is this one."""
    end = time.monotonic() + 20
    while (answer := daemon.get("/aastra.cfg", user_agent, source)).status != status:
        assert time.monotonic() < end, (answer, daemon.log)
        time.sleep(0.1)
