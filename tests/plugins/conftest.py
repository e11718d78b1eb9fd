"""What the tests of a plugin family start from: the family, installed and loaded once for each module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provd.plugins import Plugins
from provd.testing.families import installed


@pytest.fixture(scope="module")
def plugins(request: pytest.FixtureRequest) -> Iterator[Plugins]:
    """Every edition of the family whose source the module calls `SOURCE`."""
    with TemporaryDirectory() as scratch:
        yield installed(request.module.SOURCE, Path(scratch))
