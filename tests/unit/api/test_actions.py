"""Actions of devices: the server's own, and those of their plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from provd.sdk import Action
from provd.testing.api import Bench, bench
from provd.testing.plugins import acme

URL = "/api/v1/devices/phone/actions"

OURS = ["issue-credential", "one-time-url", "revalidate"]
"""What the server itself does with a device that has no credential."""


def blink(command: str, device: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the plugin of this test does."""
    if given.get("times") == 13:
        raise RuntimeError("not thirteen times")
    return {"blinked": given["times"], "device": device.id, "command": command}


@pytest.fixture
def api() -> Bench:
    """A server with a device whose plugin can make it blink, and says that it can be us."""
    actions = {
        "blink": Action(about="Make it blink.", required=("times",), optional=("colour",)),
        "revalidate": Action(about="Take the server's place."),
    }
    made = bench(acme(actions=actions, acts=blink))
    phone = {"id": "phone", "plugin": "acme-1.0", "config": "autoprov"}
    assert made.ask("POST", "/api/v1/devices", phone).status == 201
    return made


def test_what_can_be_done(api: Bench) -> None:
    """Is told with what it takes, and by whom it is done; nobody takes the server's place."""
    told = api.ask("GET", URL).json
    assert [each["command"] for each in told["items"]] == ["blink", *OURS]
    assert told["items"][0] == api.ask("GET", f"{URL}/blink").json
    assert told["items"][0]["provider"] == "acme-1.0"
    assert told["items"][0]["required"] == ["times"]
    assert {each["provider"] for each in told["items"][1:]} == {"provd"}


def test_done(api: Bench) -> None:
    """By the plugin, with its parameters."""
    answer = api.ask("POST", f"{URL}/blink", {"times": 3})
    assert answer.status == 200
    assert answer.json["result"] == {"blinked": 3, "device": "phone", "command": "blink"}


def test_the_servers_own(api: Bench) -> None:
    """Looking again finds what has changed behind its back."""
    api.core.plugins.unload("acme-1.0")
    assert api.ask("GET", "/api/v1/devices/phone").json["configured"] is True
    answer = api.ask("POST", f"{URL}/revalidate", {})
    assert answer.json["result"]["configured"] is False
    assert api.ask("GET", "/api/v1/devices/phone").json["configured"] is False
    assert [each["command"] for each in api.ask("GET", URL).json["items"]] == OURS


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        (f"{URL}/blink", {}, 422),
        (f"{URL}/blink", {"times": None}, 422),
        (f"{URL}/blink", {"times": 1, "speed": 2}, 422),
        (f"{URL}/revalidate", {"x": 1}, 422),
        (f"{URL}/blink", {"times": 13}, 502),
        (f"{URL}/explode", {}, 404),
        ("/api/v1/devices/nobody/actions/blink", {"times": 1}, 404),
    ],
)
def test_refused(api: Bench, path: str, given: dict[str, Any], status: int) -> None:
    """Parameters that are missing or too many, commands and devices that are not there; failures."""
    assert api.ask("POST", path, given).status == status
