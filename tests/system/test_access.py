"""From a server that nobody can use to one with users, by its commands, with real files and processes."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provd.client import Api, NotAllowed
from provd.testing.daemon import PATIENCE, PROVD, Daemon, _environment

pytestmark = pytest.mark.system

PASSWORD = "correct horse battery"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Daemon]:
    """A server that requires proof."""
    made = Daemon(tmp_path / "server", {"access": {"required": True}}, families=())
    try:
        made.start()
        yield made
    finally:
        made.close()


class Shell:
    """Somebody's shell: a home, and commands that read answers from their input."""

    def __init__(self, server: Daemon, home: Path) -> None:
        self.server, self.home = server, home
        home.mkdir()

    def __call__(self, *words: str, say: str = "", code: int = 0, **variables: str) -> str:
        """Run a command; what it printed."""
        environment = _environment() | {
            "PROVD_URL": f"http://127.0.0.1:{self.server.ports[2]}",
            "HOME": str(self.home),
            "PYTHONWARNINGS": "ignore",  # getpass says that it has no terminal
            **variables,
        }
        environment.pop("XDG_CONFIG_HOME", None)
        done = subprocess.run(
            [str(PROVD), *words],
            check=False,
            input=say,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=environment,
            start_new_session=True,  # without a terminal to ask on
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr


def first_token(server: Daemon) -> str:
    """What the first start writes, once it is kept."""
    end = time.monotonic() + PATIENCE
    while not (found := re.search(r"^ +(provd-once-\S+)$", server.log, re.MULTILINE)):
        assert time.monotonic() < end, server.log
        time.sleep(0.02)
    return found[1]


def test_from_the_first_start_to_a_team(server: Daemon, tmp_path: Path) -> None:
    """A token that is good once, a password, an operator who is no administrator, a program."""
    root, ann = Shell(server, tmp_path / "root"), Shell(server, tmp_path / "ann")
    assert "provd login" in root("devices", "list", code=1)
    assert "Logged in as admin" in root("login", "--once", say=f"{first_token(server)}\n")
    kept = tmp_path / "root" / ".config" / "provd" / "token"
    assert kept.stat().st_mode & 0o777 == 0o600
    root("login", "--once", say=f"{first_token(server)}\n", code=1)
    root("users", "add", "id=ann", 'roles:=["operator"]')
    root("users", "password", "ann", say=f"{PASSWORD}\n{PASSWORD}\n")
    ann("login", "--user", "ann", say=f"{PASSWORD}\n")
    ann("devices", "add", "id=phone", "mac=00:00:5e:00:53:01")
    assert "may not list users" in ann("users", "list", code=1)
    assert "may not create users" in ann("users", "add", "id=eve", "roles:=[]", code=1)
    text = ann("tokens", "issue", "--device", "phone", "--description", "badge").strip()
    device = json.loads(ann("devices", "show", "phone", "--json", PROVD_TOKEN=text))
    assert device["id"] == "phone"
    ann("devices", "list", PROVD_TOKEN=text, code=1)
    assert "badge" in ann("tokens", "list")
    assert re.search(r"ann\s+127\.0\.0\.1\s+create\s+devices/phone", root("audit"))
    root("tokens", "revoke", "--user", "ann")
    ann("devices", "list", code=1)
    ann("devices", "show", "phone", PROVD_TOKEN=text, code=1)
    root("logout")
    root("users", "list", code=1)
    assert json.loads(kept.read_text()) == {}


def test_tokens_outlive_a_restart_and_the_first_one_is_not_written_again(server: Daemon) -> None:
    """What was issued is durable, and so is what was revoked."""
    with contextlib.closing(server.api()) as api:
        issued = [api.log_in_with(first_token(server))["token"]]
        with contextlib.closing(Api(api.url, token=issued[0])) as known:
            issued.append(known.tokens.issue({})["token"])
            known.tokens.give_back(known.tokens.own()["items"][0]["id"])
        good = [token for token in issued if works(api.url, token)]
    assert len(good) == 1
    url = f"http://127.0.0.1:{server.ports[2]}"
    server.restart()
    assert [token for token in issued if works(url, token)] == good
    assert len(re.findall("provd-once-", server.log)) == 1


def works(url: str, token: str) -> bool:
    """Whether a token is accepted."""
    with contextlib.closing(Api(url, token=token)) as api:
        try:
            return bool(api.whoami()["user"])
        except NotAllowed:
            return False


def test_nothing_secret_rests_readable(server: Daemon) -> None:
    """Neither the first token nor an issued one, nor a password, is in any file; keys are ours alone."""
    once = first_token(server)
    with contextlib.closing(server.api()) as api:
        token = api.log_in_with(once)["token"]
        with contextlib.closing(Api(api.url, token=token)) as known:
            known.users.set_password("admin", PASSWORD)
    assert server.end() == 0
    keys = server.data / "access-keys.json"
    assert keys.stat().st_mode & 0o777 == 0o600
    for path in server.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (once, token, PASSWORD):
                assert secret.encode() not in content, path
    log: Any = server.log
    assert token not in log
    assert PASSWORD not in log
    assert log.count(once) == 1
    keys.chmod(0o644)
    server.launch()
    assert server.process is not None
    assert server.process.wait(PATIENCE) == 1
    assert "its mode is 644" in server.log


@pytest.fixture
def with_phones(tmp_path: Path) -> Iterator[Daemon]:
    """One that has a plugin as well."""
    made = Daemon(tmp_path / "server", {"access": {"required": True}}, families=("aastra",))
    try:
        made.start()
        yield made
    finally:
        made.close()


def two(server: Daemon, home: Path) -> tuple[Shell, Shell]:
    """The superuser's shell, and that of ann, who has no role."""
    root, ann = Shell(server, home / "root"), Shell(server, home / "ann")
    root("login", "--once", say=f"{first_token(server)}\n")
    root("users", "add", "id=ann", "roles:=[]")
    root("users", "password", "ann", say=f"{PASSWORD}\n{PASSWORD}\n")
    ann("login", "--user", "ann", say=f"{PASSWORD}\n")
    return root, ann


def test_a_right_for_a_while(server: Daemon, tmp_path: Path) -> None:
    """Granted, held, taken back, and over while the server was down."""
    root, ann = two(server, tmp_path)
    for device in ("phone", "desk"):
        root("devices", "add", f"id={device}")
    ann("devices", "show", "phone", code=1)
    grant = ("rights", "grant", "ann")
    assert "devices.1" in root(*grant, "phone", "nil", "--action", "read", code=1)
    root(*grant, "phone", "--action", "read", "--description", "job 7")
    root(*grant, "desk", "--action", "read", "--action", "list", "--hours", str(8 / 3600))
    ends = time.monotonic() + 8
    ann("devices", "show", "phone")
    assert "desk" in ann("devices", "list")
    assert "job 7" in root("rights", "list", "device=phone")
    assert "1 revoked" in root("rights", "revoke", "--user", "ann", "--device", "phone")
    ann("devices", "show", "phone", code=1)
    assert server.end() == 0
    time.sleep(max(0.0, ends - time.monotonic()))
    server.start()
    ann("devices", "show", "desk", code=1)
    assert json.loads(root("rights", "list", "--json"))["items"] == []


def test_preferences_hold_over_a_restart(with_phones: Daemon, tmp_path: Path) -> None:
    """What a file says nothing of: who is let in, and what is written of it."""
    server = with_phones
    root, ann = two(server, tmp_path)
    told = root("preferences", "set", "unknown_devices=ignore", "log_levels.stroe=debug", code=1)
    assert "create or refuse" in told
    assert "store" in told
    ann("preferences", "list", code=1)
    root("preferences", "set", "unknown_devices=refuse", "log_levels.inquiries=warn")
    server.restart()
    assert "refuse" in root("preferences", "list")
    agent = "Aastra6730i MAC:00-08-5D-00-00-02 V:3.2.0.1011-SIP"
    asked = ("whatif", "--protocol", "http", "--path", "/aastra.cfg", "--ip", "127.0.0.3")
    assert "nobody knows are refused" in root(*asked, "--header", f"User-Agent: {agent}")
    server.get("/aastra.cfg", agent, "127.0.0.3")
    root("preferences", "set", "unknown_devices:=null", "log_levels:=null")
    server.get("/aastra.cfg", agent, "127.0.0.3")
    end = time.monotonic() + PATIENCE
    while "127.0.0.3 /aastra.cfg" not in server.log:
        assert time.monotonic() < end, server.log
        time.sleep(0.05)
    assert server.log.count("127.0.0.3 /aastra.cfg") == 1
    assert json.loads(root("devices", "list", "added=auto", "--json"))["total"] == 1
