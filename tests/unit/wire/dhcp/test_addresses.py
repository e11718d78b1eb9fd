"""IPv4 addresses between numbers and text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.wire.dhcp import format_address, parse_address


@given(st.integers(0, 0xFFFFFFFF))
def test_round_trip(address: int) -> None:
    """Every number has one text."""
    assert parse_address(format_address(address)) == address


@pytest.mark.parametrize(
    "text",
    ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1.2.3.-4", "١.2.3.4", "::1"],
)
def test_anything_else_is_refused(text: str) -> None:
    """Leading zeros too, which some read as octal."""
    with pytest.raises(ValueError, match="not an IPv4 address"):
        parse_address(text)
