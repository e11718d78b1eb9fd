"""Networks with real DHCP clients on them: a bridge for each, a server, relays, and what clients say.

No client touches this host: each is in a namespace of its own, and its hook script only writes down
what it was given.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import define, field

from provd.testing.daemon import Daemon
from provd.testing.namespaces import Lab

US, NETWORK = "192.0.2.1", "192.0.2.0/24"
PATIENCE = 20.0

_CONTROL_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]")

_HOOK = """#!/bin/sh
{ echo "EVENT=$reason$1"; env; echo; } | grep -a -E '^(EVENT|new_|ip=|subnet=|router=|dns=|siaddr=|boot_file=|lease=|serverid=)' >> %s
echo >> %s
case "$reason$1" in
BOUND|REBOOT|RENEW|REBIND|bound|renew) ip addr replace "${new_ip_address:-$ip}/24" dev "$interface";;
deconfig|RELEASE|EXPIRE|STOP|NAK|nak) ip addr flush dev "$interface";;
esac
exit 0
"""


@define
class Client:
    """A program that asks for an address, in a namespace of its own."""

    name: str
    process: subprocess.Popen[str] | None
    said: Path
    """What it wrote."""
    given: Path
    """What its hook was told."""

    @property
    def text(self) -> str:
        """What it wrote so far."""
        return self.said.read_text(encoding="utf-8", errors="replace")

    def events(self) -> list[dict[str, str]]:
        """What its hook was told, one for each call."""
        found: list[dict[str, str]] = []
        text = self.given.read_text(encoding="utf-8") if self.given.exists() else ""
        for line in text.splitlines():
            name, equals, value = line.partition("=")
            if name == "EVENT":
                found.append({"EVENT": value})
            elif equals and found:
                found[-1][name] = value
        return found

    def wait_for(self, *events: str, times: int = 1) -> dict[str, str]:
        """Wait until its hook was told one of these, so many times; what it was told last.

        @raise AssertionError: not in time; with what it said.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = [each for each in self.events() if each["EVENT"] in events]
            if len(found) >= times:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(f"{self.name} got no {events}; it said:\n{self.text}")

    def wait_to_say(self, words: str, patience: float) -> None:
        """Wait until it says something, whatever a screen's control codes do in between.

        @raise AssertionError: not in time; with what it said.
        """
        end = time.monotonic() + patience
        while words not in _CONTROL_CODES.sub("", self.text):
            if time.monotonic() > end:
                raise AssertionError(f"{self.name} never said {words!r}, but:\n{self.text[-4000:]}")
            time.sleep(0.1)


@define
class DHCPLab:
    """A server on a bridge, and whoever is plugged in beside it."""

    lab: Lab
    home: Path
    daemon: Daemon
    _stack: ExitStack
    _ports: int = 0
    _clients: int = field(default=0)

    def add_bridge(self, name: str) -> None:
        """One more network."""
        self.lab.ip("lan", "link", "add", name, "type", "bridge", "forward_delay", "0")
        self.lab.ip("lan", "link", "set", name, "up")

    def plug_in(
        self, host: str, *addresses: str, bridge: str = "br0", port: str = "eth0", mac: str = ""
    ) -> None:
        """Wire a host to a bridge; it is made if it is not there."""
        with suppress(RuntimeError):
            self.lab.add(host)
        self._ports += 1
        end = f"p{self._ports}"
        self.lab.wire("lan", end, host, port)
        self.lab.ip("lan", "link", "set", end, "master", bridge)
        if mac:
            self.lab.ip(host, "link", "set", port, "address", mac)
        for address in addresses:
            self.lab.ip(host, "address", "add", address, "brd", "+", "dev", port)

    def mac_of(self, host: str, port: str = "eth0") -> str:
        """Its hardware address."""
        with self.lab.inside(host):
            return _hardware_address(port)

    def run(self, host: str, *command: str, timeout: float = PATIENCE) -> str:
        """Run a program in a host's namespace to its end; what it wrote."""
        try:
            done = subprocess.run(  # noqa: S603 - a program of Debian's
                ["ip", "netns", "exec", self.lab.full(host), *command],  # noqa: S607 - iproute2
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=timeout,
            )
            return done.stdout.decode("utf-8", "replace")
        except subprocess.TimeoutExpired as error:
            return (error.stdout or b"").decode("utf-8", "replace")

    def start(
        self, host: str, *command: str, environment: Mapping[str, str] | None = None
    ) -> Client:
        """Start a program in a host's namespace; it ends with the lab."""
        self._clients += 1
        said = self.home / f"{host}-{self._clients}.log"
        given = self.home / f"{host}-{self._clients}.given"
        hook = self.home / f"{host}-{self._clients}.hook"
        hook.write_text(_HOOK % (given, given), encoding="utf-8")
        hook.chmod(0o755)
        words = [each.replace("{hook}", str(hook)) for each in command]
        with said.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - a program of Debian's
                ["ip", "netns", "exec", self.lab.full(host), *words],  # noqa: S607 - iproute2
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
            )
        self._stack.callback(_end, process)
        return Client(host, process, said, given)

    def dhclient(self, host: str, *more: str) -> Client:
        """ISC's client; it goes on as long as the lab does."""
        leases = self.home / f"{host}.leases"
        leases.touch()
        return self.start(
            host,
            *("dhclient", "-4", "-d", "-v", "--no-pid", "-lf", str(leases), "-sf", "{hook}"),
            *more,
            "eth0",
        )

    def udhcpc(self, host: str, *more: str) -> Client:
        """Busybox's client, as half the world's devices have it."""
        words = ("busybox", "udhcpc", "-i", "eth0", "-f", "-t", "8", "-T", "1", "-s", "{hook}")
        return self.start(host, *words, *more)

    def dhcpcd(self, host: str, *more: str) -> Client:
        """Another client of many systems, which finds no process and no lease of a former test."""
        alone = "for each in /run /var/lib; do mkdir -p $each/dhcpcd; mount -t tmpfs none $each/dhcpcd; done"
        words = ("-4", "-B", "-c", "{hook}", "--nolink", "-t", "15", *more, "eth0")
        return self.start(host, "sh", "-c", f'{alone}; exec dhcpcd "$@"', "dhcpcd", *words)

    def dnsmasq(self, host: str, port: str = "eth0", network: str = "192.0.2") -> Client:
        """Another server, which gives .30 to .39 of a /24, and knows nothing of boot files."""
        return self.start(
            host,
            *("dnsmasq", "-k", "-p", "0", "-C", "/dev/null", "-i", port, "--no-ping"),
            *("--bind-dynamic", "-u", "root", "--pid-file=", "--log-facility=-"),
            f"--dhcp-range={network}.30,{network}.39,255.255.255.0,1h",
            "--dhcp-leasefile=/dev/null",
        )

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """One call to the server's API, which must do; what it answers."""
        with self.lab.inside("server"):
            status, told = self.daemon.ask(method, f"/api/v1{path}", body)
        assert status < 300, (status, told)
        return told

    def explain(self, last: int = 1) -> list[dict[str, Any]]:
        """The latest decisions, the newest first."""
        told: list[dict[str, Any]] = self.daemon.told("explain", "--last", str(last))["items"]
        return told

    def until(self, true: Callable[[], Any], what: str) -> Any:
        """Wait until something is so; what it is then."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = true()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{what}; the server's log:\n{self.daemon.log[-4000:]}")


@contextmanager
def dhcp_lab(
    home: Path,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    subnets: Sequence[Mapping[str, Any]] = (),
    before: Sequence[str] = (),
    started: bool = True,
) -> Iterator[DHCPLab]:
    """A lab whose server serves eth0; `before` is put before its command, inside its namespace.

    It runs unless it is not to be `started`.
    """
    with ExitStack() as stack:
        lab = Lab()
        stack.callback(lab.close)
        lab.add("lan")
        lab.add("server")
        home.mkdir(parents=True, exist_ok=True)
        daemon = Daemon(
            home / "provd",
            settings={"dhcp": {"interfaces": ["*"]}, **(settings or {})},
            before=("ip", "netns", "exec", lab.full("server"), *before),
            interface="",
        )
        made = DHCPLab(lab, home, daemon, stack)
        made.add_bridge("br0")
        made.plug_in("server", f"{US}/24")
        stack.enter_context(closing(daemon))
        if started:
            daemon.start()
        for subnet in subnets:
            made.api("POST", "/subnets", subnet)
        yield made


def lan(**more: Any) -> dict[str, Any]:
    """A subnet of the lab's own network, with a hundred addresses."""
    return {
        "id": "lan",
        "network": NETWORK,
        "pools": [{"first": "192.0.2.100", "last": "192.0.2.199"}],
        "options": [
            {"code": "router", "value": US},
            {"code": "domain-name-server", "value": "192.0.2.53, 192.0.2.54"},
        ],
        "create_devices": "all",
        **more,
    }


def _hardware_address(port: str) -> str:
    done = subprocess.run(  # noqa: S603 - iproute2
        ["ip", "-br", "link", "show", "dev", port],  # noqa: S607 - iproute2
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()[2]


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def program(name: str) -> str:
    """Where a program is; those of root's are not in everybody's path."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or name
