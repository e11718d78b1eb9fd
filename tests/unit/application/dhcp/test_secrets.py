"""What a decision tells of an answer that held secrets."""

from __future__ import annotations

from typing import Any

import pytest

from provd.application.explain import tell
from provd.testing.dhcp import a_boot_rule, a_reservation, a_subnet
from provd.testing.dhcp_site import MAC, boot_rom, said, site
from provd.wire.dhcp import MessageType

CANARY = "canary31337"
MARKED: dict[str, Any] = {"code": 12, "value": CANARY, "secret": True}
LAN: dict[str, Any] = {"create_devices": "all"}


@pytest.mark.parametrize(
    "documents",
    [
        (a_subnet(options=[MARKED], **LAN),),
        (a_subnet(**LAN), a_reservation(address="192.0.2.5", token=MAC, options=[MARKED])),
        (a_subnet(**LAN), a_boot_rule(id="own", order=1, file="x", options=[MARKED])),
        (
            a_subnet(mode="proxy", **LAN),
            a_boot_rule(id="own", order=1, file="x", options=[MARKED]),
        ),
    ],
    ids=["subnet", "reservation", "boot rule", "proxy"],
)
def test_what_is_marked(documents: Any) -> None:
    """The client gets it; neither explain nor a what-if shows it, in the packet or in the story."""
    lan = site(*documents)
    rom = boot_rom(options={55: bytes((1, 12, 60, 66, 67))})
    assert lan.reply(rom).options[12] == CANARY.encode()
    for decision in (lan.last(), lan.what_if(rom)):
        told = tell(decision)
        assert CANARY not in str(told)
        assert "# option 12 host-name (not shown)" in told["answer"]["packet"]


def test_a_file_with_a_password() -> None:
    """It is not in the story either."""
    url = f"http://u:{CANARY}@192.0.2.9/x"
    lan = site(a_subnet(**LAN), a_reservation(address="192.0.2.5", token=MAC, boot_file=url))
    assert lan.reply(boot_rom()).file == url.encode()
    told = tell(lan.last())
    assert CANARY not in str(told)
    assert "file (not shown)" in str(told["steps"])


def test_what_is_no_secret_is_shown() -> None:
    """The same option of another subnet is."""
    lan = site(a_subnet(options=[{"code": 12, "value": "shown"}]))
    lan.reply(said(MessageType.DISCOVER))
    assert 'option 12 host-name: "shown"' in tell(lan.last())["answer"]["packet"]
