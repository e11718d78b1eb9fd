"""What the documentation shows is what happens."""

from __future__ import annotations

import importlib.util
import json
import re
import unittest
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock

from provd import sdk
from provd.plugins import Advertised, LoadedPlugin, Plugins, assemble
from provd.plugins.render._filters import build_filters
from provd.plugins.render._meter import Meter
from provd.sdk import Asked
from provd.testing.plugin_files import Documents, acme_device, config_of
from provd.values import Content, FileContent, Inquiry, Protocol

FIRST = Path(__file__).resolve().parents[3] / "docs" / "plugins" / "first"


def installed(into: Path) -> LoadedPlugin:
    """The plugin of the tutorial, with its override."""
    assemble(FIRST / "acme-a20", "", into)
    advertised = Advertised("http://192.0.2.10:8667", 8667, 69)
    return Plugins(into, FIRST / "overrides", advertised, Clock()).load("acme-a20")


def ask(plugin: LoadedPlugin, path: str, raw_config: dict[str, Any]) -> Any:
    """What a phone is given."""
    inquiry = Inquiry(id="i", protocol=Protocol.HTTP, path=path, peer="192.0.2.7", arrived=0.0)
    device = acme_device(plugin="acme-a20")
    return plugin.serve(inquiry, device, Documents(config_of(raw_config)), keep=True)


def test_the_phone_gets_what_the_page_shows(tmp_path: Path) -> None:
    """Byte for byte."""
    raw_config = json.loads((FIRST / "raw-config.json").read_text())
    answer = ask(installed(tmp_path), "/00005e005301.xml", raw_config)
    assert isinstance(answer, Content)
    assert answer.body == (FIRST / "phone.xml").read_bytes()


def test_the_override_adds_its_line(tmp_path: Path) -> None:
    """And the rest is the plugin's own."""
    answer = ask(installed(tmp_path), "/acme.cfg", {"X_ring_volume": 7})
    assert answer.body.decode().splitlines() == [
        "# What all phones are told.",
        "provisioning = http://192.0.2.10:8667",
        "firmware = A20.fw",
        "ring volume = 7",
    ]


def test_the_phone_is_recognised_and_gets_its_firmware(tmp_path: Path) -> None:
    """By its User-Agent; the firmware is a file of the tree."""
    plugin = installed(tmp_path)
    inquiry = Inquiry(
        id="i",
        protocol=Protocol.HTTP,
        path="/acme.cfg",
        peer="192.0.2.7",
        arrived=0.0,
        headers={"user-agent": "Acme A20/2.1 (00-00-5E-00-53-01)"},
    )
    info = plugin.testify(plugin.clues[0], Asked(inquiry))
    assert info == {"vendor": "Acme", "model": "A20", "version": "2.1", "mac": "00:00:5e:00:53:01"}
    assert isinstance(ask(plugin, "/A20.fw", {}), FileContent)


def test_the_suite_of_the_page_passes() -> None:
    """The very file that is shown."""
    spec = importlib.util.spec_from_file_location("test_acme", FIRST / "test_acme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(module.AcmeTests).run(result)
    assert result.wasSuccessful(), result.failures + result.errors


def test_the_reference_names_everything_in_the_sdk() -> None:
    """An author who reads it has seen every name."""
    page = (FIRST.parent / "sdk.rst").read_text()
    assert [name for name in sdk.__all__ if not re.search(rf"\b{name}\b", page)] == []


def test_the_page_names_every_filter() -> None:
    """And no other."""
    page = (FIRST.parent / "templates.rst").read_text()
    listed = set(page.partition("Filters: ``")[2].partition("``")[0].split())
    assert listed == {name for name in build_filters(Meter(), is_json=False) if name[0] != "_"}
