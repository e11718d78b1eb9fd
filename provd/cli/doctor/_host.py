"""The host: its clock, its neighbour table, its limits."""

from __future__ import annotations

import resource
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from provd.cli.doctor._finding import Finding, fail, ok, warn

CLOCK = "clock"
NEIGHBOURS = "neighbours"
LIMITS = "limits"

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""No clock that is right shows less."""

FILES = 4096
"""Open files that a site of some thousand phones may need at once."""

TIMESYNC = Path("/run/systemd/timesync")


def check_clock(now: float, kept: Iterable[Path], timesync: Path = TIMESYNC) -> Finding:
    """Certificates, leases and `last seen` all rest on it."""
    shown = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    step = "set the clock, and keep it with NTP (timedatectl set-ntp true)"
    if now < EARLIEST:
        return fail(CLOCK, f"{shown} cannot be right", step)
    newest = max((path.stat().st_mtime for path in kept), default=0.0)
    if newest > now + 60:
        return fail(CLOCK, f"{shown} is before the last change of the store", step)
    if timesync.is_dir() and not (timesync / "synchronized").exists():
        return warn(CLOCK, f"{shown}, not synchronised", "see `timedatectl status`")
    return ok(CLOCK, shown)


def check_neighbours() -> Finding:
    """Can the kernel's neighbour table be read, as the server reads it?"""
    step = "phones that tell no MAC address are then known by IP only; allow AF_NETLINK sockets"
    try:
        from pyroute2 import IPRoute  # noqa: PLC0415 - costs 200 ms, and may be missing where there is no netlink

        with IPRoute() as kernel:
            known = sum(1 for entry in kernel.get_neighbours() if entry.get_attr("NDA_LLADDR"))
    except (ImportError, OSError) as error:
        return warn(NEIGHBOURS, f"the neighbour table cannot be read: {error}", step)
    return ok(NEIGHBOURS, f"{known} neighbours known")


def check_limits() -> Finding:
    """How many files and sockets may be open."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FILES:
        step = f"`ulimit -n {FILES}`, or LimitNOFILE= in the unit"
        return warn(LIMITS, f"{soft} open files at most", step)
    return ok(LIMITS, f"{soft} open files")
