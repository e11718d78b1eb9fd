"""A real provd in a process of its own, with a data directory made from the plugins' sources.

And phones that ask it over real sockets, from any address of this host.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from attrs import define, field

from provd.client import Api
from provd.daemon.demo import FAMILIES
from provd.documents import well_known_configs
from provd.plugins.assemble import assemble, editions
from provd.testing.serving import OPEN_GIVEN

CHECKOUT = Path(__file__).resolve().parents[2]
PROVD = Path(sys.executable).with_name("provd")
TWISTD = Path(sys.executable).with_name("twistd")
PATIENCE = 20.0
"""Seconds that a start or an end may take on a busy machine; both mostly take less than one."""


class Response(NamedTuple):
    """What a device was answered over HTTP."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class TFTPRefused(Exception):
    """The server sent an error packet."""


FIRST_PORT, PORTS = 10_000, 2_500
"""Each process of the tests has so many ports of its own, below those that the kernel gives to clients."""

_ports = itertools.cycle(range(PORTS))


def free_ports(count: int) -> list[int]:
    """Ports that are free for TCP and UDP on this host, and nobody else's while a server starts anew."""
    own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw8").removeprefix("gw")) % 9
    found: list[int] = []
    while len(found) < count:
        port = FIRST_PORT + own * PORTS + next(_ports)
        if _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
    ):
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            stream.bind(("127.0.0.1", port))
            datagram.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def install(directory: Path, families: Sequence[str] = FAMILIES) -> None:
    """Put plugins below a data directory, as an installation has them."""
    for family in families:
        source = CHECKOUT / "plugins" / family
        for edition in editions(source) or ("",):
            assemble(source, edition, directory / "plugins")


def toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Settings as a file; JSON's spelling of a text, number, boolean or list is TOML's as well."""
    lines = []
    for section, values in tables.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml_value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml_value, value))}]"
    if not isinstance(value, Mapping):
        return json.dumps(value)
    pairs = (f"{json.dumps(key)} = {_toml_value(each)}" for key, each in value.items())
    return f"{{{', '.join(pairs)}}}"


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@define
class Daemon:
    """One server: its data, its settings, and its process while it runs.

    `settings` are laid over what keeps it to loopback and free ports; `before` is put before the
    command (`ip netns exec …`).
    """

    home: Path
    settings: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    families: Sequence[str] = FAMILIES
    before: Sequence[str] = ()
    interface: str = "127.0.0.1"
    """The address it listens on; empty for all."""
    process: subprocess.Popen[bytes] | None = None
    ports: list[int] = field(factory=lambda: free_ports(3))
    _told: socket.socket | None = None

    def __attrs_post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.data.exists():
            install(self.data, self.families)
        self.configure(self.settings)

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self.home / "data"

    @property
    def config(self) -> Path:
        """Its settings."""
        return self.home / "provd.toml"

    @property
    def log(self) -> str:
        """What it wrote so far, over all its starts."""
        return (self.home / "log").read_text(encoding="utf-8")

    def configure(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        """Write its settings anew."""
        http_port, tftp_port, api_port = self.ports
        tables: dict[str, dict[str, Any]] = {
            "data": {"directory": str(self.data)},
            "listen": {"interface": self.interface, "port": http_port},
            "tftp": {"interface": self.interface, "port": tftp_port},
            "api": {"interface": "127.0.0.1", "port": api_port},
            "store": {"seal_keys": str(self._seal_keys(settings))},
        }
        for section, values in settings.items():
            tables.setdefault(section, {}).update(values)
        self.config.write_text(toml(tables), encoding="utf-8")

    def _seal_keys(self, settings: Mapping[str, Mapping[str, Any]]) -> Path:
        """Keys for what it keeps, readable for the user that it becomes."""
        path = self.home / "seal.keys"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(f"test:{b64encode(os.urandom(32)).decode()}\n", encoding="ascii")
        if user := settings.get("service", {}).get("user"):
            with contextlib.suppress(LookupError):  # no such user: that is what is tested
                shutil.chown(path, user)
        return path

    def start(self, command: Sequence[str | Path] = ()) -> None:
        """Start it, and wait until it says that it is ready."""
        self.launch(command)
        said = self.wait_for("READY=1")
        assert "READY=1" in said, said

    def launch(self, command: Sequence[str | Path] = ()) -> None:
        """Start it and do not wait."""
        notify = self.home / "notify"
        notify.unlink(missing_ok=True)
        if self._told is not None:
            self._told.close()
        self._told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._told.bind(str(notify))
        notify.chmod(0o777)
        arguments = [*self.before, *(command or (PROVD, "run", "--config", self.config))]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [str(each) for each in arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=CHECKOUT,
                env=_environment() | {"NOTIFY_SOCKET": str(notify)},
                # A shell has its background jobs ignore SIGINT, and children inherit that.
                preexec_fn=_hear_interrupts,  # noqa: PLW1509 - the tests start no threads before it
            )

    def wait_for(self, message: str) -> str:
        """Wait until the service tells systemd `message`; everything told meanwhile.

        @raise AssertionError: it ended, or said nothing in time; with its log.
        """
        assert self._told is not None
        assert self.process is not None
        self._told.settimeout(0.05)
        said = ""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                said += self._told.recv(4096).decode() + "\n"
            if message in said:
                return said
            if self.process.poll() is not None:
                break
        raise AssertionError(f"no {message}; it said {said!r}; its log:\n{self.log}")

    def tell(self, number: int) -> None:
        """Send a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def reload(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        """Have other settings taken up, and wait until they are."""
        before = self.log.count("settings read again")
        self.configure(settings)
        self.tell(signal.SIGHUP)
        end = time.monotonic() + PATIENCE
        while self.log.count("settings read again") == before:
            assert time.monotonic() < end, self.log
            time.sleep(0.02)

    def wait(self) -> int:
        """Wait for its end; the exit code."""
        assert self.process is not None
        return self.process.wait(PATIENCE)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        self.tell(number)
        return self.wait()

    def restart(self) -> None:
        """End it as an operator does, and start it again."""
        assert self.end() == 0, self.log
        self.start()

    def close(self) -> None:
        """Leave nothing behind. Idempotent."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        if self._told is not None:
            self._told.close()
            self._told = None

    # Operators.

    def api(self) -> Api:
        """A client of its API. The caller closes it."""
        return Api(f"http://127.0.0.1:{self.ports[2]}", PATIENCE)

    def fill(self) -> None:
        """Create the configs that a site begins with, and serve secrets to phones that prove nothing."""
        with contextlib.closing(self.api()) as api:
            api.serving_policies.create(OPEN_GIVEN)
            for config in well_known_configs("192.0.2.1", more={"timezone": "Europe/Paris"}):
                api.configs.create(
                    {
                        "id": config.id,
                        "parent_ids": list(config.parent_ids),
                        "raw_config": json.loads(bytes(config.raw_config)),
                        **({"role": config.role} if config.role else {}),
                    }
                )

    def ask(self, method: str, path: str, body: Any = None, *, token: str = "") -> tuple[int, Any]:
        """One request to its API; status and JSON (None where there is no body)."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["content-type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[2], timeout=PATIENCE)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text else None

    def command(self, *arguments: str, token: str = "") -> subprocess.CompletedProcess[str]:
        """`provd …`, as an operator of this server types it."""
        known = {"PROVD_TOKEN": token} if token else {}
        return subprocess.run(  # noqa: S603 - our own program
            [*self.before, str(PROVD), *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=_environment() | {"PROVD_URL": f"http://127.0.0.1:{self.ports[2]}", **known},
        )

    def told(self, *arguments: str) -> Any:
        """What such a command prints for programs."""
        done = self.command(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    # Devices.

    def get(self, path: str, user_agent: str = "", source: str = "", host: str = "") -> Response:
        """Ask over HTTP from one of this host's addresses, at the server's address `host`."""
        connection = http.client.HTTPConnection(
            host or self.interface, self.ports[0], timeout=PATIENCE, source_address=(source, 0)
        )
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"User-Agent": user_agent})
            answer = connection.getresponse()
            return Response(answer.status, answer.read(), dict(answer.getheaders()))

    def fetch(self, name: str, source: str = "", host: str = "") -> bytes:
        """Ask over TFTP from one of this host's addresses, at the server's address `host`.

        @raise TFTPRefused: with its message.
        """
        return tftp_get((host or self.interface, self.ports[1]), name, source)


def tftp_get(server: tuple[str, int], name: str, source: str = "") -> bytes:
    """A file by RFC 1350, in lock-step, from scratch: it shares nothing with the server's codec.

    Answers must come from the very address that was asked.

    @raise TFTPRefused: the server sent an error.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((source, 0))
        asking.settimeout(PATIENCE)
        asking.sendto(b"\0\1" + name.encode() + b"\0octet\0", server)
        return b"".join(_blocks(asking, server[0]))


def _blocks(asking: socket.socket, asked: str) -> Iterator[bytes]:
    expected = 1
    while True:
        datagram, peer = asking.recvfrom(65536)
        assert peer[0] == asked, f"{asked} was asked, {peer[0]} answers"
        if datagram[:2] == b"\0\5":
            raise TFTPRefused(datagram[4:-1].decode())
        number = int.from_bytes(datagram[2:4], "big")
        if number == expected & 0xFFFF:
            asking.sendto(b"\0\4" + datagram[2:4], peer)
            yield datagram[4:]
            if len(datagram) < 516:
                return
            expected += 1


def _environment() -> dict[str, str]:
    """Ours, without settings of provd in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PROVD_")}
