"""Plugins of wazo-provd, unmodified, in a real server: served, confined, and stopped where they misbehave."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from attrs import define

from provd.client import Api
from provd.testing.daemon import Daemon, Response, TFTPRefused
from provd.testing.legacy import COMMON, ENTRY, PLUGIN_ID, write_plugin

WITNESS = Path("/tmp/acme-legacy-was-here")

LINES = {"sip_lines": {"1": {"username": "u1", "password": "secret1"}}}
PATIENCE = 20.0

UNASSOCIATED = "\n".join(line for line in ENTRY.splitlines() if "pg_associator" not in line)
"""An entry whose plugin is no device's by itself."""


@define
class Phone:
    """A phone of the legacy plugin's, at a server with a config of its own."""

    daemon: Daemon
    api: Api
    number: int

    @property
    def id(self) -> str:
        return f"phone{self.number}"

    @property
    def mac(self) -> str:
        return f"00:00:5e:00:53:{self.number:02x}"

    @property
    def own(self) -> str:
        """The name of its file."""
        return self.mac.replace(":", "").upper() + ".cfg"

    @property
    def user_agent(self) -> str:
        return f"AcmePhone A20 {self.mac} 1.0"

    @property
    def address(self) -> str:
        return f"127.0.1.{self.number}"

    @property
    def file(self) -> Path:
        """Where the plugin writes it."""
        return self.daemon.data / "plugins" / PLUGIN_ID / "var" / "tftpboot" / self.own

    def get(self, path: str = "") -> Response:
        """Ask for a file, its own where none is named."""
        return self.daemon.get(path or f"/{self.own}", self.user_agent, self.address)

    def configured(self, raw_config: Mapping[str, Any] = LINES) -> Phone:
        """Make it, and a config for it."""
        config = {"id": f"own{self.number}", "parent_ids": ["base"], "raw_config": dict(raw_config)}
        self.api.configs.create(config)
        device = {"id": self.id, "mac": self.mac, "vendor": "Acme", "model": "A20"}
        self.api.devices.create(device | {"plugin": PLUGIN_ID, "config": config["id"]})
        return self

    def change(self, raw_config: Mapping[str, Any]) -> None:
        """Merge into its config."""
        self.api.configs.change(f"own{self.number}", {"raw_config": dict(raw_config)})

    @property
    def reason(self) -> str:
        """Why it was answered as it was, the last time."""
        return json.dumps(self.api.decisions(device_id=self.id, limit=1))


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A server with a legacy plugin, one that cannot be loaded, and one that spins."""
    daemon = Daemon(tmp_path_factory.mktemp("legacy"), {"limits": {"burst": 1000}}, families=())
    plugins = daemon.data / "plugins"
    write_plugin(plugins)
    write_plugin(plugins, "broken", entry="raise KeyError('it is broken')\n")
    spins = COMMON.replace(
        "        agent = request", "        while True: pass\n        agent = request"
    )
    write_plugin(plugins, "spinning", common=spins, entry=UNASSOCIATED)
    try:
        daemon.start()
        daemon.fill()
        yield daemon
    finally:
        daemon.close()
        WITNESS.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """One for each phone."""
    return count(1)


@pytest.fixture
def phone(daemon: Daemon, numbers: Iterator[int]) -> Iterator[Phone]:
    """Another phone for each test."""
    with contextlib.closing(daemon.api()) as api:
        yield Phone(daemon, api, next(numbers))


def wait_until(happened: Callable[[], bool], daemon: Daemon) -> None:
    """Look again until it has. @raise AssertionError: it does not in time; with the server's log."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, daemon.log
        time.sleep(0.01)


def worker_of(daemon: Daemon) -> int:
    """The process that configures."""
    assert daemon.process is not None
    children = Path(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children").read_text()
    [worker] = children.split()
    return int(worker)


def test_a_phone_is_recognised_configured_and_served(phone: Phone) -> None:
    """From nothing to its own file; over TFTP as well; what all phones share is there too."""
    answer = phone.get()
    assert answer.status == 200, phone.daemon.log
    [device] = phone.api.devices.list(where={"mac": phone.mac})["items"]
    assert (device["vendor"], device["model"], device["plugin"]) == ("Acme", "A20", PLUGIN_ID)
    assert answer.body == phone.file.read_bytes()
    assert b"offset 60" in answer.body
    assert phone.get("/common.cfg").body.startswith(b"server http://127.0.0.1:")
    assert phone.daemon.fetch(phone.own, phone.address) == answer.body


def test_a_phone_is_given_no_file_of_another(
    phone: Phone, daemon: Daemon, numbers: Iterator[int]
) -> None:
    """Not even a phone that is served its own: whose a file is, its name says, over either protocol."""
    other = Phone(daemon, phone.api, next(numbers)).configured()
    assert phone.configured().get().status == other.get().status == 200
    assert other.file.exists()
    assert phone.get(f"/{other.own}").status == 404
    assert "the MAC address in its name" in phone.reason
    with pytest.raises(TFTPRefused):
        phone.daemon.fetch(other.own, phone.address)


def test_a_changed_config_reaches_the_phone(phone: Phone) -> None:
    """The next time it asks, and no file is written before."""
    phone.configured()
    assert b"line 1 u1 secret1" in phone.get().body
    phone.change({"sip_lines": {"1": {"username": "u2", "password": "secret2"}}})
    assert b"u1" in phone.file.read_bytes()
    assert b"line 1 u2 secret2" in phone.get().body


def test_a_deleted_device_leaves_nothing_behind(phone: Phone) -> None:
    """Its passwords least of all."""
    phone.configured().get()
    assert phone.file.exists()
    phone.api.devices.delete(phone.id)
    wait_until(lambda: not phone.file.exists(), phone.daemon)


def test_a_what_if_writes_nothing(phone: Phone) -> None:
    """And answers what would be served."""
    phone.configured()
    asked = ("--protocol", "http", "--path", f"/{phone.own}", "--ip", phone.address)
    agent = ("--header", f"User-Agent: {phone.user_agent}")
    told = phone.daemon.told("whatif", *asked, *agent)
    assert not phone.file.exists()
    assert told["answer"]["size"] == len(phone.get().body)


def test_nothing_leads_out_of_the_tree(phone: Phone) -> None:
    """Neither dots nor links."""
    phone.configured()
    phone.file.with_name("link").symlink_to("/etc/passwd")
    for path in ("/link", "/%2e%2e/%2e%2e/plugin-info", "/../../plugin-info"):
        assert phone.get(path).status in {400, 404}, path
    with pytest.raises(TFTPRefused):
        phone.daemon.fetch("../../plugin-info", phone.address)


@pytest.mark.parametrize("trick", ["outside", "program"])
def test_a_plugin_that_writes_elsewhere(phone: Phone, trick: str) -> None:
    """It cannot, itself or by another program; the operator is told which plugin tried, and where."""
    WITNESS.unlink(missing_ok=True)
    phone.configured(LINES | {"X_trick": trick})
    assert phone.get().status == 500
    assert not WITNESS.exists()
    assert PLUGIN_ID in phone.reason
    if trick == "outside":
        assert "PermissionError" in phone.reason
        assert str(WITNESS) in phone.reason
        shown = phone.daemon.told("plugins", "show", PLUGIN_ID)
        assert "in _misbehave" in shown["last_failure"]


@pytest.mark.parametrize(("trick", "why"), [("die", "process ended"), ("spin", "was stopped")])
def test_a_plugin_that_never_answers(phone: Phone, trick: str, why: str) -> None:
    """It is named, its device is refused, and the next one is configured as if nothing had been."""
    phone.configured(LINES | {"X_trick": trick})
    assert phone.get().status == 500
    assert why in phone.reason
    phone.change({"X_trick": None})
    assert phone.get().status == 200


def test_a_device_that_cannot_be_configured(phone: Phone) -> None:
    """The plugin's own words are the reason."""
    phone.configured({})
    assert phone.get().status == 404
    assert "a phone without lines" in phone.reason


def test_a_broken_plugin_touches_nothing_else(phone: Phone) -> None:
    """Code that cannot be loaded, and an extractor that spins: each is named, and phones are served."""
    assert phone.get().status == 200
    told = {each["id"]: each for each in phone.daemon.told("plugins", "list")["items"]}
    assert "it is broken" in json.dumps(told["broken"])
    assert "was stopped" in json.dumps(phone.daemon.told("plugins", "show", "spinning"))


def test_the_process_that_configures_is_killed(phone: Phone) -> None:
    """The next phone has another made; when the server is killed, it goes as well."""
    daemon = phone.daemon
    phone.configured().get()
    first = worker_of(daemon)
    os.kill(first, signal.SIGKILL)
    phone.change({"X_changed": "1"})
    wait_until(lambda: phone.get().status == 200, daemon)
    second = worker_of(daemon)
    assert second != first
    children = Path(f"/proc/{second}/task/{second}/children").read_text().split()
    assert children
    daemon.end(signal.SIGKILL)
    try:
        for process in (str(second), *children):
            wait_until(lambda each=process: not Path(f"/proc/{each}").exists(), daemon)
    finally:
        daemon.start()


CONFINED = """
import ctypes, os, sys
from pathlib import Path
from provd.compat.worker import confinement
if sys.argv[2] == "audit hook":
    confinement._CREATE_RULESET = 100_000  # no kernel has that call
directory = Path(sys.argv[1]) / "plugin"
assert confinement.confine(directory) == sys.argv[2], sys.argv[2]
(directory / "inside").write_text("x")
(directory / "inside").rename(directory / "other")
(directory / "sub").mkdir()
open(os.devnull, "w").close()
tries = {
    "write": lambda: (directory.parent / "outside").write_text("x"),
    "dots": lambda: open(f"{directory}/../outside", "w"),
    "link": lambda: (directory / "link").write_text("x"),
    "rename": lambda: (directory / "other").rename(directory.parent / "outside"),
    "remove": lambda: (directory.parent / "precious").unlink(),
    "mkdir": lambda: (directory.parent / "outside").mkdir(),
    "program": lambda: (_ for _ in ()).throw(PermissionError)
    if os.system(f"touch {directory.parent}/outside") else None,
}
for name, attempt in tries.items():
    try:
        attempt()
    except OSError:
        continue
    raise SystemExit(f"{name} was possible")
"""


@pytest.mark.parametrize("by", ["landlock", "audit hook"])
def test_confinement(tmp_path: Path, by: str) -> None:
    """Both ways: inside everything can be done, outside nothing can be changed."""
    if (
        by == "landlock"
        and not Path("/sys/kernel/security/landlock").exists()
        and not _has_landlock()
    ):
        pytest.skip("this kernel has no Landlock")
    (tmp_path / "plugin").mkdir()
    (tmp_path / "precious").write_text("x")
    (tmp_path / "plugin" / "link").symlink_to(tmp_path / "outside")
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, str(tmp_path), by],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "outside").exists()
    assert (tmp_path / "precious").exists()


def _has_landlock() -> bool:
    code = "import ctypes,sys; sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
