"""Desks for the tests of DHCP's policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from provd.testing.leases import Desk
from provd.testing.leases_stores import memory


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    """Makes desks over documents, and closes them."""
    desks: list[Desk] = []

    def make(*documents: Any) -> Desk:
        desks.append(Desk(memory(), *documents))
        return desks[-1]

    yield make
    for each in desks:
        each.close()
