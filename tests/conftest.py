"""How the tests are run, for all of them.

tests/ and its directories have no `__init__.py`: a test module is a script of facts, imported by nobody. What two of
them share (fakes, contract suites, builders of packets and documents) lives in `provd.testing`, where plugin authors
can use it too. pytest's importlib mode lets two directories each have a `test_codec.py`.

`tests/unit` touches no socket, sleeps never and runs in random order; whatever needs a real socket, program or
network goes to `tests/system` and gets the marker `system` by its place.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).resolve().parent

# Two profiles: what everybody runs, and a patient one for whoever hunts (`--hypothesis-profile=patient`).
# No deadline: how long one example takes says something about the machine, not about the code.
settings.register_profile("quick", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "patient", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lives in tests/system, and skip, saying why, what needs to be root and is not."""
    without_root = pytest.mark.skip(
        reason="needs to be root (network namespaces, ports below 1024, another user)"
    )
    for item in items:
        if item.path.is_relative_to(HERE / "system"):
            item.add_marker(pytest.mark.system)
        if item.get_closest_marker("root") and os.geteuid() != 0:
            item.add_marker(without_root)
