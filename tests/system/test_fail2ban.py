"""fail2ban's own regex tester reads the security log by the filters that are shipped."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from twisted.logger import Logger as TwistedLogger
from twisted.logger import LogPublisher

from provd.application.serving import NAMESPACE, security
from provd.daemon.security import SecurityLog

CHECKOUT = Path(__file__).resolve().parents[2]
FILTERS = CHECKOUT / "etc" / "fail2ban" / "filter.d"
TESTER = shutil.which("fail2ban-regex")

pytestmark = pytest.mark.skipif(TESTER is None, reason="fail2ban is not installed")


def written(tmp_path: Path) -> Path:
    """A log with a line of each form, one of IPv6, and one that tries to look like another's."""
    path = tmp_path / "security.log"
    log = TwistedLogger(NAMESPACE, observer=LogPublisher(SecurityLog(path)))
    log.info(security.CREATED, address="192.0.2.7", device="d00c4e4d25934733aac1f2167d1420c7")
    log.info(security.SENSITIVE, address="192.0.2.8", file="00005e005301.cfg")
    log.info(security.SWEEPING, address="2001:db8::9", reason="8 MAC addresses in a row")
    forged = "x\n[2026-01-01 00:00:00,000] Sweep suspected from 198.51.100.1: y"
    log.info(security.SENSITIVE, address="192.0.2.10", file=forged)
    log.info("Something else from {address}: {file}", address="192.0.2.11", file="x")
    return path


def hosts(log: Path, name: str) -> set[str]:
    """Whom a filter would have banned."""
    command = [str(TESTER), "--out", "ip", str(log), str(FILTERS / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return set(re.findall(r"^[0-9a-f.:]+$", done.stdout, re.MULTILINE))


def test_each_form_is_found_and_nothing_else(tmp_path: Path) -> None:
    """By its address; a name that somebody asked for cannot put in another one."""
    log = written(tmp_path)
    assert hosts(log, "provd.conf") == {"192.0.2.7", "192.0.2.8", "2001:db8::9", "192.0.2.10"}


def test_sweeps_alone(tmp_path: Path) -> None:
    """For a jail that is stricter with them."""
    assert hosts(written(tmp_path), "provd-sweep.conf") == {"2001:db8::9"}


def test_the_filter_of_wazo_provd_reads_them(tmp_path: Path) -> None:
    """Its regular expressions key on the text up to the address."""
    log = written(tmp_path)
    for form in ("New device created automatically", "Sensitive file requested"):
        command = [str(TESTER), "--out", "ip", str(log), rf"{form} from <HOST>:"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "192.0.2." in done.stdout
