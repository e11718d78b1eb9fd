"""Whole exchanges, packet by packet, with clients and firmware as they were heard; and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from provd.application.explain import tell
from provd.application.spelling import line_of
from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_exchanges import played
from provd.testing.dhcp_site import MAC, boot_rom, said, site
from provd.wire.dhcp import MessageType

EXCHANGES = sorted((Path(__file__).parent / "exchanges").glob("*.txt"))


@pytest.mark.parametrize("file", EXCHANGES, ids=lambda file: file.stem)
def test_exchange(file: Path) -> None:
    """Every answer is what the file has, to the last option."""
    text = file.read_text(encoding="utf-8")
    assert played(text) == text


def test_every_kind_of_answer_is_among_them() -> None:
    """Offers and refusals, acknowledgements of all kinds, answers to relays, silence."""
    whole = "".join(file.read_text(encoding="utf-8") for file in EXCHANGES)
    for kind in ("offer", "ack", "nak", "leaseactive", "leaseunassigned", "leaseunknown"):
        assert f"option 53 message-type: {kind}\n" in whole
    assert whole.count("== asked at 4011") >= 1
    assert whole.count("== silence") >= 3


@pytest.mark.parametrize("port", [67, 4011])
def test_a_proxys_story_names_its_rule(port: int) -> None:
    """Policy judged nothing; who chose the file is told all the same."""
    lan = site(a_subnet(mode="proxy"))
    lan.reply(boot_rom(MessageType.DISCOVER), local_port=port)
    assert "boot rule shipped-pxe-uefi-x64" in str(tell(lan.last())["steps"])


def test_the_line_of_a_client_without_an_address() -> None:
    """The log tells by its hardware address who was not answered."""
    nowhere = site()
    nowhere.silence(said(MessageType.DISCOVER))
    assert f" dhcp {MAC} discover - - silence (" in line_of(nowhere.last())
