"""Ids for new documents."""

from __future__ import annotations

import re
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from provd.documents import check_id, numeric_id, uuid_id, uuid_text


@given(st.binary(min_size=16, max_size=16))
def test_uuid_ids_are_version_4_in_bare_hex(random: bytes) -> None:
    """32 digits, no hyphens, a valid id; the spelled form is the same UUID with hyphens."""
    made = uuid_id(random)
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert UUID(made).version == 4
    assert UUID(uuid_text(random)) == UUID(made)
    assert uuid_text(random).count("-") == 4
    assert check_id(made) == made


@given(st.sets(st.integers(0, 20)), st.integers(0, 20))
def test_numeric_ids_skip_those_taken(taken: set[int], start: int) -> None:
    """The first free number from where one starts, as a text."""
    made = numeric_id(lambda text: int(text) in taken, start)
    assert made.isdigit()
    assert int(made) not in taken
    assert set(range(start, int(made))) <= taken
