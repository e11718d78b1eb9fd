"""The real server, called with what its own description allows and with what it forbids."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from provd.api._forms import YAML_TYPES
from provd.client import Api
from provd.testing.daemon import Daemon

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
RULES = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
BUDGET = 25
"""Seconds of one run: what is left of them when every operation was called is spent on calling some more."""

FORMS_AND_FAULTS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)
"""What can be said of calls that are refused for want of a right, whatever is sent with them."""


@contextlib.contextmanager
def running(home: Path, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Daemon]:
    """A server; whatever it was asked, it met no defect."""
    server = Daemon(home, settings=settings)
    try:
        server.start()
        yield server
    finally:
        server.close()
    assert " error " not in server.log, server.log[-5_000:]
    assert " critical " not in server.log, server.log[-5_000:]


def in_one_yaml(description: Any) -> Any:
    """The description without the other names that YAML has: they are read alike, and would be called as often."""
    for operations in description["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            for media in YAML_TYPES[1:]:
                content.pop(media, None)
    return description


def call_at_random(server: Daemon, *options: str, token: str = "") -> None:
    """Call every operation with all kinds of input, and hold each answer to the description."""
    url = f"http://127.0.0.1:{server.ports[2]}"
    proof = {"Authorization": f"Bearer {token}"} if token else {}
    described = server.home / "openapi.json"
    with urlopen(Request(f"{url}/api/v1/openapi.json", headers=proof)) as answer:
        described.write_text(json.dumps(in_one_yaml(json.load(answer))), encoding="utf-8")
    run = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", RULES, "run", "--no-color", "--warnings=off"),
            *(
                "--suppress-health-check=all",
                f"--max-time={BUDGET}",
                *options,
                "--url",
                url,
                described,
            ),
            *(word for name, text in proof.items() for word in ("--header", f"{name}: {text}")),
        ],
        cwd=server.home,
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    assert "Tested" in run.stdout


@pytest.mark.parametrize("phases", ["coverage", "examples,stateful,fuzzing"])
def test_the_description_is_true(tmp_path: Path, phases: str) -> None:
    """What it allows is accepted, what it forbids is refused, and every answer is as it says, in JSON and YAML."""
    with running(tmp_path / "provd", {}) as server:
        call_at_random(server, f"--phases={phases}", "--max-examples=4")
        with urlopen(f"http://127.0.0.1:{server.ports[2]}/readyz") as answer:
            assert answer.status == 200


def viewer_of(server: Daemon) -> str:
    """A token of somebody who may look at everything but users, and change nothing."""
    url = f"http://127.0.0.1:{server.ports[2]}"
    end = time.monotonic() + 20
    while not (found := re.search(r"(provd-once-\S+)", server.log)):
        assert time.monotonic() < end, server.log
        time.sleep(0.05)
    with contextlib.closing(Api(url)) as nobody:
        admin = nobody.log_in_with(found[1])["token"]
        with contextlib.closing(Api(url, token=admin)) as api:
            api.users.create({"id": "eye", "roles": ["viewer"]})
            api.users.set_password("eye", "a long password")
            api.configs.create({"id": "base", "parent_ids": [], "raw_config": {}})
            api.devices.create({"id": "phone", "config": "base"})
        return str(nobody.log_in("eye", "a long password")["token"])


def test_who_may_only_look_changes_nothing(tmp_path: Path) -> None:
    """Whatever a viewer sends, every answer is as described, and what is kept stays as it is."""
    with running(tmp_path / "provd", {"access": {"required": True}}) as server:
        token = viewer_of(server)
        url = f"http://127.0.0.1:{server.ports[2]}"
        with contextlib.closing(Api(url, token=token)) as api:
            before = (api.devices.list()["items"], api.configs.list()["items"])
            call_at_random(
                server,
                "--phases=fuzzing",
                "--max-examples=4",
                f"--checks={FORMS_AND_FAULTS}",
                # These are everybody's own to do: they would end the token that is used here.
                "--exclude-operation-id-regex=^self_(password|revoke)$",
                token=token,
            )
            assert (api.devices.list()["items"], api.configs.list()["items"]) == before
