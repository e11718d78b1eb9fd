"""How full pools are, as the command tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from provd.cli import subnets
from provd.leases import Utilisation


def pool(**counts: int) -> dict[str, Any]:
    """A pool of 100 addresses, as the API tells it."""
    told = dict.fromkeys(("reserved", "live", "resting", "offered", "over", "free"), 0)
    where = {"subnet": "lan", "first": "192.0.2.1", "last": "192.0.2.100", "size": 100}
    return {**where, **told, **counts, "short": False}


@pytest.mark.parametrize(
    ("counts", "signs", "part"),
    [
        ({}, 0, "0%"),
        ({"live": 1}, 1, "1%"),
        ({"live": 30, "resting": 10, "offered": 10, "over": 40}, 10, "50%"),
        ({"live": 45, "reserved": 10}, 10, "50%"),
        ({"live": 100}, 20, "100%"),
        ({"reserved": 100}, 20, "100%"),
    ],
)
def test_the_bar(counts: dict[str, int], signs: int, part: str) -> None:
    """What nobody else can get, of what is not reserved; a pool with one client does not look empty."""
    bar = subnets._bar(pool(**counts))
    assert (bar.count("#"), bar.count("."), bar.split()[-1]) == (signs, 20 - signs, part)


def test_what_is_counted_is_what_is_printed() -> None:
    """The command reads the counts that policy keeps."""
    assert set(pool()) == set(Utilisation.__struct_fields__)


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each pool, with a bar."""
    pools: Sequence[dict[str, Any]] = (pool(live=25, free=75), pool(first="192.0.2.200"))  # type: ignore[arg-type]  # an address is no count
    subnets._print(pools)
    header, first, second = capsys.readouterr().out.rstrip().split("\n")
    assert header.split()[:3] == ["SUBNET", "POOL", "TAKEN"]
    assert "192.0.2.1-192.0.2.100" in first
    assert "25 of 100" in first
    assert "#####..............." in first
    assert second.split()[1] == "192.0.2.200-192.0.2.100"
    subnets._print(())
    assert "no pools" in capsys.readouterr().err
