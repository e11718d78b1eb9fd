"""Settings that are taken up while a real server runs, and those that are not."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from provd.testing.daemon import TWISTD, Daemon

AASTRA = "Aastra6730i MAC:00-08-5D-00-00-{:02d} V:3.2.0.1011-SIP"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Daemon]:
    """A server that runs, with the configs that a site begins with."""
    server = Daemon(tmp_path, settings={"log": {"level": "info"}}, families=("aastra",))
    try:
        server.start()
        server.fill()
        yield server
    finally:
        server.close()


def reload(server: Daemon, settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write settings and reload by signal; what became of it."""
    before = server.told("reload", "--last")
    server.configure(settings)
    server.tell(signal.SIGHUP)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        told: dict[str, Any] = server.told("reload", "--last")
        if told != before:
            return told
        time.sleep(0.05)
    raise AssertionError(f"nothing came of it; {server.log}")


def test_by_signal(server: Daemon) -> None:
    """It is told what changed; systemd is told that it reloads, and that it is ready again."""
    assert server.told("reload", "--last")["outcome"] == "never"
    told = reload(server, {"log": {"level": "warn"}, "limits": {"total": 7}})
    assert (told["outcome"], told["cause"]) == ("done", "SIGHUP")
    assert told["changed"] == ["limits.total", "log.level"]
    said = server.wait_for("READY=1")
    assert said.index("RELOADING=1\nMONOTONIC_USEC=") < said.index("READY=1")


def test_by_command(server: Daemon) -> None:
    """The command names what changed, and says so when nothing did."""
    assert server.command("reload").stdout == "Nothing has changed.\n"
    server.configure({"decisions": {"kept": 9}})
    assert server.command("reload").stdout == "decisions.kept\n"
    assert server.told("reload", "--last")["cause"].startswith("api-")


def test_every_reload_is_in_the_audit_trail(server: Daemon) -> None:
    """By signal and by command, taken up or refused, with the names of the settings."""
    reload(server, {"log": {"level": "warn"}})
    server.configure({"tftp": {"port": 1}})
    server.command("reload")
    lines = server.told("audit", "action=reload")["items"]
    refused, done = ((line["cause"], line["after"]) for line in lines)
    assert done[0] == "SIGHUP"
    assert (done[1]["outcome"], done[1]["changed"]) == ("done", ["log.level"])
    assert refused[0].startswith("api-")
    assert (refused[1]["outcome"], refused[1]["problems"]) == ("refused", ["tftp.port"])


def test_phones_are_told_something_else(server: Daemon) -> None:
    """At their next request, out of files that were rendered before; and every device is looked at."""
    assert b"http server: 127.0.0.1" in server.get("/aastra.cfg", AASTRA.format(1)).body
    told = reload(server, {"phones": {"http_base_url": "http://192.0.2.9:8080"}})
    assert told["changed"] == ["phones.http_base_url"]
    assert b"http server: 192.0.2.9" in server.get("/aastra.cfg", AASTRA.format(1)).body


def test_limits_hold_for_the_next_request(server: Daemon) -> None:
    """A phone that nobody knows is created no more, one that is known is served."""
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 200
    reload(server, {"limits": {"total": 1}})
    assert server.get("/aastra.cfg", AASTRA.format(2)).status == 404
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 200
    reload(server, {"limits": {"total": 2}})
    assert server.get("/aastra.cfg", AASTRA.format(2)).status == 200


def test_pipeline_files(server: Daemon, tmp_path: Path) -> None:
    """Another set is used at once; a file that was edited, too; one that is broken changes nothing."""
    own = tmp_path / "pipeline"
    own.mkdir()
    nobody = own / "retriever.py.conf.site"
    nobody.write_text("retriever = UUIDDeviceRetriever(app)\n", encoding="utf-8")
    wanted = {"pipeline": {"retriever": "site", "directory": str(own)}}
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 200
    told = reload(server, wanted)
    assert told["changed"] == ["pipeline.retriever", "pipeline.directory"], told
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 404
    nobody.write_text("retriever = broken(\n", encoding="utf-8")
    told = reload(server, wanted)
    assert told["outcome"] == "refused"
    assert "retriever.py.conf.site" in told["problems"][0]["message"]
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 404
    nobody.write_text("retriever = MacDeviceRetriever(app)\n", encoding="utf-8")
    assert reload(server, wanted)["outcome"] == "done"
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 200


def test_mistakes_are_told_all_at_once_and_nothing_is_changed(server: Daemon) -> None:
    """Not even what would have been right."""
    told = reload(
        server,
        {"log": {"level": "warn"}, "limits": {"total": -1}, "phones": {"http_base_url": "x"}},
    )
    assert told["outcome"] == "refused"
    assert len(told["problems"]) == 2
    assert all(problem["path"].startswith(str(server.config)) for problem in told["problems"])
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 200
    assert "http 127.0.0.1 /aastra.cfg" in wait_for_line(server, "/aastra.cfg")


def wait_for_line(server: Daemon, words: str) -> str:
    """A line of the log, which is written in batches."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for line in server.log.splitlines():
            if words in line:
                return line
        time.sleep(0.05)
    return ""


def test_what_needs_a_restart_is_named(server: Daemon) -> None:
    """Every one of them; and nothing else is taken up meanwhile."""
    free = server.ports[0]
    told = reload(
        server,
        {
            "listen": {"port": free + 1},
            "service": {"tenant": "acme"},
            "limits": {"total": 0},
        },
    )
    assert told["outcome"] == "refused"
    assert [problem["path"] for problem in told["problems"]] == ["service.tenant", "listen.port"]
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 200
    done = server.command("reload")
    assert done.returncode == 1
    assert "service.tenant" in done.stderr
    assert "next: restart" in done.stderr


def test_a_file_that_is_gone(server: Daemon) -> None:
    """Is a mistake like another."""
    server.config.unlink()
    done = server.command("reload")
    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert server.get("/aastra.cfg", AASTRA.format(1)).status == 200


def test_below_twistd(tmp_path: Path) -> None:
    """It is the same service."""
    server = Daemon(tmp_path, families=())
    try:
        server.start((TWISTD, "--nodaemon", "--pidfile=", "provd", "--config", server.config))
        told = reload(server, {"log": {"format": "json", "level": "info"}})
        assert told["changed"] == ["log.format"]
        assert wait_for_line(server, "settings read again").startswith("{")
    finally:
        server.close()
