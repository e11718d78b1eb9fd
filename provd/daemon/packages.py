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


def shelves_of(settings: Settings) -> Shelves:
    """What is installed, once what an end in the middle of something left is swept; blocks."""
    directory = Path(settings.data.directory)
    plugins = directory / "plugins"
    shelves = Shelves(plugins, directory / "overrides")
    found = plugins.iterdir() if plugins.is_dir() else ()
    shelves.settle(sorted(path.name for path in found if path.is_dir()))
    return shelves


def store_packages(
    settings: Settings, shelves: Shelves, operators: Operators, reactor: Any
) -> None:
    """Tell operators' use cases where they are, and have operators told what is wrong with them."""
    cache = Cache(Path(settings.data.directory) / "packages", settings.packages.cache_bytes)
    downloads = Downloads(cache, reactor, settings.packages)
    in_thread = partial(deferToThreadPool, reactor, reactor.getThreadPool())
    operators.packages.stored_in(Storeroom(shelves, cache, downloads, in_thread))
    operators.health.ask_too(shelves.warnings)
