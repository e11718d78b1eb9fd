"""How the tests are run, for all of them.

tests/ and its directories have no `__init__.py`: a test module is a script of facts, imported by nobody. What two of
them share (fakes, contract suites, builders of packets and documents) lives in `provd.testing`, where plugin authors
can use it too. pytest's importlib mode lets two directories each have a `test_codec.py`.

`tests/unit` touches no socket, sleeps never and runs in random order; whatever needs a real socket, program or
network goes to `tests/system` and gets the marker `system` by its place.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).resolve().parent
ROOT_WANTED = "needs to be root (network namespaces, ports below 1024, another user)"

# Two profiles: what everybody runs, and a patient one for whoever hunts (`--hypothesis-profile=patient`).
# No deadline: how long one example takes says something about the machine, not about the code.
settings.register_profile("quick", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "patient", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")


def missing_programs(item: pytest.Item) -> list[str]:
    """The programs a test is marked to need and this machine does not have."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"))
    wanted = [name for marker in item.iter_markers("needs") for name in marker.args]
    return [name for name in wanted if shutil.which(name, path=path) is None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lives in tests/system, and skip, saying why, what cannot be run here."""
    for item in items:
        if item.path.is_relative_to(HERE / "system"):
            item.add_marker(pytest.mark.system)
        if item.get_closest_marker("root") and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason=ROOT_WANTED))
        if missing := missing_programs(item):
            item.add_marker(
                pytest.mark.skip(reason=f"needs {', '.join(missing)}; see requirements/debian.txt")
            )
