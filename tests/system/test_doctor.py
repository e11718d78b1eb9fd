"""`provd doctor` on a host with real ports, files and clocks."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from provd.cli import main
from provd.cli.doctor._finding import Level
from provd.cli.doctor._host import check_clock, check_limits, check_neighbours
from provd.cli.doctor._places import check_directory, check_stores, stores_in
from provd.cli.doctor._ports import Port, check_port
from provd.daemon.command import settings_of

TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM


class TestPorts:
    """Free, ours, somebody else's."""

    @pytest.mark.parametrize("kind", [TCP, UDP])
    def test_taken(self, kind: socket.SocketKind) -> None:
        """A port that somebody has is ours only while our server runs."""
        with socket.socket(socket.AF_INET, kind) as other:
            other.bind(("127.0.0.1", 0))
            if kind is TCP:
                other.listen()
            port = Port("test", kind, "127.0.0.1", other.getsockname()[1])
            assert check_port(port, running=True).level is Level.OK
            taken = check_port(port, running=False)
            assert taken.level is Level.FAIL
            assert "somebody else" in taken.text
        assert check_port(port, running=False).level is Level.OK
        assert check_port(port, running=True).level is Level.FAIL
        assert check_port(port, running=True, certain=False).level is Level.WARN

    def test_any_port(self) -> None:
        """Port 0 is always free."""
        assert check_port(Port("test", TCP, "", 0), running=False).level is Level.OK

    def test_an_address_of_another_host(self) -> None:
        """Is told as such."""
        found = check_port(Port("test", TCP, "192.0.2.1", 8080), running=False)
        assert (found.level, "no such address" in found.text) == (Level.FAIL, True)


class TestPlaces:
    """The data directory and what is in it."""

    def test_missing(self, tmp_path: Path) -> None:
        """It will be made, where that is possible."""
        assert check_directory(tmp_path / "a" / "b").level is Level.OK

    def test_open_to_everybody(self, tmp_path: Path) -> None:
        """Others have no business there."""
        tmp_path.chmod(0o755)
        assert check_directory(tmp_path).level is Level.WARN
        tmp_path.chmod(0o750)
        assert check_directory(tmp_path).level is Level.OK

    def test_no_directory(self, tmp_path: Path) -> None:
        """A file in its place."""
        (tmp_path / "data").write_text("x", encoding="utf-8")
        assert check_directory(tmp_path / "data").level is Level.FAIL

    def test_stores(self, tmp_path: Path) -> None:
        """A whole store, a damaged one, and files that are none."""
        assert [each.level for each in check_stores(tmp_path)] == [Level.OK]
        (tmp_path / "notes").write_text("SQLite", encoding="utf-8")
        path = tmp_path / "kept.db"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE t (a TEXT)")
            connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 200)
        connection.close()
        assert list(stores_in(tmp_path)) == [path]
        assert "whole" in check_stores(tmp_path)[0].text
        content = bytearray(path.read_bytes())
        content[4096:12288] = os.urandom(8192)
        path.write_bytes(bytes(content))
        [found] = check_stores(tmp_path)
        assert found.level is Level.FAIL
        assert str(path) in found.text

    def test_nothing_is_made_by_looking(self, tmp_path: Path) -> None:
        """A directory that is not there is not there afterwards."""
        check_stores(tmp_path / "none")
        assert list(tmp_path.iterdir()) == []


class TestHost:
    """Clock, limits, neighbours."""

    def test_clock(self, tmp_path: Path) -> None:
        """1970 is wrong, and so is a time before the last change of the store."""
        kept = tmp_path / "kept.db"
        kept.write_bytes(b"")
        nowhere = tmp_path / "timesync"
        now = time.time()
        assert check_clock(0.0, [], nowhere).level is Level.FAIL
        assert check_clock(now, [kept], nowhere).level is Level.OK
        assert check_clock(now - 3600, [kept], nowhere).level is Level.FAIL
        nowhere.mkdir()
        assert check_clock(now, [kept], nowhere).level is Level.WARN
        (nowhere / "synchronized").touch()
        assert check_clock(now, [kept], nowhere).level is Level.OK

    def test_limits_and_neighbours(self) -> None:
        """Both can be read here, whatever they say."""
        assert check_limits().check == "limits"
        assert check_neighbours().level is Level.OK


class TestCommand:
    """The whole command, with no server."""

    def doctor(self, settings: Path, *words: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
        """Exit code, and findings by check."""
        result = CliRunner().invoke(
            main,
            ["doctor", "--config", str(settings), "--json", *words],
            obj=settings_of,
            env={"PROVD_URL": "http://127.0.0.1:1"},
        )
        found: dict[str, list[dict[str, Any]]] = {}
        for finding in json.loads(result.stdout)["findings"]:
            found.setdefault(finding["check"], []).append(finding)
        return result.exit_code, found

    def test_well(self, tmp_path: Path) -> None:
        """Every check has its finding; a server that is down is no failure."""
        settings = tmp_path / "provd.toml"
        ports = "\n".join(f"[{name}]\nport = 0" for name in ("listen", "tftp", "api"))
        settings.write_text(f'{ports}\n[data]\ndirectory = "{tmp_path}/data"\n', encoding="utf-8")
        code, found = self.doctor(settings)
        assert code == 0, found
        assert {
            "settings",
            "server",
            "ports",
            "directory",
            "store",
            "sealing",
            "clock",
            "limits",
            "neighbours",
        } == set(found)
        assert found["server"][0]["level"] == "warn"
        assert len(found["ports"]) == 3

    def test_wrong_settings(self, tmp_path: Path) -> None:
        """All of them are told, and the rest is looked at still."""
        settings = tmp_path / "provd.toml"
        settings.write_text('[api]\nport = "x"\nintrface = "::1"\n', encoding="utf-8")
        code, found = self.doctor(settings)
        assert code == 1
        assert [finding["level"] for finding in found["settings"]] == ["fail", "fail"]
        assert "interface" in found["settings"][1]["text"]
        assert "clock" in found

    def test_for_people(self, tmp_path: Path) -> None:
        """A table with next steps."""
        result = CliRunner().invoke(
            main,
            ["doctor", "--config", str(tmp_path / "no.toml"), "--url", "http://127.0.0.1:1"],
            obj=settings_of,
        )
        assert result.exit_code == 1
        assert "no.toml" in result.output
        assert "NEXT" in result.output
