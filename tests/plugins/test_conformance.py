"""Every shipped plugin keeps the contract that every plugin owes provd."""

from __future__ import annotations

from pathlib import Path

from provd.plugins.assemble import assemble
from provd.testing.plugin import make_plugin_tests

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


class OldAastraTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "aastra", "2.6.0.2019", into))  # type: ignore[misc]  # mypy knows no class made by a call
):
    """The older edition of aastra."""


class LatestAastraTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "aastra", "6.4.0.140", into))  # type: ignore[misc]  # the same
):
    """The latest edition of aastra."""


class NewAastraTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "aastra", "3.2.0.1011", into))  # type: ignore[misc]  # the same
):
    """The newer edition of aastra for the phones of that time."""


class Cisco7900Tests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "cisco-7900", "", into))  # type: ignore[misc]  # the same
):
    """The cisco-7900 plugin."""


class FanvilTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "fanvil", "", into))  # type: ignore[misc]  # the same
):
    """The fanvil plugin."""


class CiscoSpaTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "cisco-spa", "", into))  # type: ignore[misc]  # the same
):
    """The cisco-spa plugin."""


class GigasetTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "gigaset", "", into))  # type: ignore[misc]  # the same
):
    """The gigaset plugin."""


class GrandstreamTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "grandstream", "", into))  # type: ignore[misc]  # the same
):
    """The grandstream plugin."""


class NetbootTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "netboot", "", into))  # type: ignore[misc]  # the same
):
    """The netboot plugin."""


class PolycomTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "polycom", "", into))  # type: ignore[misc]  # the same
):
    """The polycom plugin."""


class SnomTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "snom", "", into))  # type: ignore[misc]  # the same
):
    """The snom plugin."""


class ZeroTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "zero", "", into))  # type: ignore[misc]  # the same
):
    """The zero plugin."""


class YealinkTests(
    make_plugin_tests(lambda into: assemble(PLUGINS / "yealink", "", into))  # type: ignore[misc]  # the same
):
    """The yealink plugin."""
