"""Telling phones to fetch their files again: sipp plays 500 of them, the real server tells them.

No baseline: how long it takes from the first that is told to the last that has answered is bounded from above, as is the
CPU that the server spends on each.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.process import cpu_of
from bench.report import Report
from provd.testing.daemon import CHECKOUT, Daemon
from provd.testing.sipp import SIPP
from provd.testing.synchronizing import LOOPBACK, add_desks, add_phone, told_and_answered

PHONES, ROUNDS = 500, 5
SCENARIO = CHECKOUT / "tests" / "system" / "sip" / "phone.xml"
MOST_SECONDS = 1.0
MOST_MICROSECONDS = 3_000


def run(report: Report) -> None:
    """All cases."""
    report.section(f"SIP NOTIFY to {PHONES} phones that answer")
    if SIPP is None:
        report.note("left out: sip-tester (sipp) is not installed")
        return
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        daemon = Daemon(home / "provd", {"synchronization": LOOPBACK}, families=("yealink",))
        try:
            daemon.start()
            daemon.fill()
            add_phone(daemon, "phone", "127.0.0.31", "00:15:65:00:00:01")
            add_desks(daemon, PHONES)
            _rounds(report, daemon, home)
        finally:
            daemon.close()


def _rounds(report: Report, daemon: Daemon, home: Path) -> None:
    assert daemon.process is not None
    spreads, costs = [], []
    for each in range(ROUNDS):
        before = cpu_of(daemon.process.pid)
        spreads.append(told_and_answered(daemon, SCENARIO, home / f"sipp-{each}", PHONES))
        costs.append(1_000_000 * (cpu_of(daemon.process.pid) - before) / PHONES)
    # What else runs on the machine makes a round longer, and none shorter than the pace that is set.
    report.bounded("from the first to the last answer, shortest", [min(spreads)], MOST_SECONDS, "s")
    report.bounded("CPU for each, looks at them included", costs, MOST_MICROSECONDS, "us")
