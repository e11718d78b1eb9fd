"""Plugins are found, loaded and watched, and each fails alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from zope.interface.verify import verifyObject

from provd.contracts import ILoadedPlugin, IPlugins
from provd.plugins import LoadedPlugin, Plugins
from provd.testing.plugin_files import ENTRY, INFO, Documents, acme_device, config_of, write_plugin
from provd.testing.plugin_host import host_of, inquiry
from provd.values import (
    Content,
    PluginFailed,
)


@pytest.fixture
def plugins(tmp_path: Path) -> Plugins:
    """One plugin, acme."""
    write_plugin(tmp_path / "plugins")
    return host_of(tmp_path / "plugins")


@pytest.fixture
def acme(plugins: Plugins) -> LoadedPlugin:
    """That plugin."""
    plugin = plugins.get("acme")
    assert plugin is not None
    return plugin


def broken(tmp_path: Path, **written: Any) -> tuple[Plugins, str]:
    """A host with a plugin that cannot be loaded beside one that can; the reason told for the former."""
    write_plugin(tmp_path / "plugins", "bad", **written)
    write_plugin(tmp_path / "plugins", "good")
    plugins = host_of(tmp_path / "plugins")
    assert [plugin.id for plugin in plugins.loaded()] == ["good"]
    assert list(plugins.ids()) == ["bad", "good"]
    return plugins, plugins.broken()["bad"]


def test_keeps_the_contracts(plugins: Plugins, acme: LoadedPlugin) -> None:
    """The host and what it loads provide what the pipeline relies on."""
    assert verifyObject(IPlugins, plugins)
    assert verifyObject(ILoadedPlugin, acme)
    assert acme.info["version"] == "1.0"
    assert acme.capabilities == INFO["capabilities"]
    assert (acme.failures, acme.last_failure) == (0, "")


def test_no_directory_is_no_plugins(tmp_path: Path) -> None:
    """A new installation starts without any."""
    assert list(host_of(tmp_path / "plugins").loaded()) == []


def test_only_names_that_can_be_ids_are_plugins(tmp_path: Path) -> None:
    """Hidden directories, files and odd names are not even looked at."""
    for name in (".git", "-x", "a b"):
        write_plugin(tmp_path, name)
    (tmp_path / "file").write_text("")
    assert list(host_of(tmp_path).ids()) == []


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"entry": "1 / 0"}, "ZeroDivisionError"),
        ({"entry": "def ("}, "SyntaxError"),
        ({"entry": "raise SystemExit(1)"}, "SystemExit"),
        ({"entry": "import provd.store"}, "may import provd.sdk"),
        ({"entry": ""}, "no PLUGIN"),
        ({"entry": "PLUGIN = 3"}, "no PLUGIN"),
        ({"entry": ENTRY.replace("def serve(self, path, view)", "def serve(self, path)")}, "serve"),
        ({"entry": ENTRY.replace("clues = (Clue", "klues = (Clue")}, "clues"),
        ({"entry": ENTRY.replace("clues = (Clue", "clues = [1] or (Clue")}, "clues are no tuple"),
        ({"entry": ENTRY.replace("frozenset()", "frozenset({'smtp'})")}, "by_address"),
        ({"entry": ENTRY.replace('"{MAC}.cfg"', '"{nac}.cfg"')}, "no placeholder {nac}"),
        ({"info": {"version": "1"}}, "description: is missing"),
    ],
)
def test_a_broken_plugin_is_named_and_the_others_load(
    tmp_path: Path, written: dict[str, Any], reason: str
) -> None:
    """Whatever is wrong with it, the reason is told."""
    plugins, told = broken(tmp_path, **written)
    assert reason in told
    assert told.startswith("2023-11-14T22:13:20+00:00 failed to load")
    assert plugins.get("bad") is None


def test_a_plugin_that_cannot_be_reloaded_stays_as_it_was(tmp_path: Path, plugins: Plugins) -> None:
    """A mistake while editing takes no phone down."""
    before = plugins.get("acme")
    write_plugin(tmp_path / "plugins", entry="1 / 0")
    with pytest.raises(PluginFailed, match="failed to load: ZeroDivisionError"):
        plugins.load("acme")
    assert plugins.get("acme") is before
    assert "ZeroDivisionError" in plugins.broken()["acme"]
    write_plugin(tmp_path / "plugins")
    plugins.load("acme")
    assert plugins.broken() == {}


def test_loading_and_unloading_move_the_generation(plugins: Plugins) -> None:
    """Indexes of clues follow it."""
    seen = [plugins.generation]
    first = plugins.load("acme")
    seen.append(plugins.generation)
    plugins.unload("acme")
    seen.append(plugins.generation)
    assert len(set(seen)) == 3
    plugins.unload("acme")
    assert plugins.generation == seen[-1]
    assert plugins.load("acme").generation > first.generation


@pytest.mark.parametrize("plugin_id", ["nobody", "..", "../plugins/acme", "", "a/b", "acme\0"])
def test_what_is_not_there_cannot_be_loaded(plugins: Plugins, plugin_id: str) -> None:
    """An id from an API is never a path."""
    with pytest.raises(PluginFailed, match="no such directory"):
        plugins.load(plugin_id)


def test_a_changed_template_moves_the_plugins_generation(tmp_path: Path, plugins: Plugins) -> None:
    """Overrides live outside of the plugin, and count as its templates."""
    acme = plugins.load("acme")
    documents = Documents(config_of({}))
    before = acme.generation
    assert plugins.refresh() == ()
    override = tmp_path / "overrides" / "acme" / "common.tpl"
    override.parent.mkdir(parents=True)
    override.write_text("mine: {{ ntp_ip|d('none') }}\n")
    assert plugins.refresh() == ("acme",)
    assert acme.generation > before
    answer = acme.serve(inquiry("/common.cfg"), acme_device(), documents, keep=True)
    assert isinstance(answer, Content)
    assert answer.body == b"mine: none\n"
