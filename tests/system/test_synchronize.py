"""Phones are told to fetch their files again, over real sockets: sipp plays them, the real server tells them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.testing.daemon import Daemon
from provd.testing.sipp import SIPP, SippPhones
from provd.testing.synchronizing import (
    LOOPBACK,
    add_desks,
    add_phone,
    desks,
    ended,
    shown,
    synchronize,
    told_and_answered,
    until,
)
from provd.testing.tls_phone import authority_file, certificate_for, maker_of_today, tls_phone

pytestmark = pytest.mark.skipif(SIPP is None, reason="sip-tester (sipp) is not installed")

SCENARIOS = Path(__file__).parent / "sip"
AT, MAC = "127.0.0.31", "00:15:65:00:00:01"
OWN_FILE = "/001565000001.cfg"
USER_AGENT = f"Yealink SIP-T46S 66.85.0.5 {MAC}"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A server that may tell phones of this host."""
    daemon = Daemon(
        tmp_path, {"synchronization": LOOPBACK, "limits": {"burst": 1000}}, families=("yealink",)
    )
    try:
        daemon.start()
        daemon.fill()
        add_phone(daemon, "phone", AT, MAC)
        yield daemon
    finally:
        daemon.close()


def test_a_phone_that_comes_back(daemon: Daemon, tmp_path: Path) -> None:
    """It takes the NOTIFY and fetches its file: that closes the operation, which tells of every stage."""
    with SippPhones(SCENARIOS / "phone.xml", tmp_path / "sipp", AT) as phone:
        operation = synchronize(daemon)
        assert phone.wait() == 0
        until(daemon, "answered")
        assert f"NOTIFY sip:u1@{AT}:5060 SIP/2.0" in phone.seen()
        assert "Event: check-sync;reboot=false" in phone.seen()
    assert daemon.get(OWN_FILE, USER_AGENT, AT).status == 200
    told = ended(daemon, operation)
    assert told["state"] == "success", told
    [each] = told["result"]["each"]
    assert (each["answer"], each["driver"]) == ("200 OK", "sip")
    assert each["sent"] <= each["answered"] <= each["back"] <= each["ended"]
    assert [(file["path"], file["kind"]) for file in each["fetched"]] == [(OWN_FILE, "content")]
    assert each["fetched"][0]["version"]
    assert each["version"] == "66.85.0.5"
    device = daemon.ask("GET", "/api/v1/devices/phone")[1]
    assert device["remote_state_sip_username"] == "u1"


def test_a_phone_that_wants_a_proof(daemon: Daemon, tmp_path: Path) -> None:
    """It is given a digest of its account's password, which sipp verifies."""
    with SippPhones(SCENARIOS / "challenge.xml", tmp_path / "sipp", AT) as phone:
        synchronize(daemon)
        assert phone.wait() == 0
        assert until(daemon, "answered")["answer"] == "200 OK"
        assert 'Authorization: Digest username="u1"' in phone.seen()


def test_a_phone_that_refuses(daemon: Daemon, tmp_path: Path) -> None:
    """The operation fails with what it said."""
    with SippPhones(SCENARIOS / "refuses.xml", tmp_path / "sipp", AT):
        told = ended(daemon, synchronize(daemon))
    assert told["state"] == "fail"
    assert "481 Call/Transaction Does Not Exist" in told["reason"]


def test_a_phone_that_is_slow(daemon: Daemon, tmp_path: Path) -> None:
    """It is sent again while nobody answers, and one that is at it is waited for."""
    with SippPhones(SCENARIOS / "slow.xml", tmp_path / "sipp", AT) as phone:
        synchronize(daemon)
        told = until(daemon, "answered")
        assert phone.wait() == 0
        assert phone.seen().count("NOTIFY sip:u1@") >= 2
    assert told["answered"] - told["sent"] > 1.9


def test_nobody_is_there(daemon: Daemon) -> None:
    """The operation fails, and says why."""
    add_phone(daemon, "away", "127.0.0.33", "00:15:65:00:00:03", sip_transport="tcp")
    told = ended(daemon, synchronize(daemon, "away"))
    assert told["state"] == "fail"
    assert "no connection: Connection was refused" in told["reason"]


def test_over_tcp(daemon: Daemon, tmp_path: Path) -> None:
    """A phone whose config says TCP is told over TCP, with a digest as well."""
    add_phone(daemon, "tcp", "127.0.0.32", "00:15:65:00:00:02", sip_transport="tcp")
    scenario = SCENARIOS / "challenge.xml"
    with SippPhones(scenario, tmp_path / "sipp", "127.0.0.32", transport="t1") as phone:
        synchronize(daemon, "tcp")
        assert until(daemon, "answered", "tcp")["answer"] == "200 OK"
        assert phone.wait() == 0
        assert "SIP/2.0/TCP" in phone.seen()
        assert ";transport=tcp SIP/2.0" in phone.seen()


@pytest.mark.parametrize("trusted", [True, False])
def test_over_tls(daemon: Daemon, tmp_path: Path, *, trusted: bool) -> None:
    """A phone whose certificate is good for its address is told over TLS; one of a stranger's is not."""
    maker = maker_of_today("the phones' CA")
    ca = authority_file(maker if trusted else maker_of_today("a stranger"), tmp_path)
    daemon.configure({**daemon.settings, "sip": {"tls_ca": str(ca)}})
    assert daemon.command("reload").returncode == 0
    at = "127.0.0.34"
    add_phone(daemon, "tls", at, "00:15:65:00:00:04", sip_transport="tls")
    with tls_phone(at, certificate_for(at, maker, tmp_path)) as seen:
        operation = synchronize(daemon, "tls")
        if trusted:
            assert until(daemon, "answered", "tls")["answer"] == "200 OK"
            assert f"NOTIFY sip:u1@{at}:5061;transport=tls SIP/2.0" in seen[0]
            assert "SIP/2.0/TLS" in seen[0]
        else:
            assert "certificate verify failed" in ended(daemon, operation)["reason"]
            assert not seen


def test_a_scheduled_one_survives_a_crash(daemon: Daemon, tmp_path: Path) -> None:
    """Killed while it waits, the server tells the phone after its next start, and sees it come back."""
    operation = synchronize(daemon, at=time.time() + 4)
    daemon.process.kill()  # type: ignore[union-attr]
    daemon.wait()
    daemon.start()
    assert shown(daemon)["stage"] == "waiting"
    assert daemon.ask("GET", f"/api/v1/operations/{operation}")[1]["state"] in {
        "waiting",
        "progress",
    }
    with SippPhones(SCENARIOS / "phone.xml", tmp_path / "sipp", AT) as phone:
        assert phone.wait() == 0
        until(daemon, "answered")
    assert daemon.get(OWN_FILE, USER_AGENT, AT).status == 200
    assert ended(daemon, operation)["state"] == "success"


def test_a_crash_in_the_middle(daemon: Daemon, tmp_path: Path) -> None:
    """Killed while it tells many, the server goes on after its next start: every phone is told, none is left out."""
    add_desks(daemon, 200)
    slowly = {**daemon.settings, "synchronization": {**LOOPBACK, "per_second": 100}}
    daemon.configure(slowly)
    assert daemon.command("reload").returncode == 0
    with SippPhones(SCENARIOS / "phone.xml", tmp_path / "sipp", calls=10_000) as phones:
        begun = daemon.ask("POST", "/api/v1/devices:synchronize?description=desk", {})[1]["result"]
        end = time.monotonic() + 20
        while not any(each["stage"] == "answered" for each in desks(daemon)):
            assert time.monotonic() < end
            time.sleep(0.1)
        daemon.process.kill()  # type: ignore[union-attr]
        daemon.wait()
        daemon.start()
        assert any(each["stage"] == "waiting" for each in desks(daemon))
        while any(each["stage"] != "answered" for each in desks(daemon)):
            assert time.monotonic() < end, desks(daemon)[:1]
            time.sleep(0.2)
        told = set(re.findall(r"NOTIFY sip:u1@(127\.0\.[0-9.]+):5060", phones.seen()))
    assert len(told) == 200
    assert daemon.ask("GET", f"/api/v1/operations/{begun['operation']}")[1]["state"] == "progress"


def test_five_hundred_phones(daemon: Daemon, tmp_path: Path) -> None:
    """All are told, and all have answered, within a second of the first."""
    add_desks(daemon, 500)
    spreads = [
        told_and_answered(daemon, SCENARIOS / "phone.xml", tmp_path / f"sipp-{each}", 500)
        for each in range(3)
    ]
    # Other programs of a busy machine may come between once, or twice.
    assert min(spreads) < 1.0, spreads


def test_from_the_command_line(daemon: Daemon, tmp_path: Path) -> None:
    """An operator sees how far it is, and what came of it; a program reads the same."""
    with SippPhones(SCENARIOS / "phone.xml", tmp_path / "sipp", AT) as phone:
        begun = daemon.told("devices", "synchronize", "phone", "--no-wait")
        assert phone.wait() == 0
    until(daemon, "answered")
    assert daemon.get(OWN_FILE, USER_AGENT, AT).status == 200
    assert ended(daemon, begun["operation"])["state"] == "success"
    failed = daemon.command("devices", "synchronize", "vendor=Yealink", "--by", "http")
    assert failed.returncode != 0
    assert "1 devices" in failed.stdout
    assert "cannot be asked over HTTP" in failed.stderr + failed.stdout
    assert daemon.command("devices", "synchronize").returncode == 2
