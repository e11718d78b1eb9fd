"""What a plugin does that is about no device: declared, guarded, and ended before its code goes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from provd.plugins import Advertised, Plugins
from provd.plugins._files import LONGEST_WAIT
from provd.testing.plugin_files import write_plugin
from provd.values import PluginFailed

ENTRY = '''
"""A plugin that does things by itself."""

from twisted.internet.defer import Deferred, succeed
from zope.interface import implementer

from provd.sdk import Action, IActOnSystem, IPlugin


@implementer(IPlugin, IActOnSystem)
class Acme:
    system_actions = {
        "fetch": Action(about="Fetch the directory.", required=("from",)),
        "later": Action(about="In a while."),
        "fail": Action(about="Fail."),
        "strange": Action(about="Answer nonsense."),
        "Bad Name": Action(about="Cannot be called."),
    }

    def act_on_system(self, command, parameters):
        if command == "fetch":
            return {"from": parameters["from"]}
        if command == "later":
            return Deferred()
        if command == "strange":
            return object()
        raise RuntimeError("it is on fire")


PLUGIN = Acme()
'''


@pytest.fixture
def clock() -> Clock:
    """Stands still."""
    return Clock()


@pytest.fixture
def plugins(tmp_path: Path, clock: Clock) -> Plugins:
    """A host with the plugin."""
    write_plugin(tmp_path / "plugins", entry=ENTRY)
    advertised = Advertised("http://192.0.2.10:8667", 8667, 69)
    plugins = Plugins(tmp_path / "plugins", tmp_path / "overrides", advertised, clock)
    plugins.load_all()
    assert plugins.get("acme") is not None, plugins.broken()
    return plugins


def test_declared(plugins: Plugins) -> None:
    """What makes no sense is left out, and told."""
    [plugin] = plugins.loaded()
    assert set(plugin.system_actions) == {"fetch", "later", "fail", "strange"}
    assert plugin.actions == {}
    assert "'Bad Name'" in plugin.last_failure


def test_done(plugins: Plugins) -> None:
    """With its parameters."""
    [plugin] = plugins.loaded()
    assert plugin.act_on_system("fetch", {"from": "there"}).result == {"from": "there"}
    assert plugin.acting.count == 0


@pytest.mark.parametrize("command", ["fail", "strange"])
def test_failures_name_the_plugin(plugins: Plugins, command: str) -> None:
    """Whether it raises or answers what is no JSON; it is over then."""
    [plugin] = plugins.loaded()
    failures: list[object] = []
    plugin.act_on_system(command, {}).addErrback(lambda each: failures.append(each.value))
    [failure] = failures
    assert isinstance(failure, PluginFailed)
    assert plugin.acting.count == 0


def test_in_time(plugins: Plugins, clock: Clock) -> None:
    """An answer that does not come is waited for ten seconds."""
    [plugin] = plugins.loaded()
    failures: list[object] = []
    plugin.act_on_system("later", {}).addErrback(lambda each: failures.append(each.value))
    assert plugin.acting.count == 1
    clock.advance(LONGEST_WAIT)
    assert len(failures) == 1
    assert plugin.acting.count == 0


@pytest.mark.parametrize("reload", [True, False])
def test_unloaded_while_it_acts(plugins: Plugins, clock: Clock, *, reload: bool) -> None:
    """Nobody begins anything with it any more; its code goes when what it does has ended."""
    [plugin] = plugins.loaded()
    acting = plugin.act_on_system("later", {})
    acting.addErrback(lambda _failed: None)
    if reload:
        assert plugins.load("acme") is not plugin
    else:
        plugins.unload("acme")
    assert plugins.get("acme") is not plugin
    assert plugin.package in sys.modules
    clock.advance(LONGEST_WAIT)
    assert plugin.package not in sys.modules


def test_unloaded_at_rest(plugins: Plugins) -> None:
    """Its code goes at once."""
    [plugin] = plugins.loaded()
    plugins.unload("acme")
    assert plugin.package not in sys.modules
