"""sipp, a SIP traffic generator, as the phones that are told to fetch their files again."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import define, field

SIPP = shutil.which("sipp")
PORT = 5060
PATIENCE = 20.0


@define
class SippPhones:
    """One sipp, which plays a scenario for each NOTIFY that comes; a context manager."""

    scenario: Path
    directory: Path
    """Where it writes what it saw."""
    address: str = ""
    """Where it listens; empty is everywhere."""
    transport: str = "u1"
    """`u1` is UDP, `t1` is TCP."""
    calls: int = 1
    port: int = PORT
    more: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def __enter__(self) -> Self:
        """Listen from here on."""
        assert SIPP is not None
        where = ["-i", self.address, "-bind_local"] if self.address else []
        command = [
            *(SIPP, "-sf", str(self.scenario), "-p", str(self.port), "-m", str(self.calls)),
            *("-t", self.transport, "-nostdin", "-trace_msg", "-trace_logs", *where, *self.more),
        ]
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "screen").open("wb") as screen:
            self._process = subprocess.Popen(  # noqa: S603 - a program of the distribution
                command, cwd=self.directory, stdout=screen, stderr=screen, stdin=subprocess.DEVNULL
            )
        self._wait_until_it_listens()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Listen no more."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(PATIENCE)

    def wait(self) -> int:
        """Wait until it has played every call; 0 where each went as the scenario says."""
        assert self._process is not None
        return self._process.wait(PATIENCE)

    def seen(self) -> str:
        """Every message that it received and sent so far."""
        return "".join(
            path.read_text(encoding="utf-8", errors="replace")
            for path in self.directory.glob(f"{self.scenario.stem}_*_messages.log")
        )

    def _wait_until_it_listens(self) -> None:
        """Its socket is there a moment after it was started: look for it in the kernel's table."""
        table = Path("/proc/net/tcp" if self.transport == "t1" else "/proc/net/udp")
        wanted = f":{self.port:04X} "
        octets = self.address.split(".") if self.address else ["0"] * 4
        host = "".join(f"{int(octet):02X}" for octet in reversed(octets))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if f" {host}{wanted}" in table.read_text(encoding="ascii"):
                return
            time.sleep(0.02)
        raise AssertionError((self.directory / "screen").read_text(encoding="utf-8"))
