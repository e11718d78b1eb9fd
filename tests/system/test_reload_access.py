"""Who may do what, changed while a real server runs."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from provd.testing.daemon import PATIENCE, Daemon

pytestmark = pytest.mark.system

PASSWORD = "correct horse battery"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Daemon]:
    """A server in which nobody has to prove anything yet."""
    made = Daemon(tmp_path / "server", families=())
    try:
        made.start()
        yield made
    finally:
        made.close()


def reload(server: Daemon, settings: Mapping[str, Any], token: str = "") -> Any:
    """Write settings of access and have them taken up; what became of it."""
    server.configure({"access": settings})
    return server.ask("POST", "/api/v1/system/reload", token=token)[1]


def test_access_is_taken_up_while_the_server_runs(server: Daemon, tmp_path: Path) -> None:
    """On, another way in, and tokens shut out: each from the next request on; mistakes change nothing."""
    own = "/api/v1/self"
    told = reload(server, {"required": True})
    assert told["changed"] == ["access.required"]
    assert server.ask("GET", own)[0] == 401
    end = time.monotonic() + PATIENCE
    while not (once := re.search(r"^ +(provd-once-\S+)$", server.log, re.MULTILINE)):
        assert time.monotonic() < end, server.log
        time.sleep(0.02)
    with contextlib.closing(server.api()) as api:
        token = api.log_in_with(once[1])["token"]
    assert server.ask("GET", own, token=token)[1]["user"] == "admin"

    told = reload(server, {"required": True, "htpasswd": str(tmp_path / "nowhere")}, token)
    assert [each["path"] for each in told["problems"]] == ["access.htpasswd"]
    assert server.ask("GET", own)[0] == 401

    known = {"required": True, "whitelist": {"127.0.0.1": "admin"}}
    told = reload(server, known, token)
    assert told.get("changed") == ["access.whitelist"], told
    assert server.ask("GET", own)[1]["provider"] == "whitelist"

    reload(server, known | {"providers": ["whitelist"]}, token)
    assert server.ask("GET", own, token=token)[0] == 401
    assert server.ask("GET", own)[0] == 200
