"""The real server, called with what its own description allows and with what it forbids."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from provd.testing.daemon import Daemon

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
RULES = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 25
"""For each operation and phase: some 2,000 calls, in ten seconds."""


def in_json(description: Any) -> Any:
    """The description without YAML: of what JSON Schema allows, YAML refuses what readers differ about."""
    for operations in description["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            for media in [media for media in content if "yaml" in media]:
                del content[media]
    return description


def test_the_description_is_true(tmp_path: Path) -> None:
    """What it allows is accepted, what it forbids is refused, and every answer is as it says."""
    server = Daemon(tmp_path / "provd")
    server.start()
    url = f"http://127.0.0.1:{server.ports[2]}"
    try:
        with urlopen(f"{url}/api/v1/openapi.json") as answer:
            described = tmp_path / "openapi.json"
            described.write_text(json.dumps(in_json(json.load(answer))), encoding="utf-8")
        run = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", RULES, "run", "--no-color", "--warnings=off"),
                "--phases=examples,coverage,fuzzing,stateful",
                *(f"--max-examples={EXAMPLES}", "--suppress-health-check=all"),
                *("--url", url, described),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        server.close()
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    assert "Tested" in run.stdout
    assert " error " not in server.log, server.log[-5_000:]
    assert " critical " not in server.log, server.log[-5_000:]
