"""Secrets in DHCP options: found by their mark or by what they are, hidden, and brought back to their place."""

from __future__ import annotations

from typing import Any

import pytest

from provd.documents import (
    REDACTED,
    holds_secrets,
    orders_secrets,
    patch_tells,
    redacted,
    secrets_restored,
    to_show,
)
from provd.documents.dhcp.secrets import secrets_in
from provd.testing.dhcp import a_subnet
from provd.wire.dhcp import Packet, encapsulate, format_packet, parse_packet

CANARY = "canary31337"
MARKED = {"code": 12, "value": CANARY, "secret": True}


@pytest.mark.parametrize(
    "option",
    [
        MARKED,
        {"code": 66, "value": f"https://phone:{CANARY}@192.0.2.1/x"},
        {"code": 67, "value": f"x HTTP://:{CANARY}@h", "vendor": "acme"},
        {"code": 114, "value": f"ftp://{{{{ option.host_name }}}}:{CANARY}@h", "template": True},
        {"code": 175, "value": f'{{191: "{CANARY}"}}'},
        {"code": 175, "value": f'{{193: "{CANARY}"}}'},
        {"code": 175, "value": f'{{191: "{CANARY} {{{{ x }}}}"}}', "template": True},
        {"code": 90, "value": f"{{{{ x }}}} {CANARY}", "template": True},
    ],
)
def test_what_is_hidden(option: dict[str, Any]) -> None:
    """A value that is marked, or that shows what it is; the rest of its subnet is shown."""
    shown = redacted(to_show(a_subnet(options=[option, {"code": 3, "value": "192.0.2.1"}])))
    assert CANARY not in str(shown)
    assert shown["options"][0]["value"] == REDACTED
    assert shown["options"][1] == {"code": 3, "value": "192.0.2.1"}


@pytest.mark.parametrize(
    "option",
    [
        {"code": 66, "value": "http://192.0.2.1:8667"},
        {"code": 66, "value": "http://phone@192.0.2.1/"},
        {"code": 67, "value": "http://192.0.2.1/a:b@c"},
        {"code": 175, "value": "{1 priority: 3; 19 feature-http: 1}"},
        {"code": 12, "value": "", "secret": True},
    ],
)
def test_what_is_shown(option: dict[str, Any]) -> None:
    """What holds no password, and what is empty."""
    shown = redacted(to_show(a_subnet(options=[option])))
    assert shown["options"][0]["value"] == option["value"]


@pytest.mark.parametrize("key", ["file", "boot_file"])
def test_what_is_booted(key: str) -> None:
    """A URL with a password is hidden as a whole; another is shown."""
    assert redacted({key: f"http://u:{CANARY}@192.0.2.1/x"}) == {key: REDACTED}
    assert redacted({key: "http://192.0.2.1/x"}) == {key: "http://192.0.2.1/x"}


def test_they_come_back_to_their_options() -> None:
    """Options that are sent back in another order, or with others between, keep their secrets."""
    other = {"code": 66, "value": f"ftp://a:{CANARY}@h", "vendor": "x"}
    present = {"options": [MARKED, other]}
    given = {
        "options": [{"code": 3, "value": "192.0.2.1"}, *reversed(redacted(present)["options"])]
    }
    restored, problems = secrets_restored(given, present)
    assert restored["options"][1:] == [other, MARKED]
    assert not problems


@pytest.mark.parametrize(
    "option",
    [
        {"code": 12, "value": REDACTED},
        {"code": 12, "value": REDACTED, "secret": False},
        {"code": 15, "value": REDACTED, "secret": True},
        {"code": 12, "value": REDACTED, "secret": True, "vendor": "x"},
    ],
    ids=["unmarked", "marked off", "another code", "another vendor"],
)
def test_none_is_moved_to_where_it_would_be_shown(option: dict[str, Any]) -> None:
    """The mark stays while the value does, and the value stays in its option."""
    _restored, problems = secrets_restored({"options": [option]}, {"options": [MARKED]})
    assert problems


def test_none_is_asked_out() -> None:
    """No filter, no order and no patch tells what an option holds, or what is booted."""
    for path in ("options.value", "options.0.value", "file", "boot_file"):
        assert holds_secrets(path, "x")
        assert orders_secrets(path)
    for pointer in ("/options/0/value", "/boot_file", "/file"):
        assert patch_tells([{"op": "test", "path": pointer, "value": "x"}])
        assert patch_tells([{"op": "copy", "from": pointer, "path": "/description"}])
    assert not holds_secrets("options.code", 3)
    assert not patch_tells([{"op": "test", "path": "/description", "value": "x"}])


def test_packets() -> None:
    """A packet tells that something is there, and not what; what is told can be read as a packet."""
    packet = Packet(
        2,
        7,
        bytes(6),
        {
            53: b"\2",
            12: CANARY.encode(),
            66: f"http://u:{CANARY}@h".encode(),
            175: encapsulate({191: CANARY.encode()}),
            90: CANARY.encode(),
            3: bytes((192, 0, 2, 1)),
        },
        file=f"http://u:{CANARY}@h/x".encode(),
    )
    hidden = secrets_in(packet, {12})
    assert hidden == {12, 66, 90, 175, "file"}
    text = format_packet(packet, hidden)
    assert CANARY not in text
    assert "# option 12 host-name (not shown)\n" in text
    assert parse_packet(text).options == {53: b"\2", 3: bytes((192, 0, 2, 1))}
    assert CANARY in format_packet(packet)
