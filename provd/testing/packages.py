"""Packages for tests: archives built byte by byte, honest ones and others, and what defines them."""

from __future__ import annotations

import io
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.python.failure import Failure

from provd.application.package_jobs import Storeroom
from provd.files import (
    FILE,
    Cache,
    Definition,
    Downloads,
    PackageSettings,
    Shelves,
    parse_definitions,
)
from provd.files.releases import Indexes, PluginServer, Trees


def a_zip(members: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """A zip with these members; with pairs, a name may be there twice."""
    pairs = members.items() if isinstance(members, Mapping) else members
    out = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in pairs:
            info = zipfile.ZipInfo("placeholder")
            # What a constructor would tidy up is what is to be tested.
            info.filename = info.orig_filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def a_tar(members: Mapping[str, bytes], mode: str = "w:gz", **types: bytes) -> bytes:
    """A tar with these members; `types` gives some of them, by name, another type than that of a file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]  # any mode
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.type = types.get(name, tarfile.REGTYPE)
            if info.type != tarfile.REGTYPE:
                info.size, info.linkname = 0, content.decode()
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def a_source(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    """One file of a definition, as JSON has it."""
    return {
        "name": name,
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
        **more,
    }


def a_package(*files: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """One package of a definition, as JSON has it."""
    usual: dict[str, Any] = {"id": "t46", "version": "1.0", "kind": "firmware", "files": files}
    return {**usual, **more}


def definitions(*packages: Mapping[str, Any]) -> bytes:
    """A `packages.json`."""
    return msgspec.json.encode({"packages": packages})


def defined(*files: Mapping[str, Any], **more: Any) -> Definition:
    """One package, parsed."""
    [found] = parse_definitions(definitions(a_package(*files, **more)), "packages.json")
    return found


def written(directory: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Files of these contents, in their order."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / name for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_bytes(content)
    return paths


def tree(directory: Path) -> dict[str, bytes]:
    """Every file below a directory, by path; links as what they lead to."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def ignore(_bytes: int) -> None:
    """Nobody counts."""


def at_once(work: Callable[..., Any], *given: Any) -> Deferred[Any]:
    """What blocks, done where it is asked for."""
    return maybeDeferred(work, *given)


class Stockroom:
    """Packages below a directory, for use cases without a network and without threads."""

    def __init__(self, directory: Path, plugin_id: str = "acme-1.0", most: int = 1 << 20) -> None:
        self.directory = directory
        self.plugin = directory / "plugins" / plugin_id
        self.tftpboot = self.plugin / "var" / "tftpboot"
        self.tftpboot.mkdir(parents=True)
        self.shelves = Shelves(directory / "plugins", directory / "overrides")
        self.cache = Cache(directory / "packages", most)
        downloads = Downloads(self.cache, _NoNetwork(), PackageSettings(schemes=("file",)))
        self.trees = Trees(directory / "plugins")
        self.indexes = Indexes(directory / "plugins" / ".releases" / "indexes")
        self.room = Storeroom(
            self.shelves, self.cache, downloads, self.trees, self.indexes, at_once
        )

    def offer(self, *packages: Mapping[str, Any]) -> None:
        """Have the plugin offer these, and no others."""
        (self.plugin / FILE).write_bytes(definitions(*packages))

    def offer_plain(self, *versions: str, **more: Any) -> None:
        """Have it offer versions of one package of one file, which is there to be fetched."""
        self.offer(*(self.plain(version, **more) for version in versions))

    def plain(self, version: str, content: bytes = b"", **more: Any) -> dict[str, Any]:
        """A package of one file, which is there to be fetched."""
        content = content or f"firmware {version}".encode()
        [path] = written(self.directory / "the vendor", {f"fw-{version}.rom": content})
        source = a_source("fw.rom", content, urls=[path.as_uri()])
        return a_package(source, **{"version": version, "image": "fw.rom", **more})

    def offer_plugins(self, *plugin_ids: str) -> None:
        """Have an index that was fetched offer these, with archives that are not what it says."""
        server = PluginServer(url="http://192.0.2.1/plugins", unsigned=True)
        usual = {"version": "2.0", "description": "Acme", "capabilities": {}, "dsize": 1}
        entry = {**usual, "filename": "a.tar.bz2", "sha256": "0" * 64}
        text = msgspec.json.encode(dict.fromkeys(plugin_ids, entry))
        self.indexes.load([server])
        self.indexes.keep(self.indexes.checked(server, text, b"", 0.0), text, b"")

    def keep_previous(self, plugin_id: str) -> None:
        """Have a tree of a plugin that was taken away."""
        tree_before = self.directory / "plugins" / ".releases" / "trees" / plugin_id / "previous"
        written(tree_before, {"plugin-info": b'{"version": "1.0"}'})

    def served(self) -> dict[str, bytes]:
        """What devices can be given."""
        return tree(self.tftpboot)


class _NoNetwork:
    """A reactor of which only the thread pool is asked for, and has no threads."""

    def getThreadPool(self) -> _NoNetwork:
        return self

    def callFromThread(self, work: Callable[..., Any], *given: Any) -> None:
        work(*given)

    def callInThreadWithCallback(self, told: Any, work: Any, *given: Any, **named: Any) -> None:
        try:
            result = work(*given, **named)
        except Exception:  # noqa: BLE001 - as a thread pool does
            told(False, Failure())
        else:
            told(True, result)
