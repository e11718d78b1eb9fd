"""What is done to a server as a whole, by its actions; and log-ins that failed, in its audit trail."""

from __future__ import annotations

import contextlib
import re
import time
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from provd.client import Api
from provd.testing.daemon import PATIENCE, Daemon

pytestmark = pytest.mark.system

URL = "/api/v1/system/actions"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Daemon]:
    """A server that runs."""
    server = Daemon(tmp_path / "server", families=())
    try:
        server.start()
        yield server
    finally:
        server.close()


def ended(server: Daemon, operation: dict[str, Any]) -> dict[str, Any]:
    """An operation, once it has ended."""
    end = time.monotonic() + PATIENCE
    while operation["state"] in {"waiting", "progress"}:
        assert time.monotonic() < end, operation
        time.sleep(0.05)
        _status, operation = server.ask("GET", f"/api/v1/operations/{operation['id']}")
    return operation


def test_what_a_server_can_do_is_told_and_done(server: Daemon) -> None:
    """Copied, changed, put back, sealed, drained and filled, by nothing but its list of actions."""
    listed = server.ask("GET", URL)[1]["items"]
    assert [each["command"] for each in listed] == [
        *("backup", "drain", "reload", "reseal", "restore")
    ]
    made = server.ask("POST", f"{URL}/backup", {})[1]["result"]["operation"]
    name = ended(server, made)["result"]["name"]
    server.ask("POST", "/api/v1/devices", {"id": "late"})
    status, refused = server.ask("POST", f"{URL}/restore", {"nam": name, "dryrun": 1})
    assert status == 422
    assert [each["path"] for each in refused["problems"]] == ["name", "nam", "dryrun"]
    begun = server.ask("POST", f"{URL}/restore", {"name": name})[1]["result"]["operation"]
    # With the device goes what was seen of it.
    assert ended(server, begun)["result"]["deleted"] == 2
    assert server.ask("GET", "/api/v1/devices/late")[0] == 404
    begun = server.ask("POST", f"{URL}/reseal", {})[1]["result"]["operation"]
    assert ended(server, begun)["state"] == "success"
    server.ask("POST", f"{URL}/drain", {})
    assert server.ask("GET", "/readyz")[0] == 503
    server.ask("POST", f"{URL}/fill", {})
    assert server.ask("GET", "/readyz")[0] == 200
    server.ask("POST", f"{URL}/reload", {})
    lines = server.told("audit", "document_id=provd")["items"]
    assert [each["action"] for each in reversed(lines)] == [
        *("backup", "restore", "reseal", "drain", "fill", "reload")
    ]


def test_a_guesser_is_written_down_and_fills_nothing(server: Daemon) -> None:
    """Many wrong passwords and tokens, few lines, with what was tried of neither."""
    server.configure({"access": {"required": True}})
    server.command("reload")
    end = time.monotonic() + PATIENCE
    while not (once := re.search(r"^ +(provd-once-\S+)$", server.log, re.MULTILINE)):
        assert time.monotonic() < end, server.log
        time.sleep(0.02)
    with contextlib.closing(server.api()) as api:
        token = api.log_in_with(once[1])["token"]
    for guess in range(40):
        pair = b64encode(f"admin:guess{guess}".encode()).decode()
        assert asked(server, f"Basic {pair}") in {401, 429}
        assert asked(server, f"Bearer guess{guess}") in {401, 429}
    with contextlib.closing(Api(api.url, token=token)) as api:
        lines = api.audit.list(where={"action": "log-in-failed"})["items"]
        told = {(each["document_id"], each["where"], each["after"]["way"]) for each in lines}
        assert told == {("admin", "127.0.0.1", "basic"), ("?", "127.0.0.1", "bearer")}
        assert len(lines) == 2
        assert "guess" not in str(api.audit.list())
    told_to_people = server.command("audit", "action=log-in-failed", token=token).stdout
    assert "users/?" in told_to_people


def asked(server: Daemon, authorization: str) -> int:
    """The status of a request that shows this."""
    connection = HTTPConnection("127.0.0.1", server.ports[2], timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", "/api/v1/self", headers={"authorization": authorization})
        return connection.getresponse().status
