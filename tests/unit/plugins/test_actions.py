"""What a plugin declares that it can do is asked through its guard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from provd.plugins import Advertised, LoadedPlugin, Plugins
from provd.testing.plugin_files import Documents, acme_device, config_of, write_plugin
from provd.values import ActionUrl, Invalid, Notify, PluginFailed

ENTRY = '''
"""Acme phones that can do things."""

from twisted.internet.defer import Deferred, succeed
from zope.interface import implementer

from provd.sdk import Action, ActionUrl, IAct, IPlugin, ISynchronize, Notify


@implementer(IPlugin, IAct, ISynchronize)
class Acme:
    actions = {
        "blink": Action(about="Make it blink.", required=("times",)),
        "later": Action(about="Answer in a while."),
        "never": Action(about="Answer not at all."),
        "fail": Action(about="Fail."),
        "strange": Action(about="Answer nonsense."),
        "Bad Name": Action(about="Cannot be called."),
        "bad": "no action",
    }

    def act(self, command, device, raw_config, parameters):
        if command == "blink":
            return {"mac": device.mac, "times": parameters["times"], "ntp": raw_config["ntp_ip"]}
        if command == "later":
            return succeed({"later": True})
        if command == "never":
            return Deferred()
        if command == "strange":
            return object()
        raise RuntimeError("it is on fire")

    def ways(self, device, raw_config):
        if device.model == "broken":
            raise RuntimeError("it is on fire")
        if device.model == "odd":
            return 5
        elsewhere = (ActionUrl(path="//192.0.2.66/x"), ActionUrl(path="http://192.0.2.66/"))
        wrong = (Notify(event="a\\r\\nb"), Notify(port="5060"), ActionUrl(), "no way", *elsewhere)
        return (Notify(event=raw_config["ntp_ip"]), *wrong, ActionUrl(path="/reboot"))

    def accounts_file(self, device):
        return f"{device.mac}.cfg"


PLUGIN = Acme()
'''


@pytest.fixture
def clock() -> Clock:
    """Stands still."""
    return Clock()


@pytest.fixture
def plugin(tmp_path: Path, clock: Clock) -> LoadedPlugin:
    """A plugin of which seven actions are declared, and five make sense."""
    write_plugin(tmp_path / "plugins", entry=ENTRY)
    advertised = Advertised("http://192.0.2.10:8667", 8667, 69)
    plugins = Plugins(tmp_path / "plugins", tmp_path / "overrides", advertised, clock)
    plugins.load_all()
    found = plugins.get("acme")
    assert found is not None, plugins.broken()
    return found


def act(plugin: LoadedPlugin, command: str, **given: Any) -> Deferred[Any]:
    """Do it with a device that has a config."""
    documents = Documents(config_of({"ntp_ip": "192.0.2.1"}))
    base = {"ip": "192.0.2.10", "http_port": 8667, "tftp_port": 69}
    return plugin.act(command, acme_device(), documents, base, given)


def test_what_makes_no_sense_is_left_out(plugin: LoadedPlugin) -> None:
    """And told."""
    assert set(plugin.actions) == {"blink", "later", "never", "fail", "strange"}
    assert plugin.actions["blink"].required == ("times",)
    assert "'Bad Name'" in plugin.last_failure


def test_done(plugin: LoadedPlugin) -> None:
    """With the device's raw config and the parameters; at once or later."""
    assert act(plugin, "blink", times=3).result == {
        "mac": "00:00:5e:00:53:01",
        "times": 3,
        "ntp": "192.0.2.1",
    }
    assert act(plugin, "later").result == {"later": True}


@pytest.mark.parametrize("command", ["fail", "strange"])
def test_failures_name_the_plugin(plugin: LoadedPlugin, command: str) -> None:
    """Whatever it raises or answers that is no JSON object; they are counted."""
    before = plugin.failures
    failed: list[Any] = []
    act(plugin, command).addErrback(failed.append)
    assert failed[0].check(PluginFailed)
    assert command in str(failed[0].value)
    assert plugin.failures == before + 1


def test_it_has_ten_seconds(plugin: LoadedPlugin, clock: Clock) -> None:
    """Then it failed."""
    failed: list[Any] = []
    act(plugin, "never").addErrback(failed.append)
    clock.advance(9)
    assert not failed
    clock.advance(2)
    assert failed[0].check(PluginFailed)


def test_given_up(plugin: LoadedPlugin) -> None:
    """Whoever asked for it does not want it any more: that is no failure of the plugin."""
    before = plugin.failures
    failed: list[Any] = []
    acting = act(plugin, "never").addErrback(failed.append)
    acting.cancel()
    assert failed[0].check(CancelledError)
    assert plugin.failures == before


def test_a_device_without_a_config(plugin: LoadedPlugin) -> None:
    """Is no failure of the plugin."""
    failed: list[Any] = []
    device = acme_device(config=None)
    plugin.act("blink", device, Documents(), {}, {"times": 1}).addErrback(failed.append)
    assert failed[0].check(Invalid)


def test_how_its_devices_are_synchronized(plugin: LoadedPlugin) -> None:
    """What makes sense of what it says, for the device's raw config; nothing that leads elsewhere."""
    assert plugin.synchronizes
    documents = Documents(config_of({"ntp_ip": "192.0.2.1"}))
    raw_config = plugin.raw_config(
        acme_device(), documents, {"ip": "192.0.2.10", "http_port": 1, "tftp_port": 69}
    )
    failures = plugin.failures
    assert list(plugin.ways(acme_device(), raw_config)) == [
        Notify(event="192.0.2.1"),
        ActionUrl(path="/reboot"),
    ]
    assert plugin.failures == failures + 1
    assert plugin.accounts_file(acme_device()) == "00:00:5e:00:53:01.cfg"


@pytest.mark.parametrize("model", ["broken", "odd"])
def test_ways_that_are_none(plugin: LoadedPlugin, model: str) -> None:
    """A plugin that raises is named; one that says nonsense knows no way."""
    device = structs.replace(acme_device(), model=model)
    if model == "broken":
        with pytest.raises(PluginFailed):
            plugin.ways(device, {})
    else:
        assert plugin.ways(device, {}) == ()
