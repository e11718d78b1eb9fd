"""Our plugin keeps the contract."""
# ruff: noqa: INP001 - run by its path

from pathlib import Path

from provd.plugins import assemble
from provd.testing.plugin import make_plugin_tests

SOURCE = Path(__file__).parent / "acme-a20"


class AcmeTests(make_plugin_tests(lambda into: assemble(SOURCE, "", into))):  # type: ignore[misc]
    """Everything that every plugin owes provd."""
