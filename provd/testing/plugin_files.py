"""Small plugins on disk, for tests of whatever loads or serves plugins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Raw

from provd.documents import Config, Device

INFO: dict[str, Any] = {
    "version": "1.0",
    "description": "phones of a vendor that is not",
    "capabilities": {"Acme, A20, 1.0": {"lines": 2}},
}

ENTRY = '''
"""Acme phones."""

from zope.interface import implementer

from provd.sdk import (
    Clue, DeviceSupport, Format, IAssociate, IConfigure, IIdentify, IPlugin, IServe, Rendered, Served, Tree
)


def by_user_agent(asked):
    vendor, _, model = asked.header("user-agent").partition(" ")
    return {"vendor": vendor, "model": model} if model else None


TREE = Tree(
    Rendered("common.cfg", "common.tpl", Format.LINES),
    Rendered("{MAC}.cfg", "phone.tpl", Format.LINES, lambda view: {"home": view.base_url}),
    Served("**"),
)


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe)
class Acme:
    clues = (Clue.user_agent(by_user_agent, "Acme"),)
    by_address = frozenset()

    def associate(self, info):
        return DeviceSupport.COMPLETE if info.get("vendor") == "Acme" else DeviceSupport.NONE

    def configure(self, device, raw_config):
        raw_config["XX_lines"] = len(raw_config["sip_lines"])

    def serve(self, path, view):
        return TREE.serve(path, view)


PLUGIN = Acme()
'''

TEMPLATES = {
    "common.tpl": "ntp: {{ ntp_ip|d('none') }}\n",
    "phone.tpl": "home: {{ home }}\nmodel: {{ device.model }}\nlines: {{ XX_lines }}\n"
    "{% for number, line in sip_lines|dictsort %}\nuser{{ number }}: {{ line.username }}\n{% endfor %}\n",
}


def write_plugin(
    directory: Path,
    plugin_id: str = "acme",
    *,
    entry: str = ENTRY,
    info: Mapping[str, Any] = INFO,
    files: Mapping[str, str] | None = None,
) -> Path:
    """Write a plugin below `directory` (the directory of all plugins); `files` are written last.

    Without anything else it is a working plugin for phones of Acme with two templates and one file.
    """
    home = directory / plugin_id
    written = {
        "plugin-info": json.dumps(info),
        "entry.py": entry,
        "var/tftpboot/A20.st": f"firmware of {plugin_id}",
        **{f"templates/{name}": text for name, text in TEMPLATES.items()},
        **(files or {}),
    }
    for name, text in written.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home


def acme_device(**more: Any) -> Device:
    """A device of the plugin above, as a store holds it."""
    known: dict[str, Any] = {
        "id": "d1",
        "revision": 7,
        "mac": "00:00:5e:00:53:01",
        "vendor": "Acme",
        "model": "A20",
        "plugin": "acme",
        "config": "c1",
    }
    return Device(**(known | more))


def config_of(
    raw_config: Mapping[str, Any],
    *,
    config_id: str = "c1",
    revision: int = 5,
    parents: tuple[str, ...] = (),
) -> Config:
    """A config as a store holds it."""
    raw = Raw(json.dumps(raw_config).encode())
    return Config(id=config_id, revision=revision, parent_ids=parents, raw_config=raw)


class Documents:
    """A readable that holds the configs that a test puts there, and counts which are read."""

    def __init__(self, *configs: Config) -> None:
        """Hold these configs."""
        self._configs: dict[str, Config] = {}
        self.read: list[str] = []
        self.epoch = 0
        for config in configs:
            self.put(config)

    def put(self, config: Config) -> None:
        """Hold one more config; the collection moves on."""
        self._configs[config.id] = config
        self.epoch += 1

    def get(self, collection: str, document_id: str) -> Config | None:
        """The config, or None."""
        if collection != "configs":
            return None
        self.read.append(document_id)
        return self._configs.get(document_id)

    def by(self, collection: str, field: str, value: str) -> tuple[Config, ...]:
        """Nothing is indexed here."""
        return ()

    def position(self, collection: str) -> int:
        """How often anything was put."""
        return self.epoch
