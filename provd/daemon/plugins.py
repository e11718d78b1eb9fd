"""The plugins of the data directory, those of wazo-provd among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from provd.access import Threshold
from provd.compat import Configuring, LegacyPlugins
from provd.daemon.settings import Settings
from provd.files import Shelves
from provd.plugins import Advertised, Plugins
from provd.store import SQLiteStore


def load_plugins(
    settings: Settings, store: SQLiteStore, reactor: Any, shelves: Shelves, threshold: Threshold
) -> Plugins:
    """Every plugin of the data directory that can be loaded."""
    directory = Path(settings.data.directory)
    # The process that writes files of legacy plugins ends when ours does.
    legacy = LegacyPlugins(Configuring(directory / "plugins", reactor))
    store.feed.subscribe("legacy plugins", ["devices"], legacy.told)
    plugins = Plugins(
        directory / "plugins",
        directory / "overrides",
        Advertised(
            settings.phones.http_base_url or None,
            settings.listen.port,
            settings.tftp.port,
            settings.phones.raw_config,
            threshold.key_of,
        ),
        reactor,
        cache_bytes=settings.plugins.cache_bytes,
        packages=shelves,
        adapting=[legacy],
    )
    plugins.load_all()
    return plugins
