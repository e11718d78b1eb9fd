"""Plugins from elsewhere, for tests: archives and indexes of them, honest ones and others."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha1, sha256
from typing import Any

import msgspec

from provd.files.releases import DB, SIGNATURE, SecretKey
from provd.testing.packages import a_tar

ENTRY = b"""
from zope.interface import implementer

from provd.sdk import Clue, DeviceSupport, IAssociate, IIdentify, IPlugin, IServe, Served, Tree

TREE = Tree(Served("**"))


def identified(asked):
    return {"vendor": "Acme", "model": "A20", "mac": asked.header("user-agent").split()[1]}


@implementer(IPlugin, IIdentify, IAssociate, IServe)
class Acme:
    clues = (Clue.user_agent(identified, "Acme "),)
    by_address = frozenset()

    def associate(self, info):
        return DeviceSupport.EXACT if info.get("vendor") == "Acme" else DeviceSupport.NONE

    def serve(self, path, view):
        return TREE.serve(path, view)


PLUGIN = Acme()
"""
LEGACY = b"""
from wazo_provd import plugins
from wazo_provd.servers.http import HTTPNoListingFileService


class Acme(plugins.StandardPlugin):
    IS_PLUGIN = True

    def __init__(self, app, plugin_dir, gen_cfg, spec_cfg):
        super().__init__(app, plugin_dir, gen_cfg, spec_cfg)
        self.http_service = HTTPNoListingFileService(self._tftpboot_dir)
"""
BROKEN = b"raise RuntimeError('this version does not start')\n"


def an_info(version: str, **more: Any) -> dict[str, Any]:
    """A plugin-info."""
    capabilities = {"Acme, A20, 1.0": {"lines": 2}}
    usual = {"version": version, "description": "Acme's phones", "capabilities": capabilities}
    return {**usual, **more}


def a_plugin(
    plugin_id: str, version: str, entry: bytes = ENTRY, **files: bytes
) -> dict[str, bytes]:
    """The files of a plugin, by path in its archive."""
    info = msgspec.json.encode(an_info(version))
    served = {"var/tftpboot/version.txt": version.encode()}
    contents = {"plugin-info": info, "entry.py": entry, **served, **files}
    return {f"{plugin_id}/{name}": content for name, content in contents.items()}


def an_entry(archive: bytes, filename: str, version: str, **more: Any) -> dict[str, Any]:
    """What an index says of an archive."""
    sums = {"sha1sum": sha1(archive, usedforsecurity=False).hexdigest()}
    told = {"filename": filename, "dsize": len(archive), **sums}
    return {**an_info(version), **told, "sha256": sha256(archive).hexdigest(), **more}


class Shop:
    """What a server of plugins has: archives and a signed index, as files by name."""

    def __init__(self) -> None:
        """Nothing is offered, and signed."""
        self.key = SecretKey.new()
        self.entries: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.sign()

    @property
    def trusted(self) -> str:
        """What settings name."""
        return self.key.public.text

    def offer(
        self, plugin_id: str, version: str, members: Mapping[str, bytes] | None = None, **more: Any
    ) -> None:
        """Offer a version of a plugin; `members` are those of its archive, `more` what the index says."""
        self.offer_archive(
            plugin_id, version, a_tar(members or a_plugin(plugin_id, version), "w:bz2"), **more
        )

    def offer_archive(self, plugin_id: str, version: str, archive: bytes, **more: Any) -> None:
        """Offer some bytes as an archive."""
        filename = f"{plugin_id}-{version}.tar.bz2"
        self.files[filename] = archive
        entry = an_entry(archive, filename, version, **more)
        self.entries[plugin_id] = {name: said for name, said in entry.items() if said is not None}
        self.sign()

    def sign(self, comment: str = "an index of tests") -> None:
        """Write and sign the index."""
        text = msgspec.json.encode(self.entries)
        self.files |= {DB: text, DB + SIGNATURE: self.key.sign(text, comment)}
