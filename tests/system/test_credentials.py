"""Keys, passwords and one-time URLs, as phones and programs of others show them to a whole server."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from provd.testing.daemon import PATIENCE, Daemon, TFTPRefused

pytestmark = pytest.mark.system

SECRET = "rosebud31337"
BARE = "001565005301"
AGENT = "Yealink SIP-T46S 66.86.0.15 00:15:65:00:53:01"
KEY = "provisioningKeyOfTenantA"
CURL = shutil.which("curl")

needs_curl = pytest.mark.skipif(CURL is None, reason="curl is not installed")


class Got(NamedTuple):
    """What curl was answered."""

    status: int
    body: bytes


@pytest.fixture(params=["digest", "basic"])
def challenge(request: pytest.FixtureRequest) -> str:
    """What refused phones are asked for."""
    return str(request.param)


@pytest.fixture
def server(tmp_path: Path, challenge: str) -> Iterator[Daemon]:
    """A server that requires keys, and gives secrets to those who show a password."""
    yield from running(tmp_path, challenge)


def running(home: Path, challenge: str) -> Iterator[Daemon]:
    """It, with one phone of tenant a."""
    settings: Any = {
        "serving": {"url_key": "required", "challenge": challenge},
        "log": {"level": "debug"},
    }
    made = Daemon(home, settings, families=("yealink",))
    try:
        made.start()
        settle(made)
        yield made
    finally:
        made.close()


def settle(server: Daemon) -> None:
    """A tenant's key, a policy, and a phone with a secret."""
    create(server, "serving-policies", {"id": "strict", "level": "credential"})
    create(server, "keys", {"id": "key-a", "tenant": "a", "secret": KEY})
    line = {"username": "1001", "password": SECRET, "proxy_ip": "192.0.2.1"}
    raw_config = {"sip_lines": {"1": line}, "protocol": "SIP"}
    create(server, "configs", {"id": "own", "parent_ids": [], "raw_config": raw_config})
    plugin = next(each["id"] for each in told(server, "GET", "/api/v1/plugins")["items"])
    device = {
        "id": "phone",
        "mac": "00:15:65:00:53:01",
        "model": "T46S",
        "vendor": "Yealink",
        "plugin": plugin,
        "config": "own",
        "tenant": "a",
    }
    create(server, "devices", device)


def create(server: Daemon, noun: str, document: dict[str, Any]) -> None:
    """One document."""
    status, answer = server.ask("POST", f"/api/v1/{noun}", document)
    assert status == 201, answer


def told(server: Daemon, method: str, path: str, body: Any = None) -> Any:
    """What the API answers."""
    status, answer = server.ask(method, path, body)
    assert status == 200, answer
    return answer


def run(server: Daemon, command: str, **given: Any) -> Any:
    """An action of the phone."""
    return told(server, "POST", f"/api/v1/devices/phone/actions/{command}", given)["result"]


def credential(server: Daemon) -> tuple[str, str]:
    """The phone's name and password."""
    shown = told(server, "GET", "/api/v1/credentials/phone/clear")
    return shown["username"], shown["password"]


def curl(server: Daemon, path: str, *arguments: str) -> Got:
    """A GET."""
    assert CURL is not None
    url = f"http://127.0.0.1:{server.ports[0]}{path}"
    command = [CURL, "-sS", "-A", AGENT, "-w", "\n%{http_code}", *arguments, url]
    done = subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    body, _newline, status = done.stdout.rpartition(b"\n")
    return Got(int(status), body)


@needs_curl
def test_curl_is_let_in(server: Daemon, challenge: str) -> None:
    """With the key and the password, in the way it is asked; with less it hears the same as everybody."""
    run(server, "issue-credential")
    name, password = credential(server)
    way, path = f"--{challenge}", f"/{KEY}/{BARE}.cfg"
    got = curl(server, path, way, "-u", f"{name}:{password}")
    assert got.status == 200
    text = got.body.decode()
    assert SECRET in text
    assert f"auto_provision.server.username = {name}\n" in text
    assert f"auto_provision.server.password = {password}\n" in text
    refused = {
        curl(server, path),
        curl(server, path, way, "-u", f"{name}:wrong"),
        curl(server, path, way, "-u", f"nobody:{password}"),
        curl(server, f"/{BARE}.cfg", way, "-u", f"{name}:{password}"),
        curl(server, f"/anotherKeyThanThat/{BARE}.cfg", way, "-u", f"{name}:{password}"),
        curl(server, f"/{KEY}/001565005399.cfg"),
    }
    assert refused == {Got(401, b"unauthorized\n")}
    # Nobody can be asked over TFTP, so nobody can prove anything there.
    for name in (f"{BARE}.cfg", f"{KEY}/{BARE}.cfg"):
        with pytest.raises(TFTPRefused):
            server.fetch(name)
    assert b"auto_provision" not in server.fetch(f"{KEY}/{BARE}.boot")


@needs_curl
def test_a_password_is_replaced_under_a_phone(server: Daemon, challenge: str) -> None:
    """It fetches the new one with the old one; once it has come with the new one, the old one is wrong."""
    run(server, "issue-credential")
    way, path = f"--{challenge}", f"/{KEY}/{BARE}.cfg"
    name, old = credential(server)
    run(server, "rotate-credential", overlap=3600)
    _name, new = credential(server)
    got = curl(server, path, way, "-u", f"{name}:{old}")
    assert f"auto_provision.server.password = {new}\n".encode() in got.body
    assert curl(server, path, way, "-u", f"{name}:{new}").status == 200
    assert curl(server, path, way, "-u", f"{name}:{old}").status == 401
    server.restart()
    assert curl(server, path, way, "-u", f"{name}:{new}").status == 200


@needs_curl
@pytest.mark.parametrize("challenge", ["digest"])
def test_no_secret_gets_anywhere(server: Daemon) -> None:
    """Keys, passwords and URLs, right, wrong, over or replaced: in no log, decision, status or trail."""
    run(server, "issue-credential")
    name, password = credential(server)
    run(server, "rotate-credential")
    _name, new = credential(server)
    rotated = told(server, "POST", "/api/v1/keys/key-a/actions/rotate", {"overlap": 0})["result"]
    key = told(server, "GET", f"/api/v1/keys/{rotated['id']}/clear")["secret"]
    url = run(server, "one-time-url", path=f"{BARE}.cfg")["url"]
    token = url.split("/")[3]
    wrong = "aKeyThatIsSpelledWrong"
    for first in (KEY, key, token, token, wrong):
        for user in ((), ("--digest", "-u", f"{name}:{new}"), ("-u", f"{name}:{password}")):
            curl(server, f"/{first}/{BARE}.cfg", *user)
        with contextlib.suppress(TFTPRefused):
            server.fetch(f"{first}/{BARE}.cfg")
        asked = {"protocol": "http", "path": f"/{first}/{BARE}.cfg", "ip": "127.0.0.1"}
        answer = server.ask("POST", "/api/v1/whatif", asked)
        assert answer[0] == 200
        assert first not in json.dumps(answer[1])
    time.sleep(2.5)  # what is written behind is written by then
    said = {
        path: json.dumps(server.ask("GET", path)[1])
        for path in (
            "/api/v1/decisions?limit=1000",
            "/api/v1/decisions?device=phone&limit=1000",
            "/api/v1/logs?limit=1000",
            "/api/v1/audit?limit=0",
            "/api/v1/devices/phone",
            "/api/v1/alerts?limit=0",
            "/api/v1/counters",
            "/api/v1/url-tokens",
        )
    }
    said["the log"] = server.log
    for secret in (KEY, key, token, wrong, password, new):
        assert not [where for where, text in said.items() if secret in text], secret
    kept = (server.data / "provd.db").read_bytes()
    wal = server.data / "provd.db-wal"
    kept += wal.read_bytes() if wal.exists() else b""
    for secret in (KEY, key, token, password, new):
        assert secret.encode() not in kept


@pytest.mark.parametrize("challenge", ["digest"])
def test_a_one_time_url_survives_no_second_use(server: Daemon) -> None:
    """Killed at any moment around its use: whatever left, it leaves nothing after the restart."""
    chance = random.Random(20261120)
    given = 0
    for _each in range(6):
        url = run(server, "one-time-url", path=f"{BARE}.cfg")["url"]
        path = "/" + url.split("/", 3)[3]
        received = ask_and_kill(server, path, chance.uniform(0, 0.02))
        server.start()
        again = [server.get(path, AGENT), server.get(path, AGENT)]
        count = [SECRET.encode() in each for each in (received, again[0].body, again[1].body)]
        assert sum(count) <= 1, count
        given += sum(count)
    assert given > 0


def ask_and_kill(server: Daemon, path: str, after: float) -> bytes:
    """What a phone received of a server that was killed so many seconds after it asked."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {AGENT}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.ports[0]), PATIENCE) as phone:
        phone.sendall(request.encode())
        time.sleep(after)
        server.tell(signal.SIGKILL)
        server.wait()
        received = b""
        with contextlib.suppress(OSError):
            while more := phone.recv(65536):
                received += more
        return received
