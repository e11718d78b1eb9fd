"""Where the packages of plugins are: beside the plugins, in the data directory."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet.threads import deferToThreadPool

from provd.application.operators import Operators
from provd.application.package_jobs import Storeroom
from provd.daemon.settings import Settings
from provd.files import Cache, Downloads, Shelves
from provd.files.releases import Indexes, Trees
from provd.plugins import find_plugins


def shelves_of(settings: Settings) -> Shelves:
    """What is installed, once what an end in the middle of something left is swept; blocks."""
    directory = Path(settings.data.directory)
    plugins = directory / "plugins"
    Trees(plugins).settle()
    shelves = Shelves(plugins, directory / "overrides")
    shelves.settle(find_plugins(plugins))
    return shelves


def store_packages(
    settings: Settings, shelves: Shelves, operators: Operators, reactor: Any
) -> None:
    """Tell operators' use cases where they are, and have operators told what is wrong with them."""
    cache = Cache(Path(settings.data.directory) / "packages", settings.packages.cache_bytes)
    downloads = Downloads(cache, reactor, settings.packages)
    plugins = Path(settings.data.directory) / "plugins"
    indexes = Indexes(plugins / ".releases" / "indexes")
    indexes.load(settings.plugins.servers)
    in_thread = partial(deferToThreadPool, reactor, reactor.getThreadPool())
    room = Storeroom(shelves, cache, downloads, Trees(plugins), indexes, in_thread)
    operators.packages.stored_in(room)
    operators.releases.stored_in(room)
    operators.health.ask_too(shelves.warnings)
    operators.health.ask_too(indexes.warnings)


def adopt_packages(operators: Operators, settings: Settings) -> None:
    """Hold to other settings from the next file, and the next index, on."""
    operators.packages.adopt(settings.packages)
    operators.releases.adopt(settings.plugins.servers)
