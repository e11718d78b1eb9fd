"""What the doctor makes of a server's own words."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from provd.cli.doctor._finding import Level
from provd.cli.doctor._ports import Port
from provd.cli.doctor._sealing import check_sealing
from provd.cli.doctor._server import check_plugins, check_server
from provd.client.errors import ServerFailed, ServerUnreachable, StrangeAnswer


class Answers:
    """A client whose every answer is given by the test."""

    url = "http://127.0.0.1:8092"

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def ready(self) -> Any:
        """What the server says of itself."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    plugins = ready


RED = ServerFailed(503, "not-ready", "T", "provd is not ready: disk full")


@pytest.mark.parametrize(
    ("answer", "running", "levels"),
    [
        ({"ready": True, "warnings": []}, True, [Level.OK]),
        ({"ready": True, "warnings": ["a row is set aside"]}, True, [Level.OK, Level.WARN]),
        (RED, True, [Level.FAIL]),
        (ServerUnreachable("x", "refused"), False, [Level.WARN]),
        (StrangeAnswer("x", "HTML"), False, [Level.FAIL]),
    ],
)
def test_server(answer: Any, running: bool, levels: list[Level]) -> None:  # noqa: FBT001 - a table
    """Ready, ready with warnings, not ready, not there, somebody else."""
    told, found = check_server(Answers(answer))  # type: ignore[arg-type]  # a fake of the two methods used
    assert (told, [finding.level for finding in found]) == (running, levels)
    assert all(finding.next_step for finding in found if finding.level is not Level.OK)


def plugin(**more: Any) -> dict[str, Any]:
    """A plugin as the API lists it."""
    return {"id": "acme", "state": "loaded", "failures": 0, "reason": "", **more}


@pytest.mark.parametrize(
    ("items", "levels"),
    [
        ([plugin()], [Level.OK]),
        ([], [Level.WARN]),
        ([plugin(state="broken", reason="SyntaxError"), plugin()], [Level.FAIL]),
        ([plugin(failures=3)], [Level.WARN]),
        ([plugin(reason="the reload failed")], [Level.WARN]),
    ],
)
def test_plugins(items: list[dict[str, Any]], levels: list[Level]) -> None:
    """Broken ones fail, failing ones are to be looked at."""
    found = check_plugins(Answers({"items": items}))  # type: ignore[arg-type]  # see above
    assert [finding.level for finding in found] == levels


def test_plugins_of_a_server_that_fails() -> None:
    """Are a failure, not a crash."""
    [found] = check_plugins(Answers(RED))  # type: ignore[arg-type]  # see above
    assert found.level is Level.FAIL


def test_a_port_is_told_as_operators_know_it() -> None:
    """Name, address, number, protocol."""
    import socket

    assert str(Port("API", socket.SOCK_STREAM, "::1", 8092)) == "API ::1 port 8092/tcp"
    assert str(Port("TFTP", socket.SOCK_DGRAM, "", 69)) == "TFTP any address port 69/udp"


def test_sealing(tmp_path: Path) -> None:
    """Keys that can be used, none, and one that others can read; never the key itself."""
    assert check_sealing("").level is Level.WARN
    path = tmp_path / "seal.keys"
    assert check_sealing(str(path)).level is Level.FAIL
    lines = [f"{name}:{b64encode(name.encode() * 16).decode()}" for name in ("k2", "k1")]
    path.write_text("\n".join(lines))
    path.chmod(0o640)
    assert check_sealing(str(path)).level is Level.FAIL
    path.chmod(0o600)
    found = check_sealing(str(path))
    assert (found.level, found.text) == (Level.OK, f"{path}: key 'k2' seals, 1 more only open")
