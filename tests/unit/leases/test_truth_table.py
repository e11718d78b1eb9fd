"""The published truth table of DHCP's policy: one test per row."""

from __future__ import annotations

from pathlib import Path

import pytest

from provd.leases import _reasons as reasons
from provd.testing.leases import Desk
from provd.testing.leases_rows import Row
from provd.testing.leases_rows_offers import offer_rows
from provd.testing.leases_rows_others import other_rows
from provd.testing.leases_rows_requests import request_rows
from provd.testing.leases_stores import memory
from provd.values import Exchange, Judgement, Verb

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "dhcp-policy.rst"
ROWS = [*offer_rows(), *request_rows(), *other_rows()]


def play(row: Row) -> Judgement:
    """How the last packet of a row is judged."""
    desk = Desk(memory(), *row.documents)
    try:
        return row.play(desk)
    finally:
        desk.close()


def written(judgement: Judgement) -> str:
    """What an answer leaves behind, in a word or two."""
    said = []
    if judgement.lease is not None:
        said.append("lease" if judgement.lease.state == "bound" else judgement.lease.state)
    if judgement.forget:
        said.append("lease ends")
    return ", ".join(said) or "nothing"


def table(exchange: Exchange) -> str:
    """The rows of one exchange, as the page has them."""
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        "   :widths: 40 12 13 35",
        "",
        "   * - Situation",
        "     - Answer",
        "     - Written",
        "     - Reason",
    ]
    for row in ROWS:
        if row.exchange is exchange:
            cells = (
                row.situation,
                row.verb,
                written(play(row)),
                row.reason.replace("{", "*").replace("}", "*"),
            )
            lines += [f"   {'* -' if at == 0 else '  -'} {cell}" for at, cell in enumerate(cells)]
    return "\n".join(lines)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(row: Row) -> None:
    """The documents and what happened before decide how a packet is judged, and why."""
    judgement = play(row)
    assert (judgement.exchange, judgement.verb, judgement.reason) == (
        row.exchange,
        row.verb,
        row.reason,
    )
    assert str(judgement)
    others = {reasons.OF_ANOTHER, reasons.RESERVED_FOR_ANOTHER, reasons.PROMISED_TO_ANOTHER}
    for loss in judgement.losses:
        assert bool(loss.by) == (loss.reason in others)
    if judgement.verb is Verb.NAK:
        assert bool(judgement.by) == (judgement.reason in others)


@pytest.mark.parametrize("exchange", list(Exchange))
def test_every_row_is_published(exchange: Exchange) -> None:
    """The table in the documentation is this one, in every cell."""
    assert table(exchange) in PAGE.read_text(encoding="utf-8")


def test_every_reason_is_played() -> None:
    """A sentence that no row leads to would be one that nobody has seen."""
    said = {value for name, value in vars(reasons).items() if name.isupper()}
    judged = {row.reason for row in ROWS}
    lost = {loss.reason for row in ROWS for loss in play(row).losses}
    assert said - judged - lost == {reasons.CONFLICT}


def test_only_a_lease_fills_the_address_in() -> None:
    """`yiaddr` is what was leased, and stays empty in every other answer."""
    for row in ROWS:
        judgement = play(row)
        leased = row.verb in {Verb.OFFER, Verb.ACK} and row.exchange is not Exchange.INFORM
        assert bool(judgement.yiaddr) == leased, row
