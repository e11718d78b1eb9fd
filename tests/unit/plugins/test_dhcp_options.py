"""What a plugin tells its devices over DHCP is asked through its guard, and has to make sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock

from provd.plugins import Advertised, LoadedPlugin, Plugins
from provd.plugins._options import LONGEST, MOST, sensible_options
from provd.testing.inquiries import dhcp
from provd.testing.plugin_files import Documents, acme_device, config_of, write_plugin
from provd.values import PluginFailed

ENTRY = '''
"""Acme phones that are told where their files are."""

from zope.interface import implementer

from provd.sdk import IAnswerDHCP, IPlugin


@implementer(IPlugin, IAnswerDHCP)
class Acme:
    def dhcp_options(self, asked, view):
        wanted = asked.dhcp(60)
        if wanted == b"fail":
            raise RuntimeError("it is on fire")
        if wanted == b"strange":
            return {66: 7, 53: b"\\1", "no": "option", 42: "not an address", 150: "192.0.2.1"}
        if wanted == b"nothing":
            return None
        if wanted == b"config":
            return {42: view.raw_config["ntp_ip"]}
        return {66: view.base_url, 43: b"\\1\\2ok", 67: ""}


PLUGIN = Acme()
'''

MAC = "00:00:5e:00:53:01"


@pytest.fixture
def plugin(tmp_path: Path) -> LoadedPlugin:
    """Acme, loaded."""
    write_plugin(tmp_path / "plugins", entry=ENTRY)
    host = Plugins(
        tmp_path / "plugins",
        tmp_path / "overrides",
        Advertised("http://192.0.2.1:8667", 8667, 69, {}),
        Clock(),
    )
    return host.load("acme")


def told(plugin: LoadedPlugin, vendor_class: bytes, **more: Any) -> dict[int, bytes]:
    """What a device that says `vendor_class` is told."""
    inquiry = dhcp(MAC, dhcp={60: vendor_class})
    view = Documents(config_of({"ntp_ip": "192.0.2.3"}))
    return dict(plugin.dhcp_options(inquiry, acme_device(**more), view, keep=True))


def test_told(plugin: LoadedPlugin) -> None:
    """Texts as documents write them, bytes as they are, and what is not to be sent."""
    assert told(plugin, b"acme") == {66: b"http://192.0.2.1:8667", 43: b"\1\2ok", 67: b""}


def test_a_failure_is_the_plugins(plugin: LoadedPlugin) -> None:
    """It names the plugin, and is counted."""
    with pytest.raises(PluginFailed, match="on fire"):
        told(plugin, b"fail")
    assert plugin.failures == 1


def test_nonsense_is_left_out(plugin: LoadedPlugin) -> None:
    """What makes sense is sent all the same."""
    assert told(plugin, b"strange") == {150: bytes([192, 0, 2, 1])}
    assert plugin.failures == 4
    assert told(plugin, b"nothing") == {}
    assert "NoneType" in plugin.last_failure


def test_a_device_without_a_config(plugin: LoadedPlugin) -> None:
    """What needs a config is not told, and that is nobody's failure."""
    assert told(plugin, b"config") == {42: bytes([192, 0, 2, 3])}
    assert told(plugin, b"config", config=None) == {}
    assert plugin.failures == 0


@pytest.mark.parametrize(
    "said",
    [
        dict.fromkeys(range(1, MOST + 2), b""),
        {66: bytes(LONGEST + 1)},
        {0: b"", 255: b"", 82: b"", True + 52: b""},
        [(66, b"")],
    ],
    ids=["too many", "too long", "nobody's", "a list"],
)
def test_bounds(said: object) -> None:
    """An answer has one packet's room."""
    options, notes = sensible_options(said)
    assert options == {}
    assert notes
